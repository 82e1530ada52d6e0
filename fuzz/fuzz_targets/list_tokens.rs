//! The request line and the headers of an HTTP request, as the endpoint receives them.
#![no_main]

use std::net::IpAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, LazyLock};

use chrono::DateTime;
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response};
use libfuzzer_sys::fuzz_target;
use pollster::block_on;
use serde_json::Value;
use tokenfolio::{
    AccessToken, AllowedIps, Authenticated, Authenticator, BearerToken, Challenge, CredentialsError, ListTokens,
    MemoryStore, Page, PageRequest, Pagination, Problem, StoreError, StoreErrorKind, TokenOrder, TokenResource,
    UsageBatch, UsageLog,
};
use tokenfolio_fuzz::{credentials, query, trace};
use url::Url;

const TOTAL: u64 = 45;
const BASE: &str = "https://h.example/api/v1/me/tokens";
/// The maximum length of preserved parameters. Inputs reach it.
const MAX_QUERY_LEN: usize = 100;
const OFFICE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));
/// The cause of a store's error.
const CAUSE: &str = "db-3 at 10.9.8.7 refused";

/// An endpoint with the defaults, and an endpoint with every option.
static ENDPOINTS: LazyLock<[Endpoint; 2]> = LazyLock::new(|| {
    let endpoint = |pagination| {
        let store = MemoryStore::new();
        for id in 0..TOTAL {
            let mut token = AccessToken::new(id.cast_signed(), format!("\"{id}\"\n"), DateTime::UNIX_EPOCH);
            token.allowed_ips = AllowedIps::parse(["10.0.0.0/24", "2001:db8::1"]).ok();
            store.insert(7, token);
        }
        ListTokens::new(store, Secrets, pagination).with_clock(|| DateTime::UNIX_EPOCH)
    };
    let pagination = Pagination::new(BASE).expect("a URL");
    let full = pagination.clone().with_page_name("p[n]").expect("a name");
    let full = full.with_client_size("size", NonZeroU32::new(30).expect("not zero")).expect("another name");
    let full = endpoint(full.lenient().with_query_string().with_max_query_len(MAX_QUERY_LEN)).with_link_header();
    let challenge = Challenge::new("a \"b\"").expect("ASCII");
    let full = full.with_order(TokenOrder::NewestFirst).with_challenge(challenge).with_retry_after(9);
    let log = Arc::new(UsageLog::new());
    [
        Endpoint { list: endpoint(pagination), page_name: "page", caller: None, log: None },
        Endpoint { list: full.with_usage_log(log.clone()), page_name: "p[n]", caller: Some(OFFICE), log: Some(log) },
    ]
});

struct Endpoint {
    list: ListTokens<MemoryStore<u64>, Secrets>,
    page_name: &'static str,
    caller: Option<IpAddr>,
    log: Option<Arc<UsageLog<u64>>>,
}

struct Secrets;

impl Authenticator for Secrets {
    type Owner = u64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
        let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
        match secret.secret() {
            "good" | "7|good" => {}
            "office" => token.allowed_ips = AllowedIps::new([OFFICE.into()]).ok(),
            "expired" => token.expires_at = Some(DateTime::UNIX_EPOCH),
            "revoked" => token.revoked_at = Some(DateTime::UNIX_EPOCH),
            "down" => return Err(StoreError::new(StoreErrorKind::Unavailable, CAUSE)),
            "slow" => return Err(StoreError::new(StoreErrorKind::Timeout, CAUSE)),
            "broken" => return Err(StoreError::new(StoreErrorKind::Corrupt, CAUSE)),
            _ => return Ok(None),
        }
        Ok(Some(Authenticated::new(7, token)))
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some(parts) = parts(bytes) else { return };
    for endpoint in &*ENDPOINTS {
        let response = endpoint.handle(&parts);
        let status = endpoint.expected_status(&parts);
        assert_eq!(response.status(), status, "{parts:?}");

        let get = endpoint.handle(&with_method(&parts, Method::GET));
        let head = endpoint.handle(&with_method(&parts, Method::HEAD));
        assert_eq!((head.status(), head.headers()), (get.status(), get.headers()));
        assert!(head.body().is_empty());
        if parts.method != Method::HEAD {
            check(&parts, &response);
        }
        check(&parts, &get);
        if get.status() == 200 {
            check_page(endpoint, &parts, &get);
        }

        // The bare request has the trace id of the fuzzed request, credentials from this file, and no other header. It
        // has no query if authentication fails or is not reached. Both requests get the same response, so the response
        // contains no secret of the fuzzed request.
        let mut bare = with_minimal_headers(&parts);
        if status == 401 || status == 405 {
            bare.uri =
                Request::get(parts.uri.path()).body(()).map_or(parts.uri.clone(), |request| request.into_parts().0.uri);
        }
        let bare_response = endpoint.handle(&bare);
        assert_eq!(bare_response.status(), response.status());
        assert_eq!(bare_response.headers(), response.headers());
        assert_eq!(text(&bare_response), text(&response));
    }
});

/// Parses a request.
fn parts(bytes: &[u8]) -> Option<Parts> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Request::new(&mut headers);
    head.parse(bytes).ok().filter(httparse::Status::is_complete)?;
    let request = Request::builder().method(head.method?).uri(head.path?);
    let request = head.headers.iter().fold(request, |request, header| request.header(header.name, header.value));
    Some(request.body(()).ok()?.into_parts().0)
}

impl Endpoint {
    fn handle(&self, parts: &Parts) -> Response<Vec<u8>> {
        let response = block_on(self.list.handle(parts, self.caller));
        if let Some(log) = &self.log {
            // Only a page, a 400 and a 414 follow an accepted token.
            let accepted = u64::from([200, 400, 414].contains(&response.status().as_u16()));
            let usage = log.drain(NonZeroUsize::MAX).flat_map(UsageBatch::commit);
            assert_eq!(usage.map(|usage| usage.count).sum::<u64>(), accepted);
        }
        response
    }

    /// Returns the status by the rules, in the order of rejections.
    fn expected_status(&self, parts: &Parts) -> u16 {
        if parts.method != Method::GET && parts.method != Method::HEAD {
            return 405;
        }
        match credentials::secret(&header_values(parts, "authorization")).as_deref() {
            Ok("good" | "7|good") => {}
            Ok("office") if self.caller.is_some() => {}
            Ok("down") => return 503,
            Ok("slow") => return 504,
            Ok("broken") => return 500,
            _ => return 401,
        }
        if self.page(parts).is_none() {
            return 400;
        }
        let raw = parts.uri.query().unwrap_or_default();
        let preserved = query::preserved(raw, |known| !query::is_or_is_in(known, self.page_name));
        // The last `&` does not count.
        if self.caller.is_some() && preserved.len() > MAX_QUERY_LEN + 1 { 414 } else { 200 }
    }

    /// Returns the requested page, or `None` if the parameter is invalid.
    fn page(&self, parts: &Parts) -> Option<u64> {
        let raw = parts.uri.query().unwrap_or_default();
        let page = if self.caller.is_none() {
            query::strict(raw, self.page_name, PageRequest::MAX_PAGE).ok()?
        } else {
            query::lenient(raw, self.page_name, PageRequest::MAX_PAGE, None)
        };
        Some(page.unwrap_or(1))
    }
}

/// Checks every response to GET.
fn check(parts: &Parts, response: &Response<Vec<u8>>) {
    let status = response.status().as_u16();
    let headers = response.headers();
    let json: Value = serde_json::from_slice(response.body()).expect("the body is JSON");
    assert_eq!(headers["content-length"], *response.body().len().to_string());
    assert_eq!(headers["cache-control"], "private, no-store");
    assert_eq!(headers.contains_key("www-authenticate"), status == 401);
    assert_eq!(headers.get("allow").is_some_and(|allow| allow == "GET, HEAD"), status == 405);
    assert_eq!(headers.contains_key("retry-after"), status == 503);
    assert!(headers.iter().all(|(_, value)| value.to_str().is_ok_and(|value| !value.contains(CAUSE))));
    assert!(!text(response).contains(CAUSE));
    if status == 200 {
        assert_eq!(headers["content-type"], "application/json");
        return;
    }
    assert_eq!(headers["content-type"], "application/problem+json");
    assert_eq!(json["status"], status);
    assert_eq!(json["type"], "about:blank");
    let problem = Problem::from_slice(response.body()).expect("a problem");
    assert_eq!(problem.status(), Some(response.status()));
    assert_eq!(problem.trace_id(), trace::trace(&header_values(parts, "traceparent")).as_deref());
    let instance = problem.instance().expect("every problem has one");
    assert!(instance.bytes().all(|byte| byte.is_ascii_graphic()) && !instance.contains('?'), "{instance}");
    let reasons = [
        "has brackets after its name",
        "is empty",
        "has a leading zero",
        "has something other than the digits 0 to 9",
        "is given more than once",
        "is larger",
        "is zero",
    ];
    let details = reasons.map(|reason| format!("`page` must be a whole number from 1 to {}, but {reason}", i64::MAX));
    match problem.detail() {
        Some("Authentication failed") => assert_eq!(status, 401),
        Some("links can preserve at most 100 bytes of query parameters") => assert_eq!(status, 414),
        Some(detail) => assert!(status == 400 && details.iter().any(|known| known == detail), "{detail}"),
        None => assert!([405, 500, 503, 504].contains(&status)),
    }
}

/// Checks that the page is the requested one, and that its links lead to its neighbors.
fn check_page(endpoint: &Endpoint, parts: &Parts, response: &Response<Vec<u8>>) {
    let page = read(response);
    let requested = endpoint.page(parts).expect("a page");
    let meta = &page.meta;
    let size = meta.per_page;
    let last_page = TOTAL.div_ceil(size);
    assert_eq!((meta.current_page, meta.total, meta.last_page), (Some(requested), Some(TOTAL), Some(last_page)));
    let before = requested.saturating_sub(1).saturating_mul(size).min(TOTAL);
    let ids: Vec<_> = page.data.iter().map(|token| token.id.0.unsigned_abs()).collect();
    let ordered = before..(before + size).min(TOTAL);
    let expected: Vec<_> = match endpoint.caller {
        None => ordered.collect(),
        Some(_) => ordered.map(|index| TOTAL - 1 - index).collect(),
    };
    assert_eq!(ids, expected);

    assert_eq!((page.links.prev.is_some(), page.links.next.is_some()), (requested > 1, requested < last_page));
    for (url, number) in [(&page.links.prev, requested.checked_sub(1)), (&page.links.next, requested.checked_add(1))] {
        let Some(url) = url else { continue };
        let parsed = Url::parse(url).expect("a link is a URL");
        assert_eq!(parsed.query_pairs().last().map(|(name, _)| name.into_owned()).as_deref(), Some(endpoint.page_name));
        let mut next = parts.clone();
        next.uri = url.strip_prefix("https://h.example").and_then(|target| target.parse().ok()).expect("a target");
        let next = read(&endpoint.handle(&with_method(&next, Method::GET)));
        assert_eq!((next.meta.current_page, next.meta.per_page), (number, size), "{url}");
        // The neighbor preserves the same parameters.
        let back = if number < Some(requested) { next.links.next } else { next.links.prev };
        if requested <= last_page {
            assert!(meta.links.iter().any(|link| link.active && link.url == back), "{back:?}");
        }
    }
}

fn read(response: &Response<Vec<u8>>) -> Page<TokenResource> {
    serde_json::from_slice(response.body()).expect("a page")
}

fn text(response: &Response<Vec<u8>>) -> &str {
    std::str::from_utf8(response.body()).expect("UTF-8")
}

fn header_values<'p>(parts: &'p Parts, name: &str) -> Vec<&'p [u8]> {
    parts.headers.get_all(name).iter().map(HeaderValue::as_bytes).collect()
}

fn with_method(parts: &Parts, method: Method) -> Parts {
    let mut parts = parts.clone();
    parts.method = method;
    parts
}

/// Returns the request with only the headers that can change the response.
fn with_minimal_headers(parts: &Parts) -> Parts {
    let presented: &[&str] = match credentials::secret(&header_values(parts, "authorization")).as_deref() {
        Ok("good" | "7|good") => &["Bearer good"],
        Ok("office") => &["Bearer office"],
        Ok("down") => &["Bearer down"],
        Ok("slow") => &["Bearer slow"],
        Ok("broken") => &["Bearer broken"],
        Ok(_) | Err(CredentialsError::Malformed) => &["Bearer unknown"],
        Err(CredentialsError::Missing) => &[],
        Err(CredentialsError::Repeated) => &["", ""],
    };
    let mut bare = parts.clone();
    bare.headers = HeaderMap::new();
    bare.headers.extend(presented.iter().map(|value| (AUTHORIZATION, HeaderValue::from_static(value))));
    if let Some(trace) = trace::trace(&header_values(parts, "traceparent")) {
        let value = format!("00-{trace}-0000000000000001-00");
        bare.headers.insert("traceparent", value.parse().expect("visible ASCII"));
    }
    bare
}
