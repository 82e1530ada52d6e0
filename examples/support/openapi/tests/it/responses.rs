use http::request::Builder;
use http::{Method, Response};
use serde_json::Value;
use tokenfolio::{Challenge, Pagination, StoreErrorKind, TraceId};
use tokenfolio_openapi::Description;

use crate::service::{
    Endpoint, PATH, Store, TRACEPARENT, endpoint, endpoint_with, equal_tokens, extreme_tokens, get, send,
};

/// Sends a request with and without a trace, and with GET and HEAD. Checks each response against the given description
/// and against the description of the endpoint itself.
async fn check(description: &Description, endpoint: &Endpoint, status: u16, request: impl Fn() -> Builder) {
    let id: TraceId = "b4f5aa7a-1470-4d92-8d3c-98e7c7de9f5f".parse().expect("a trace id");
    let configured = Description::new(endpoint.openapi());
    let traced = [request(), request().header("traceparent", TRACEPARENT), request().extension(id)];
    for (index, request) in traced.into_iter().enumerate() {
        let method = request.method_ref().expect("a well-formed request").clone();
        let response = send(endpoint, request).await;
        assert_described(description, &method, status, &response);
        assert_described(&configured, &method, status, &response);
        let has_trace =
            serde_json::from_slice::<Value>(response.body()).is_ok_and(|body| body.get("trace_id").is_some());
        assert_eq!(has_trace, status >= 400 && index > 0, "{method} {status}");
    }
    if request().method_ref() == Some(&Method::GET) {
        let response = send(endpoint, request().method(Method::HEAD)).await;
        assert_described(description, &Method::HEAD, status, &response);
        assert_described(&configured, &Method::HEAD, status, &response);
    }
}

#[track_caller]
fn assert_described(description: &Description, method: &Method, status: u16, response: &Response<Vec<u8>>) {
    assert_eq!(response.status(), status, "{method}");
    assert_eq!(description.violations(method, response), Vec::<String>::new(), "{method} {status}");
    let operation = if method == Method::HEAD { "head" } else { "get" };
    let headers = &description.path_item().1[operation]["responses"][status.to_string()]["headers"];
    let names: Vec<_> =
        headers.as_object().expect("headers are described").keys().map(|name| name.to_lowercase()).collect();
    for name in response.headers().keys().filter(|name| *name != "content-type") {
        assert!(names.contains(&name.to_string()), "{method} {status}: {name} is not described");
    }
}

#[tokio::test]
async fn every_page_matches_its_description() {
    let description = Description::packaged();
    for tokens in [Vec::new(), equal_tokens(1), equal_tokens(20), equal_tokens(293), extreme_tokens()] {
        let endpoint = endpoint(Store::of(tokens));
        for page in [1, 2, 7, 8, 15, 16, u64::MAX / 2] {
            check(&description, &endpoint, 200, || get(&format!("page={page}"))).await;
        }
    }
}

#[tokio::test]
async fn extreme_totals_match_their_description() {
    let description = Description::packaged();
    for total in [0, u64::from(u32::MAX), u64::MAX / 2, u64::MAX - 1, u64::MAX] {
        let store = Store::Holding { tokens: equal_tokens(1), total };
        let endpoint = endpoint_with(store, |pagination| pagination.with_per_page(std::num::NonZeroU32::MIN));
        check(&description, &endpoint, if total == 0 { 500 } else { 200 }, || get("page=1")).await;
    }
}

#[tokio::test]
async fn every_option_matches_its_description() {
    let description = Description::packaged();
    let new_endpoint = |options: fn(Pagination) -> Pagination| endpoint_with(Store::of(equal_tokens(293)), options);
    for (endpoint, query) in [
        (new_endpoint(|pagination| pagination).with_link_header(), "page=8"),
        (new_endpoint(Pagination::with_query_string).with_link_header(), "q=a+b%20'|&page=8"),
        (new_endpoint(Pagination::lenient), "page=x"),
    ] {
        check(&description, &endpoint, 200, || get(query)).await;
    }
}

#[tokio::test]
async fn a_400_matches_its_description() {
    let description = Description::packaged();
    let endpoint = endpoint(Store::of(equal_tokens(1)));
    for query in ["page=", "page=0", "page=01", "page=-1", "page=x", "page=1&page=2", "page=9223372036854775808"] {
        check(&description, &endpoint, 400, || get(query)).await;
    }
}

#[tokio::test]
async fn a_401_matches_its_description() {
    let description = Description::packaged();
    let challenge = Challenge::new("a \"realm\" \\").and_then(|challenge| challenge.with_scope("tokens:read a"));
    let challenge = challenge.expect("ASCII");
    let endpoint = endpoint(Store::of(equal_tokens(1))).with_challenge(challenge);
    for credentials in [
        &[][..],
        &["Basic dXNlcjpwYXNz"],
        &["Bearer"],
        &["Bearer a b"],
        &["Bearer unknown"],
        &["Bearer expired"],
        &["Bearer office"],
        &["Bearer good", "Bearer good"],
    ] {
        let request = || {
            credentials.iter().fold(http::Request::get(PATH), |request, value| request.header("authorization", *value))
        };
        check(&description, &endpoint, 401, request).await;
    }
}

#[tokio::test]
async fn a_405_matches_its_description() {
    let description = Description::packaged();
    let endpoint = endpoint(Store::of(equal_tokens(1)));
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"] {
        check(&description, &endpoint, 405, || get("").method(method)).await;
    }
}

#[tokio::test]
async fn a_store_error_matches_its_description() {
    let description = Description::packaged();
    for (kind, status) in [
        (StoreErrorKind::Corrupt, 500),
        (StoreErrorKind::Other, 500),
        (StoreErrorKind::Timeout, 504),
        (StoreErrorKind::Unavailable, 503),
    ] {
        for seconds in [0, 1, u32::MAX] {
            let endpoint = endpoint(Store::Failing(kind)).with_retry_after(seconds);
            check(&description, &endpoint, status, || get("")).await;
        }
    }
}

/// Returns a page with one replacement in its content.
async fn page_with(from: &str, to: &str) -> Response<Vec<u8>> {
    let endpoint = endpoint(Store::of(extreme_tokens()));
    let page = send(&endpoint, get("page=1")).await;
    page.map(|body| String::from_utf8_lossy(&body).replacen(from, to, 1).into())
}

#[track_caller]
fn assert_violation(description: &Description, response: &Response<Vec<u8>>, violation: &str) {
    let violations = description.violations(&Method::GET, response);
    assert!(violations.iter().any(|found| found.starts_with(violation)), "{violation}: {violations:?}");
}

#[tokio::test]
async fn content_that_violates_the_description_is_reported() {
    let description = Description::packaged();
    for (from, to, violation) in [
        ("{", "[", "content is not JSON: "),
        ("\"status\":", "\"Status\":", "content/data/0: "),
        ("\"active\"", "\"asleep\"", "content/data/0/status: "),
        ("T00:00:00Z", " 00:00:00", "content/data/0/created_at: "),
        ("-9223372036854775808", "-10000000000000000000", "content/data/0/id: "),
        (",\"page\":null", "", "content/meta/links/0: "),
        ("\"per_page\":20", "\"per_page\":null", "content/meta/per_page: "),
    ] {
        assert_violation(&description, &page_with(from, to).await, violation);
    }
    assert_eq!(description.violations(&Method::HEAD, &page_with("", "").await), ["unexpected content"]);
}

#[tokio::test]
async fn headers_that_violate_the_description_are_reported() {
    let description = Description::packaged();
    for (name, value, violation) in [
        ("cache-control", "public", "Cache-Control: "),
        ("content-length", "many", "Content-Length: "),
        ("content-type", "text/html", "Content-Type is not application/json"),
        ("link", "</2>; rel=next", "Link: "),
    ] {
        let mut page = page_with("", "").await;
        page.headers_mut().insert(name, value.parse().expect("a value"));
        assert_violation(&description, &page, violation);
    }
    let mut page = page_with("", "").await;
    page.headers_mut().append("cache-control", "private, no-store".parse().expect("a value"));
    assert_violation(&description, &page, "Cache-Control is repeated");
    page.headers_mut().remove("cache-control");
    assert_violation(&description, &page, "Cache-Control is missing");
}
