//! Requests that are rejected, and their problems.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::Method;
use http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Builder;
use pollster::block_on;
use serde_json::{Value, json};
use tokenfolio::{AllowedIps, Challenge, ListTokens, StoreErrorKind, TrustedProxies};

use super::{
    BASE, always, endpoint, endpoint_of, failing, get, handle, headers, json_body, list, page, parts, request,
    store_of, text,
};

/// Queries, with the page under strict rules, or `None` if it is rejected, and the page under lenient rules.
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
    ("?page[]=2", None, 1),
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
    ("?page=2%00", None, 2),
    ("?page=2,3", None, 1),
    ("?page=null", None, 1),
    ("?page=\u{660}", None, 1),
];

#[test]
fn an_invalid_page_is_a_400_that_names_the_parameter_or_page_1_if_lenient() {
    let strict = endpoint(store_of(41));
    let lenient = endpoint_of(store_of(41), list().lenient());
    let digits = format!("?page={}", "9".repeat(4_000));
    for (query, number, forgiven) in QUERIES.into_iter().chain([(&*digits, None, 1)]) {
        let response = handle(&strict, get(query));
        match number {
            Some(number) => assert_eq!(page(&response).meta.current_page, Some(number), "{query}"),
            None => {
                assert_eq!(response.status(), 400, "{query}");
                assert_eq!(response.headers()["content-type"], "application/problem+json");
                let problem = json_body(&response);
                let detail = problem["errors"][0]["detail"].as_str().unwrap();
                assert!(detail.starts_with("must be a whole number from 1 to 9223372036854775807, but "), "{detail}");
                assert_eq!(problem["detail"], format!("`page` {detail}"));
                assert_eq!(problem["errors"], json!([{"parameter": "page", "detail": detail}]));
                assert_eq!(problem["instance"], "/api/v1/me/tokens");
                assert!(response.body().len() < 500);
            }
        }
        assert_eq!(page(&handle(&lenient, get(query))).meta.current_page, Some(forgiven), "{query}");
    }
}

#[test]
fn a_400_is_written_byte_for_byte() {
    let response =
        handle(&endpoint(store_of(1)), get("?page=0").extension("t-1".parse::<tokenfolio::TraceId>().unwrap()));
    let expected = concat!(
        r#"{"type":"about:blank","title":"Bad Request","status":400,"#,
        r#""detail":"`page` must be a whole number from 1 to 9223372036854775807, but is zero","#,
        r#""instance":"/api/v1/me/tokens","errors":[{"#,
        r#""detail":"must be a whole number from 1 to 9223372036854775807, but is zero","parameter":"page"}],"#,
        r#""trace_id":"t-1"}"#,
    );
    assert_eq!(text(&response), expected);
    let length = expected.len().to_string();
    assert_eq!(
        headers(&response),
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
fn every_401_has_the_same_body_and_the_challenge_of_its_cause() {
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
        let response = handle(&endpoint, request);
        assert_eq!(response.status(), 401);
        assert_eq!(text(&response), UNAUTHORIZED);
        assert_eq!(
            headers(&response),
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
        assert_eq!(handle(&endpoint, request).status(), 200, "{value:?}");
    }
}

#[test]
fn the_challenge_is_an_option() {
    let challenge = Challenge::new("a\"b\\c").and_then(|challenge| challenge.with_scope("tokens:read")).unwrap();
    let endpoint = endpoint(store_of(3)).with_challenge(challenge);
    let response = handle(&endpoint, request(Method::GET, "/"));
    assert_eq!(response.headers()[WWW_AUTHENTICATE], r#"Bearer realm="a\"b\\c", scope="tokens:read""#);
    let unknown = handle(&endpoint, request(Method::GET, "/").header("authorization", "Bearer unknown"));
    let expected = r#"Bearer realm="a\"b\\c", error="invalid_token", scope="tokens:read""#;
    assert_eq!(unknown.headers()[WWW_AUTHENTICATE], expected);
}

#[test]
fn the_clients_address_is_the_argument_and_not_a_header() {
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
fn the_clients_address_is_in_the_header_of_a_trusted_proxy() {
    let proxies = TrustedProxies::x_forwarded_for(AllowedIps::parse(["192.0.2.1"]).unwrap());
    let endpoint = endpoint(store_of(3)).with_trusted_proxies(proxies);
    for (peer, forwarded_for, status) in [
        (Some("192.0.2.1"), "10.0.0.7", 200),
        (Some("::ffff:192.0.2.1"), "10.0.0.7", 200),
        (Some("192.0.2.1"), "10.0.0.7, 192.0.2.1", 200),
        (Some("192.0.2.1"), "10.0.0.7, 10.0.1.7", 401),
        (Some("192.0.2.1"), "10.0.0.7, unknown", 401),
        (Some("192.0.2.2"), "10.0.0.7", 401),
        (Some("10.0.0.7"), "10.0.1.7", 200),
        (None, "10.0.0.7", 401),
    ] {
        let request = request(Method::GET, "/api/v1/me/tokens")
            .header("authorization", "Bearer office")
            .header("x-forwarded-for", forwarded_for)
            .header("forwarded", "for=10.0.0.7");
        let peer: Option<IpAddr> = peer.map(|peer| peer.parse().unwrap());
        let response = block_on(endpoint.handle(&parts(request), peer));
        assert_eq!(response.status(), status, "{peer:?}, {forwarded_for}");
    }
}

#[test]
fn every_other_method_is_a_405_that_allows_get_and_head() {
    let body =
        "{\"type\":\"about:blank\",\"title\":\"Method Not Allowed\",\"status\":405,\"instance\":\"/api/v1/me/tokens\"}";
    let endpoint = endpoint(store_of(3));
    for method in
        ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "head", "GETS", "QUERY"]
    {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let response = handle(&endpoint, get("").method(method.clone()));
        assert_eq!((response.status().as_u16(), text(&response)), (405, body), "{method}");
        assert_eq!(
            headers(&response),
            [
                ("allow", "GET, HEAD"),
                ("cache-control", "private, no-store"),
                ("content-length", &*body.len().to_string()),
                ("content-type", "application/problem+json"),
            ]
        );
    }
}

#[test]
fn a_request_is_rejected_by_method_then_credentials_then_page_then_store() {
    let method = |request: Builder| request.method(Method::POST);
    let credentials = |request: Builder| request.header("authorization", "Bearer twice");
    for (query, is_post, is_twice, status, calls) in [
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
        let count = Arc::clone(&store.calls);
        let request = get(query);
        let request = if is_post { method(request) } else { request };
        let request = if is_twice { credentials(request) } else { request };
        let response = handle(&endpoint(store), request);
        assert_eq!(response.status(), status, "{query} {is_post} {is_twice}");
        assert_eq!(count.load(Ordering::Relaxed), calls);
        assert_eq!(response.headers().contains_key(ALLOW), status == 405);
        assert_eq!(response.headers().contains_key(WWW_AUTHENTICATE), status == 401);
        assert_eq!(response.headers().contains_key(RETRY_AFTER), status == 503);
    }
    // An authenticator that fails takes precedence over the page too.
    let endpoint = ListTokens::new(store_of(3), failing(StoreErrorKind::Timeout), list());
    assert_eq!(handle(&endpoint, get("?page=0")).status(), 504);
}

#[test]
fn every_problem_has_the_path_and_the_trace_id_of_its_request() {
    let trace: tokenfolio::TraceId = "request-7".parse().unwrap();
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let fails = endpoint(failing(StoreErrorKind::Timeout));
    let lies = always([2, 1], 2);
    let problems = |change: &dyn Fn(Builder) -> Builder| -> Vec<Value> {
        vec![
            json_body(&handle(&fails, change(get("").method(Method::POST)))),
            json_body(&handle(&fails, change(request(Method::GET, "/api/v1/me/tokens")))),
            json_body(&handle(&fails, change(get("?page=0")))),
            json_body(&handle(&fails, change(get("")))),
            json_body(&handle(&lies, change(get("")))),
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
    let good = handle(&endpoint(store_of(1)), get("").extension(trace));
    assert_eq!(json_body(&good).get("trace_id"), None);
}

#[test]
fn the_instance_is_the_path_of_the_request() {
    let endpoint = endpoint(store_of(1));
    for (target, instance) in [("/other/path?x=1", "/other/path"), ("https://evil.test/a%20b", "/a%20b"), ("*", "*")] {
        assert_eq!(json_body(&handle(&endpoint, request(Method::GET, target)))["instance"], instance, "{target}");
    }
}

#[test]
fn a_query_that_is_too_long_to_preserve_is_a_414_after_the_credentials() {
    let strict = endpoint_of(store_of(41), list().with_query_string());
    let lenient = endpoint_of(store_of(41), list().with_query_string().lenient());
    // `q=` and the value. The page is not preserved, and does not count.
    let query = |len: usize| format!("?q={}&page=2", "x".repeat(len - 2));
    for endpoint in [strict, lenient] {
        assert_eq!(handle(&endpoint, get(&query(1_024))).status(), 200);
        let response = handle(&endpoint, get(&query(1_025)));
        assert_eq!(response.status(), 414);
        assert_eq!(
            json_body(&response),
            json!({
                "type": "about:blank",
                "title": "URI Too Long",
                "status": 414,
                "detail": "links can preserve at most 1024 bytes of query parameters",
                "instance": "/api/v1/me/tokens",
            })
        );
        // Escapes count as they are written.
        assert_eq!(handle(&endpoint, get(&format!("?q={}", "[".repeat(341)))).status(), 414);
        let unknown = request(Method::GET, &format!("{BASE}{}", query(1_025)));
        assert_eq!(handle(&endpoint, unknown).status(), 401);
    }
    // A query that is not preserved can have any length.
    assert_eq!(handle(&endpoint(store_of(41)), get(&query(60_000))).status(), 200);
    let long = endpoint_of(store_of(41), list().with_query_string().with_max_query_len(60_000));
    assert_eq!(handle(&long, get(&query(60_000))).status(), 200);
    assert_eq!(handle(&long, get(&query(60_001))).status(), 414);
}

#[test]
fn a_long_query_does_not_reach_the_store() {
    let endpoint = endpoint_of(failing(StoreErrorKind::Other), list().with_query_string());
    assert_eq!(handle(&endpoint, get(&format!("?q={}", "x".repeat(2_000)))).status(), 414);
}
