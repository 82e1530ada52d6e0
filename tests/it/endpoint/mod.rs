//! The endpoint, from a request's parts to the bytes of the answer.

mod faults;
mod isolation;

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::{Builder, Parts};
use http::{Method, Response};
use pollster::block_on;
use serde_json::{Value, json};
use tokenfolio::{
    AccessToken, AllowedIps, Authenticated, Authenticator, BearerToken, LinkStyle, ListQuery, ListTokens, MemoryStore,
    Page, PageRules, PageUrls, StoreError, StoreErrorKind, TokenList, TokenOrder, TokenResource, TokenStore,
};

const BASE: &str = "https://api.example.test/api/v1/me/tokens";
const OWNER: u64 = 7;

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_712_846_105, 0).unwrap()
}

/// The tokens that are presented, by their secrets.
#[derive(Clone, Default)]
pub(crate) struct Secrets(HashMap<&'static str, AccessToken>);

impl Authenticator for Secrets {
    type Owner = u64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
        Ok(self.0.get(secret.secret()).map(|token| Authenticated { owner: OWNER, token: token.clone() }))
    }
}

pub(crate) fn secrets() -> Secrets {
    let token = |change: fn(&mut AccessToken)| {
        let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
        change(&mut token);
        token
    };
    Secrets(HashMap::from([
        ("good", token(|_| ())),
        ("expired", token(|token| token.expires_at = Some(now()))),
        ("revoked", token(|token| token.revoked_at = Some(now()))),
        ("office", token(|token| token.allowed_ips = AllowedIps::parse(["10.0.0.0/24"]).ok())),
        ("nobody", token(|token| token.allowed_ips = Some(AllowedIps::deny_all()))),
    ]))
}

/// A store in which the owner has tokens 1 to `count`, and another has one of their own.
pub(crate) fn store_of(count: i64) -> MemoryStore<u64> {
    let store = MemoryStore::new();
    for id in 1..=count {
        store.insert(OWNER, AccessToken::new(id, format!("token {id}"), now() - TimeDelta::days(id)));
    }
    store.insert(OWNER + 1, AccessToken::new(1, "another's", now()));
    store
}

pub(crate) fn endpoint<S: TokenStore<Owner = u64>>(store: S) -> ListTokens<S, Secrets> {
    ListTokens::new(store, secrets(), PageUrls::new(BASE).unwrap()).with_clock(now)
}

fn request(method: Method, target: &str) -> Builder {
    http::Request::builder().method(method).uri(target)
}

/// A request for the list, with credentials and this query.
pub(crate) fn get(query: &str) -> Builder {
    request(Method::GET, &format!("/api/v1/me/tokens{query}")).header("authorization", "Bearer good")
}

fn parts(request: Builder) -> Parts {
    request.body(()).unwrap().into_parts().0
}

pub(crate) fn answer<S, A>(endpoint: &ListTokens<S, A>, request: Builder) -> Response<Vec<u8>>
where
    S: TokenStore,
    A: Authenticator<Owner = S::Owner>,
{
    block_on(endpoint.handle(&parts(request), None))
}

fn text(response: &Response<Vec<u8>>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

#[track_caller]
fn json(response: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

#[track_caller]
fn page(response: &Response<Vec<u8>>) -> Page<TokenResource> {
    assert_eq!(response.status(), 200, "{}", text(response));
    serde_json::from_slice(response.body()).unwrap()
}

fn ids(page: &Page<TokenResource>) -> Vec<i64> {
    page.data.iter().map(|token| token.id.0).collect()
}

/// The header fields of a response, in the order of their names.
fn fields(response: &Response<Vec<u8>>) -> Vec<(&str, &str)> {
    let mut fields: Vec<_> =
        response.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    fields.sort_unstable();
    fields
}

#[test]
fn a_page_is_answered_byte_for_byte() {
    let store = MemoryStore::new();
    let instant = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let mut token = AccessToken::new(1, "Production Deploy", instant("2024-03-01T18:11:00Z"));
    token.last_used_at = Some(instant("2024-04-11T14:35:05Z"));
    token.usage_count = 42;
    store.insert(OWNER, token);
    let mut token = AccessToken::new(23145, "CI Deployments", instant("2024-03-01T18:11:00Z"));
    token.expires_at = Some(instant("2024-04-11T14:35:05Z"));
    token.allowed_ips = AllowedIps::parse(["10.0.0.0/24", "203.0.113.12"]).ok();
    store.insert(OWNER, token);
    let response = answer(&endpoint(store), get(""));
    let expected = concat!(
        r#"{"data":[{"id":1,"name":"Production Deploy","status":"active","last_used_at":"2024-04-11T14:35:05Z","#,
        r#""usage_count":42,"expires_at":null,"created_at":"2024-03-01T18:11:00Z","allowed_ips":null},"#,
        r#"{"id":23145,"name":"CI Deployments","status":"expired","last_used_at":null,"usage_count":0,"#,
        r#""expires_at":"2024-04-11T14:35:05Z","created_at":"2024-03-01T18:11:00Z","#,
        r#""allowed_ips":["10.0.0.0/24","203.0.113.12"]}],"#,
        r#""links":{"first":"https://api.example.test/api/v1/me/tokens?page=1","#,
        r#""last":"https://api.example.test/api/v1/me/tokens?page=1","prev":null,"next":null},"#,
        r#""meta":{"current_page":1,"from":1,"last_page":1,"links":["#,
        r#"{"url":null,"label":"« Previous","page":null,"active":false},"#,
        r#"{"url":"https://api.example.test/api/v1/me/tokens?page=1","label":"1","page":1,"active":true},"#,
        r#"{"url":null,"label":"Next »","page":null,"active":false}],"#,
        r#""path":"https://api.example.test/api/v1/me/tokens","per_page":20,"to":2,"total":2}}"#,
    );
    assert_eq!(text(&response), expected);
    assert_eq!(response.status(), 200);
    let length = expected.len().to_string();
    assert_eq!(
        fields(&response),
        [("cache-control", "private, no-store"), ("content-length", &*length), ("content-type", "application/json")]
    );
}

#[test]
fn a_page_shows_the_callers_tokens_alone() {
    let page = page(&answer(&endpoint(store_of(3)), get("")));
    assert_eq!((ids(&page), page.meta.total), (vec![1, 2, 3], 3));
    assert!(page.data.iter().all(|token| *token.name != *"another's"));
}

#[test]
fn every_status_is_listed_and_is_that_of_authentication_at_the_same_instant() {
    let nanosecond = TimeDelta::nanoseconds(1);
    let edges = [None, Some(now() - nanosecond), Some(now()), Some(now() + nanosecond)];
    let pairs = edges.into_iter().flat_map(|revoked_at| edges.map(|expires_at| (revoked_at, expires_at)));
    for (revoked_at, expires_at) in pairs {
        let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
        (token.revoked_at, token.expires_at) = (revoked_at, expires_at);
        let store = MemoryStore::new();
        store.insert(OWNER, token.clone());
        let mut secrets = secrets();
        secrets.0.insert("presented", token);
        let endpoint = ListTokens::new(store, secrets, PageUrls::new(BASE).unwrap()).with_clock(now);
        let listed = page(&answer(&endpoint, get(""))).data[0].status.to_string();
        let presented = request(Method::GET, "/").header("authorization", "Bearer presented");
        let is_accepted = answer(&endpoint, presented).status() == 200;
        assert_eq!(is_accepted, listed == "active", "{revoked_at:?} {expires_at:?}");
    }
}

#[test]
fn walking_from_page_1_meets_every_token_once() {
    for count in [0, 1, 19, 20, 21, 40, 41, 281] {
        for size in [1, 7, 20, 300] {
            let rules = PageRules::default().with_per_page(NonZeroU32::new(size).unwrap());
            let endpoint = endpoint(store_of(count)).with_page_rules(rules);
            let (mut walked, mut prevs) = (Vec::new(), Vec::new());
            let mut next = Some(format!("{BASE}?page=1"));
            while let Some(url) = next {
                let target = url.strip_prefix("https://api.example.test").unwrap();
                let page =
                    page(&answer(&endpoint, request(Method::GET, target).header("authorization", "Bearer good")));
                walked.extend(ids(&page));
                assert_eq!(page.links.prev, prevs.last().cloned());
                assert_eq!(page.meta.total, count.unsigned_abs());
                prevs.push(url);
                next = page.links.next;
            }
            assert_eq!(walked, (1..=count).collect::<Vec<_>>(), "{count} by {size}");
        }
    }
}

#[test]
fn newest_first_is_an_option() {
    let endpoint = endpoint(store_of(45)).with_order(TokenOrder::NewestFirst);
    assert_eq!(ids(&page(&answer(&endpoint, get("")))), (26..=45).rev().collect::<Vec<_>>());
    assert_eq!(ids(&page(&answer(&endpoint, get("?page=3")))), (1..=5).rev().collect::<Vec<_>>());
}

#[test]
fn a_page_past_the_end_is_empty() {
    let endpoint = endpoint(store_of(21)).with_link_header();
    for number in [3, 9, PageRequestMax::MAX] {
        let response = answer(&endpoint, get(&format!("?page={number}")));
        let page = page(&response);
        assert_eq!((page.data.len(), page.meta.from, page.meta.to), (0, None, None));
        assert_eq!((page.meta.current_page, page.meta.last_page, page.meta.total), (number, 2, 21));
        assert_eq!(page.links.next, None);
        assert_eq!(page.links.prev, Some(format!("{BASE}?page={}", number - 1)));
        assert!(page.meta.links.iter().all(|link| !link.active));
        let link = format!(
            "<{BASE}?page=1>; rel=\"first\", <{BASE}?page=2>; rel=\"last\", <{BASE}?page={}>; rel=\"prev\"",
            number - 1
        );
        assert_eq!(response.headers()["link"], link);
    }
}

/// The highest page there is.
struct PageRequestMax;

impl PageRequestMax {
    const MAX: u64 = tokenfolio::PageRequest::MAX_PAGE;
}

#[test]
fn the_links_are_a_header_too_where_it_is_asked_for() {
    let response = answer(&endpoint(store_of(41)), get("?page=2"));
    assert!(!response.headers().contains_key("link"));
    let response = answer(&endpoint(store_of(41)).with_link_header(), get("?page=2"));
    let links = page(&response).links;
    let expected = [("first", links.first), ("last", links.last), ("prev", links.prev), ("next", links.next)]
        .map(|(relation, url)| format!("<{}>; rel=\"{relation}\"", url.unwrap()));
    let fields: Vec<_> = response.headers().get_all("link").iter().collect();
    assert_eq!(fields, [&expected.join(", ")]);
    let one = answer(&endpoint(store_of(1)).with_link_header(), get(""));
    assert_eq!(one.headers()["link"], format!("<{BASE}?page=1>; rel=\"first\", <{BASE}?page=1>; rel=\"last\""));
    let refused = answer(&endpoint(store_of(1)).with_link_header(), get("?page=0"));
    assert!(!refused.headers().contains_key("link"));
}

#[test]
fn the_style_of_the_link_array_is_an_option() {
    let endpoint = endpoint(store_of(1)).with_style(LinkStyle::laravel_entities());
    let labels: Vec<_> = page(&answer(&endpoint, get(""))).meta.links.into_iter().map(|link| link.label).collect();
    assert_eq!(labels, ["&laquo; Previous", "1", "Next &raquo;"]);
    let endpoint = endpoint.with_style(LinkStyle::default().without_array());
    assert_eq!(json(&answer(&endpoint, get("")))["meta"].get("links"), None);
}

#[test]
fn other_parameters_are_kept_only_where_it_is_asked_for() {
    let query = "?sort=-id&page=2&sort=name&flag&e=&q=a%20b+c&p%61ge2=x";
    let dropped = page(&answer(&endpoint(store_of(41)), get(query)));
    assert_eq!(dropped.links.next, Some(format!("{BASE}?page=3")));
    let response = answer(&endpoint(store_of(41)).with_query_string().with_link_header(), get(query));
    let kept = "sort=-id&sort=name&flag&e=&q=a%20b+c&p%61ge2=x&page";
    let links = page(&response).links;
    assert_eq!(links.first, Some(format!("{BASE}?{kept}=1")));
    assert_eq!(links.next, Some(format!("{BASE}?{kept}=3")));
    assert!(response.headers()["link"].to_str().unwrap().contains(&format!("<{BASE}?{kept}=3>; rel=\"next\"")));
}

#[test]
fn a_kept_parameter_cannot_break_out_of_the_link_header() {
    let endpoint = endpoint(store_of(41)).with_query_string().with_link_header();
    let response = answer(&endpoint, get("?x=%3E,%0D%0A;y{}|\\^`"));
    assert_eq!(response.status(), 200);
    let header = response.headers()["link"].to_str().unwrap().to_owned();
    let links = page(&response).links;
    let expected = [("first", links.first), ("last", links.last), ("next", links.next)].map(|(relation, url)| {
        let url = url.unwrap();
        assert!(url.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte)), "{url}");
        format!("<{url}>; rel=\"{relation}\"")
    });
    assert_eq!(header, expected.join(", "));
}

#[test]
fn a_size_that_the_client_chose_is_kept_in_the_links() {
    let rules = PageRules::default().with_client_size("per_page", NonZeroU32::new(50).unwrap());
    let endpoint = endpoint(store_of(41)).with_page_rules(rules);
    let chosen = page(&answer(&endpoint, get("?sort=id&per_page=5&page=2")));
    assert_eq!((ids(&chosen), chosen.meta.per_page), (vec![6, 7, 8, 9, 10], 5));
    assert_eq!(chosen.links.next, Some(format!("{BASE}?per_page=5&page=3")));
    assert_eq!(page(&answer(&endpoint, get(""))).links.next, Some(format!("{BASE}?page=2")));
    let response = answer(&endpoint, get("?per_page=51&page=0"));
    assert_eq!(response.status(), 400);
    let parameters: Vec<_> =
        json(&response)["errors"].as_array().unwrap().iter().map(|error| error["parameter"].clone()).collect();
    assert_eq!(parameters, ["page", "per_page"]);
    let kept = page(&answer(&endpoint.with_query_string(), get("?sort=id&per_page=5&page=2")));
    assert_eq!(kept.links.next, Some(format!("{BASE}?sort=id&per_page=5&page=3")));
}

#[test]
fn the_page_parameter_is_called_as_the_urls_or_the_rules_say() {
    let urls = PageUrls::new(BASE).unwrap().with_page_name("p");
    let by_urls = ListTokens::new(store_of(41), secrets(), urls).with_clock(now);
    let by_rules = endpoint(store_of(41)).with_page_rules(PageRules::default().with_page_name("p"));
    for endpoint in [by_urls, by_rules] {
        let page = page(&answer(&endpoint, get("?p=2&page=x")));
        assert_eq!(page.meta.current_page, 2);
        assert_eq!(page.links.next, Some(format!("{BASE}?p=3")));
        assert_eq!(json(&answer(&endpoint, get("?p=x")))["errors"][0]["parameter"], "p");
    }
}

/// What strict and lenient rules make of a query: the page, if it is one.
const QUERIES: [(&str, Option<u64>, u64); 35] = [
    ("", Some(1), 1),
    ("?", Some(1), 1),
    ("?page=2", Some(2), 2),
    ("?page=%FF", None, 1),
    ("?page=%", None, 1),
    ("?&&page=2", Some(2), 2),
    ("?p%61ge=2", Some(2), 2),
    ("?page=%32", Some(2), 2),
    ("?page=2&page=3", None, 3),
    ("?page[]=2", Some(1), 1),
    ("?PAGE=2", Some(1), 1),
    ("?x=1&page=2&y=%26page%3D3", Some(2), 2),
    ("?page=0", None, 1),
    ("?page=-1", None, 1),
    ("?page=", None, 1),
    ("?page", None, 1),
    ("?page=abc", None, 1),
    ("?page=2abc", None, 1),
    ("?page=1.5", None, 1),
    ("?page=1e1", None, 1),
    ("?page=0x2", None, 1),
    ("?page=%EF%BC%92", None, 1),
    ("?page=9223372036854775807", Some(9_223_372_036_854_775_807), 9_223_372_036_854_775_807),
    ("?page=9223372036854775808", None, 1),
    ("?page=18446744073709551617", None, 1),
    ("?page=02", None, 1),
    ("?page=+2", None, 2),
    ("?page=%2B2", None, 2),
    ("?page=%202", None, 2),
    ("?page=2%20", None, 2),
    ("?page=2%0A", None, 2),
    ("?page=2%00", None, 1),
    ("?page=2,3", None, 1),
    ("?page=null", None, 1),
    ("?page=\u{660}", None, 1),
];

#[test]
fn a_bad_page_is_a_400_that_names_the_parameter_or_page_1_if_lenient() {
    let strict = endpoint(store_of(41));
    let lenient = endpoint(store_of(41)).with_page_rules(PageRules::default().lenient());
    let digits = format!("?page={}", "9".repeat(4_000));
    for (query, number, forgiven) in QUERIES.into_iter().chain([(&*digits, None, 1)]) {
        let response = answer(&strict, get(query));
        match number {
            Some(number) => assert_eq!(page(&response).meta.current_page, number, "{query}"),
            None => {
                assert_eq!(response.status(), 400, "{query}");
                assert_eq!(response.headers()["content-type"], "application/problem+json");
                let problem = json(&response);
                let detail = problem["errors"][0]["detail"].as_str().unwrap();
                assert!(detail.starts_with("must be a whole number from 1 to 9223372036854775807, but "), "{detail}");
                assert_eq!(problem["detail"], format!("`page` {detail}"));
                assert_eq!(problem["errors"], json!([{"parameter": "page", "detail": detail}]));
                assert_eq!(problem["instance"], "/api/v1/me/tokens");
                assert!(response.body().len() < 500);
            }
        }
        assert_eq!(page(&answer(&lenient, get(query))).meta.current_page, forgiven, "{query}");
    }
}

#[test]
fn a_400_is_answered_byte_for_byte() {
    let response =
        answer(&endpoint(store_of(1)), get("?page=0").extension("t-1".parse::<tokenfolio::TraceId>().unwrap()));
    let expected = concat!(
        r#"{"type":"about:blank","title":"Bad Request","status":400,"#,
        r#""detail":"`page` must be a whole number from 1 to 9223372036854775807, but is zero","#,
        r#""instance":"/api/v1/me/tokens","trace_id":"t-1","errors":[{"#,
        r#""detail":"must be a whole number from 1 to 9223372036854775807, but is zero","parameter":"page"}]}"#,
    );
    assert_eq!(text(&response), expected);
    let length = expected.len().to_string();
    assert_eq!(
        fields(&response),
        [
            ("cache-control", "private, no-store"),
            ("content-length", &*length),
            ("content-type", "application/problem+json"),
        ]
    );
}

const UNAUTHORIZED: &str = concat!(
    r#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Authentication failed","#,
    r#""instance":"/api/v1/me/tokens"}"#,
);

#[test]
fn every_refusal_has_one_body_and_the_challenge_of_its_cause() {
    let bare = r#"Bearer realm="api""#;
    let invalid_token = r#"Bearer realm="api", error="invalid_token""#;
    let invalid_request = r#"Bearer realm="api", error="invalid_request""#;
    let long = format!("Bearer {}", "s".repeat(6_000));
    let cases: [(&[&[u8]], &str); 19] = [
        (&[], bare),
        (&[b"Basic dXNlcjpwYXNz"], bare),
        (&[b"Bearer"], bare),
        (&[b"Bearer "], bare),
        (&[b"Bearergood"], bare),
        (&[b"Bearer a b"], invalid_token),
        (&[b"Bearer a,b"], invalid_token),
        (&[b"Bearer a\"b"], invalid_token),
        (&[b"Bearer =abc"], invalid_token),
        (&[b"Bearer \xc3\xa9"], invalid_token),
        (&[b"Bearer \xff"], invalid_token),
        (&[b"Bearer unknown"], invalid_token),
        (&[b"Bearer GOOD"], invalid_token),
        (&[b"Bearer expired"], invalid_token),
        (&[b"Bearer revoked"], invalid_token),
        (&[b"Bearer nobody"], invalid_token),
        (&[long.as_bytes()], invalid_token),
        (&[b"Bearer good", b"Bearer good"], invalid_request),
        (&[b"Bearer good", b"Bearer bad"], invalid_request),
    ];
    let endpoint = endpoint(store_of(3));
    for (authorization, challenge) in cases {
        let request = request(Method::GET, "/api/v1/me/tokens?access_token=good&page=2");
        let request = authorization.iter().fold(request, |request, value| request.header("authorization", *value));
        let response = answer(&endpoint, request);
        assert_eq!(response.status(), 401);
        assert_eq!(text(&response), UNAUTHORIZED);
        assert_eq!(
            fields(&response),
            [
                ("cache-control", "private, no-store"),
                ("content-length", &*UNAUTHORIZED.len().to_string()),
                ("content-type", "application/problem+json"),
                ("www-authenticate", challenge),
            ]
        );
    }
}

#[test]
fn every_spelling_of_good_credentials_is_accepted() {
    let endpoint = endpoint(store_of(3));
    for value in ["Bearer good", "bearer good", "BEARER good", "Bearer  good", " Bearer good "] {
        let request = request(Method::GET, "/").header("authorization", value);
        assert_eq!(answer(&endpoint, request).status(), 200, "{value:?}");
    }
}

#[test]
fn the_realm_is_an_option() {
    let endpoint = endpoint(store_of(3)).with_realm("a\"b\\c");
    let response = answer(&endpoint, request(Method::GET, "/"));
    assert_eq!(response.headers()[WWW_AUTHENTICATE], r#"Bearer realm="a\"b\\c""#);
}

#[test]
fn the_callers_address_is_the_argument_and_no_header() {
    let endpoint = endpoint(store_of(3));
    for (caller, status) in [
        (Some("10.0.0.7"), 200),
        (Some("::ffff:10.0.0.7"), 200),
        (Some("10.0.1.7"), 401),
        (Some("::10.0.0.7"), 401),
        (None, 401),
    ] {
        let request = request(Method::GET, "/api/v1/me/tokens")
            .header("authorization", "Bearer office")
            .header("x-forwarded-for", if status == 200 { "192.0.2.1" } else { "10.0.0.7" })
            .header("forwarded", "for=10.0.0.7")
            .header("x-real-ip", "10.0.0.7");
        let caller: Option<IpAddr> = caller.map(|caller| caller.parse().unwrap());
        let response = block_on(endpoint.handle(&parts(request), caller));
        assert_eq!(response.status(), status, "{caller:?}");
    }
}

#[test]
fn forged_headers_never_reach_a_link() {
    let endpoint = endpoint(store_of(41)).with_link_header().with_query_string();
    let plain = answer(&endpoint, get("?page=2"));
    for (name, value) in [
        ("host", "evil.example"),
        ("host", "a\"b<c>"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-port", "666"),
        ("x-forwarded-prefix", "/evil"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-url", "/evil"),
        ("x-rewrite-url", "/evil"),
    ] {
        let forged = answer(&endpoint, get("?page=2").header(name, value));
        assert_eq!((forged.headers(), forged.body()), (plain.headers(), plain.body()), "{name}");
        let refused = answer(&endpoint, get("?page=0").header(name, value));
        assert_eq!(refused.body(), answer(&endpoint, get("?page=0")).body(), "{name}");
    }
    let absolute =
        request(Method::GET, "http://evil.example/api/v1/me/tokens?page=2").header("authorization", "Bearer good");
    assert_eq!(answer(&endpoint, absolute).body(), plain.body());
}

#[test]
fn no_accept_header_is_too_much() {
    let endpoint = endpoint(store_of(3));
    let plain = answer(&endpoint, get(""));
    for accept in [&b"text/html"[..], b"*/*;q=0", b"application/json;q=0", b"garbage;;,=", b"", b"\xff"] {
        let response = answer(&endpoint, get("").header("accept", accept));
        assert_eq!((response.status(), response.body()), (plain.status(), plain.body()));
    }
}

#[test]
fn a_request_with_a_body_and_conditions_is_answered_like_any_other() {
    let endpoint = endpoint(store_of(3));
    let plain = answer(&endpoint, get(""));
    let request = get("").header("content-length", "7").header("if-none-match", "*").header("range", "bytes=0-1");
    assert_eq!(answer(&endpoint, request).body(), plain.body());
    let refused = self::request(Method::GET, "/").header("if-none-match", "*");
    assert_eq!(answer(&endpoint, refused).status(), 401);
}

/// Requests for every kind of answer but that of a store.
fn all_kinds() -> [Builder; 4] {
    [get(""), get("?page=2"), get("?page=0"), request(Method::GET, "/api/v1/me/tokens")]
}

#[test]
fn head_has_the_fields_of_get_and_no_content() {
    let endpoint = endpoint(store_of(41)).with_link_header();
    for request in all_kinds() {
        let mut parts = parts(request);
        let got = block_on(endpoint.handle(&parts, None));
        parts.method = Method::HEAD;
        let head = block_on(endpoint.handle(&parts, None));
        assert_eq!((head.status(), head.headers()), (got.status(), got.headers()));
        assert_eq!(head.headers()["content-length"], got.body().len().to_string());
        assert!(head.body().is_empty() && !got.body().is_empty());
    }
}

#[test]
fn every_other_method_is_a_405_that_names_the_two() {
    let body =
        "{\"type\":\"about:blank\",\"title\":\"Method Not Allowed\",\"status\":405,\"instance\":\"/api/v1/me/tokens\"}";
    let endpoint = endpoint(store_of(3));
    for method in
        ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "head", "GETS", "QUERY"]
    {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let response = answer(&endpoint, get("").method(method.clone()));
        assert_eq!((response.status().as_u16(), text(&response)), (405, body), "{method}");
        assert_eq!(
            fields(&response),
            [
                ("allow", "GET, HEAD"),
                ("cache-control", "private, no-store"),
                ("content-length", &*body.len().to_string()),
                ("content-type", "application/problem+json"),
            ]
        );
    }
}

/// Fails as told, and counts how often it was asked.
pub(crate) struct Failing {
    kind: StoreErrorKind,
    asked: Arc<AtomicUsize>,
}

impl TokenStore for Failing {
    type Owner = u64;

    async fn list(&self, _query: &ListQuery<u64>) -> Result<TokenList, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Err(StoreError::new(self.kind, "s3cret of db-3"))
    }
}

impl Authenticator for Failing {
    type Owner = u64;

    async fn find(&self, _secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Err(StoreError::new(self.kind, "s3cret of db-3"))
    }
}

pub(crate) fn failing(kind: StoreErrorKind) -> Failing {
    Failing { kind, asked: Arc::default() }
}

const FAILURES: [(StoreErrorKind, u16, &str, Option<&str>); 4] = [
    (StoreErrorKind::Unavailable, 503, "Service Unavailable", Some("1")),
    (StoreErrorKind::Timeout, 504, "Gateway Timeout", None),
    (StoreErrorKind::Corrupt, 500, "Internal Server Error", None),
    (StoreErrorKind::Other, 500, "Internal Server Error", None),
];

#[track_caller]
fn expect_failure(response: &Response<Vec<u8>>, status: u16, title: &str, retry_after: Option<&str>) {
    let body =
        format!(r#"{{"type":"about:blank","title":"{title}","status":{status},"instance":"/api/v1/me/tokens"}}"#);
    assert_eq!((response.status().as_u16(), text(response)), (status, &*body));
    let length = body.len().to_string();
    let mut expected = vec![
        ("cache-control", "private, no-store"),
        ("content-length", &*length),
        ("content-type", "application/problem+json"),
    ];
    expected.extend(retry_after.map(|seconds| ("retry-after", seconds)));
    assert_eq!(fields(response), expected);
}

#[test]
fn a_store_that_fails_is_told_by_its_status_alone() {
    for (kind, status, title, retry_after) in FAILURES {
        let response = answer(&endpoint(failing(kind)).with_link_header(), get(""));
        expect_failure(&response, status, title, retry_after);
        let later = retry_after.map(|_| "4294967295");
        let response = answer(&endpoint(failing(kind)).with_retry_after(u32::MAX), get(""));
        expect_failure(&response, status, title, later);
    }
}

#[test]
fn an_authenticator_that_fails_is_told_by_its_status_alone() {
    for (kind, status, title, retry_after) in FAILURES {
        let endpoint = |kind| ListTokens::new(store_of(3), failing(kind), PageUrls::new(BASE).unwrap());
        expect_failure(&answer(&endpoint(kind), get("")), status, title, retry_after);
        let later = retry_after.map(|_| "30");
        expect_failure(&answer(&endpoint(kind).with_retry_after(30), get("")), status, title, later);
    }
}

#[test]
fn a_request_is_refused_by_method_then_credentials_then_page_then_store() {
    let method = |request: Builder| request.method(Method::POST);
    let credentials = |request: Builder| request.header("authorization", "Bearer twice");
    for (query, is_post, is_twice, status, asked) in [
        ("?page=0", true, true, 405, 0),
        ("?page=0", true, false, 405, 0),
        ("", true, true, 405, 0),
        ("", true, false, 405, 0),
        ("?page=0", false, true, 401, 0),
        ("", false, true, 401, 0),
        ("?page=0", false, false, 400, 0),
        ("", false, false, 503, 1),
    ] {
        let store = failing(StoreErrorKind::Unavailable);
        let count = Arc::clone(&store.asked);
        let request = get(query);
        let request = if is_post { method(request) } else { request };
        let request = if is_twice { credentials(request) } else { request };
        let response = answer(&endpoint(store), request);
        assert_eq!(response.status(), status, "{query} {is_post} {is_twice}");
        assert_eq!(count.load(Ordering::Relaxed), asked);
        assert_eq!(response.headers().contains_key(ALLOW), status == 405);
        assert_eq!(response.headers().contains_key(WWW_AUTHENTICATE), status == 401);
        assert_eq!(response.headers().contains_key(RETRY_AFTER), status == 503);
    }
    // An authenticator that fails comes before the page too.
    let endpoint = ListTokens::new(store_of(3), failing(StoreErrorKind::Timeout), PageUrls::new(BASE).unwrap());
    assert_eq!(answer(&endpoint, get("?page=0")).status(), 504);
}

/// Answers every query alike.
struct Always(TokenList);

impl TokenStore for Always {
    type Owner = u64;

    async fn list(&self, _query: &ListQuery<u64>) -> Result<TokenList, StoreError> {
        Ok(self.0.clone())
    }
}

fn always(ids: impl IntoIterator<Item = i64>, total: u64) -> ListTokens<Always, Secrets> {
    let tokens = ids.into_iter().map(|id| AccessToken::new(id, "token", now())).collect();
    endpoint(Always(TokenList::new(tokens, total)))
}

#[test]
fn a_store_that_does_not_keep_to_its_contract_is_a_500() {
    for (what, endpoint, query) in [
        ("more rows than a page has", always(1..=21, 21), ""),
        ("more rows than the last page has", always(1..=3, 22), "?page=2"),
        ("fewer rows than a page has", always(1..=19, 41), ""),
        ("fewer rows than the last page has", always(1..=1, 22), "?page=2"),
        ("no rows of some", always([], 1), ""),
        ("rows past the end", always(1..=1, 20), "?page=2"),
        ("rows past any end", always(1..=1, 1), "?page=9223372036854775807"),
        ("a total below the rows", always(1..=3, 2), ""),
        ("rows of none", always(1..=3, 0), ""),
        ("descending rows", always([3, 2, 1], 3), ""),
        ("two rows the wrong way round", always([1, 3, 2], 3), ""),
        ("a repeated row", always([1, 2, 2], 3), ""),
        ("rows ordered as text", always([1, 10, 2], 3), ""),
        ("rows ordered without their sign", always([1, -1], 2), ""),
    ] {
        expect_failure(&answer(&endpoint, get(query)), 500, "Internal Server Error", None);
        let method = Method::HEAD;
        assert_eq!(answer(&endpoint, get(query).method(method)).status(), 500, "{what}");
    }
}

#[test]
fn the_same_rows_are_right_in_one_order_alone() {
    for (ids, oldest_first, newest_first) in [
        (vec![1, 2, 3], 200, 500),
        (vec![3, 2, 1], 500, 200),
        (vec![1, 1], 500, 500),
        (vec![i64::MIN, 0, i64::MAX], 200, 500),
        (vec![5], 200, 200),
        (vec![], 200, 200),
    ] {
        let total = ids.len() as u64;
        let endpoint = always(ids.clone(), total);
        assert_eq!(answer(&endpoint, get("")).status(), oldest_first, "{ids:?}");
        let endpoint = endpoint.with_order(TokenOrder::NewestFirst);
        assert_eq!(answer(&endpoint, get("")).status(), newest_first, "{ids:?}");
    }
}

#[test]
fn a_total_beyond_any_page_is_exact() {
    let page = page(&answer(&always(1..=20, u64::MAX), get("")));
    assert_eq!((page.meta.total, page.meta.last_page), (u64::MAX, u64::MAX.div_ceil(20)));
}

/// Writes down what it is asked.
struct Asked(std::sync::Mutex<Vec<ListQuery<u64>>>);

impl TokenStore for Asked {
    type Owner = u64;

    async fn list(&self, query: &ListQuery<u64>) -> Result<TokenList, StoreError> {
        self.0.lock().unwrap().push(query.clone());
        Ok(TokenList::new(Vec::new(), 0))
    }
}

#[test]
fn the_store_is_asked_once_for_exactly_the_window() {
    let asked = |query: &str, order| {
        let store = Asked(std::sync::Mutex::default());
        let rules = PageRules::default().with_client_size("size", NonZeroU32::MAX);
        let response = answer(&endpoint(&store).with_page_rules(rules).with_order(order), get(query));
        assert_eq!(response.status(), 200);
        store.0.into_inner().unwrap()
    };
    let window = |offset, limit, order| {
        let mut query = ListQuery::new(OWNER);
        (query.offset, query.limit, query.order) = (offset, NonZeroU32::new(limit).unwrap(), order);
        query
    };
    let (oldest, newest) = (TokenOrder::OldestFirst, TokenOrder::NewestFirst);
    assert_eq!(asked("", oldest), [window(0, 20, oldest)]);
    assert_eq!(asked("?page=3&size=7", newest), [window(14, 7, newest)]);
    assert_eq!(asked("?page=9223372036854775807&size=4294967295", oldest), [window(u64::MAX, u32::MAX, oldest)]);
}

#[test]
fn the_clock_is_read_once_a_request_and_not_for_a_wrong_method() {
    let reads = Arc::new(AtomicUsize::new(0));
    let clock = Arc::clone(&reads);
    let endpoint = endpoint(store_of(41)).with_clock(move || {
        clock.fetch_add(1, Ordering::Relaxed);
        now()
    });
    let count = || reads.swap(0, Ordering::Relaxed);
    for request in all_kinds() {
        answer(&endpoint, request);
        assert_eq!(count(), 1);
    }
    answer(&endpoint, get("").method(Method::HEAD));
    assert_eq!(count(), 1);
    answer(&endpoint, get("").method(Method::POST));
    assert_eq!(count(), 0);
}

#[test]
fn the_clock_decides_who_is_accepted_and_what_is_shown() {
    let expiry = now() + TimeDelta::days(1);
    let store = MemoryStore::new();
    let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
    token.expires_at = Some(expiry);
    store.insert(OWNER, token.clone());
    let mut secrets = secrets();
    secrets.0.insert("short", token);
    let endpoint = |now| ListTokens::new(&store, secrets.clone(), PageUrls::new(BASE).unwrap()).with_clock(move || now);
    let short = || request(Method::GET, "/").header("authorization", "Bearer short");
    let before = expiry - TimeDelta::nanoseconds(1);
    assert_eq!(page(&answer(&endpoint(before), short())).data[0].status.as_str(), "active");
    assert_eq!(answer(&endpoint(expiry), short()).status(), 401);
    assert_eq!(page(&answer(&endpoint(expiry), get(""))).data[0].status.as_str(), "expired");
}

#[test]
fn unless_set_the_clock_is_the_systems() {
    let store = MemoryStore::new();
    for (id, years) in [(1, -1), (2, 1)] {
        let mut token = AccessToken::new(id, "CI", DateTime::UNIX_EPOCH);
        token.expires_at = Some(Utc::now() + TimeDelta::days(365 * years));
        store.insert(OWNER, token);
    }
    let endpoint = ListTokens::new(store, secrets(), PageUrls::new(BASE).unwrap());
    let statuses: Vec<_> =
        page(&answer(&endpoint, get(""))).data.iter().map(|token| token.status.to_string()).collect();
    assert_eq!(statuses, ["expired", "active"]);
}

#[test]
fn every_problem_carries_the_path_and_the_trace_of_its_request() {
    let trace: tokenfolio::TraceId = "request-7".parse().unwrap();
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let fails = endpoint(failing(StoreErrorKind::Timeout));
    let lies = always([2, 1], 2);
    let problems = |change: &dyn Fn(Builder) -> Builder| -> Vec<Value> {
        vec![
            json(&answer(&fails, change(get("").method(Method::POST)))),
            json(&answer(&fails, change(request(Method::GET, "/api/v1/me/tokens")))),
            json(&answer(&fails, change(get("?page=0")))),
            json(&answer(&fails, change(get("")))),
            json(&answer(&lies, change(get("")))),
        ]
    };
    for problem in problems(&|request| request.extension(trace.clone()).header("traceparent", traceparent)) {
        assert_eq!((&problem["instance"], &problem["trace_id"]), (&json!("/api/v1/me/tokens"), &json!("request-7")));
    }
    for problem in problems(&|request| request.header("traceparent", traceparent)) {
        assert_eq!(problem["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    }
    for problem in problems(&|request| request.header("traceparent", "00-<script>")) {
        assert_eq!(problem.get("trace_id"), None);
    }
    let good = answer(&endpoint(store_of(1)), get("").extension(trace));
    assert_eq!(json(&good).get("trace_id"), None);
}

#[test]
fn the_instance_is_the_path_that_was_asked_for() {
    let endpoint = endpoint(store_of(1));
    for (target, instance) in [("/other/path?x=1", "/other/path"), ("https://evil.test/a%20b", "/a%20b"), ("*", "*")] {
        assert_eq!(json(&answer(&endpoint, request(Method::GET, target)))["instance"], instance, "{target}");
    }
}

#[test]
fn a_debug_print_of_the_endpoint_shows_no_token() {
    let debug = format!("{:?}", endpoint(store_of(3)));
    assert!(debug.starts_with("ListTokens { urls: PageUrls {"), "{debug}");
    assert!(debug.ends_with(", .. }") && !debug.contains("token 1"), "{debug}");
}
