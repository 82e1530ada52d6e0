//! Headers of requests and responses.

use http::Method;
use http::request::Builder;
use pollster::block_on;
use tokenfolio::{ListTokens, StoreErrorKind, TokenStore};

use super::{
    BASE, Secrets, all_kinds, endpoint, endpoint_of, failing, get, handle, list, page, parts, request, store_of,
};

#[test]
fn the_link_header_is_written_only_if_configured() {
    let response = handle(&endpoint(store_of(41)), get("?page=2"));
    assert!(!response.headers().contains_key("link"));
    let response = handle(&endpoint(store_of(41)).with_link_header(), get("?page=2"));
    let links = page(&response).links;
    let expected = [("first", links.first), ("last", links.last), ("prev", links.prev), ("next", links.next)]
        .map(|(relation, url)| format!("<{}>; rel=\"{relation}\"", url.unwrap()));
    let values: Vec<_> = response.headers().get_all("link").iter().collect();
    assert_eq!(values, [&expected.join(", ")]);
    let one = handle(&endpoint(store_of(1)).with_link_header(), get(""));
    assert_eq!(one.headers()["link"], format!("<{BASE}?page=1>; rel=\"first\", <{BASE}?page=1>; rel=\"last\""));
    let rejected = handle(&endpoint(store_of(1)).with_link_header(), get("?page=0"));
    assert!(!rejected.headers().contains_key("link"));
}

#[test]
fn a_preserved_parameter_cannot_break_out_of_the_link_header() {
    let endpoint = endpoint_of(store_of(41), list().with_query_string()).with_link_header();
    let response = handle(&endpoint, get("?x=%3E,%0D%0A;y{}|\\^`"));
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
fn a_link_header_that_proxies_would_reject_is_omitted() {
    let query = format!("?q={}&page=2", "x".repeat(600));
    let long = endpoint_of(store_of(61), list().with_query_string()).with_link_header();
    let header = handle(&long, get(&query)).headers()["link"].to_str().unwrap().to_owned();
    assert_eq!(header.len(), 2_667);

    let response = handle(&long, get(&format!("?q={}&page=2", "x".repeat(700))));
    assert_eq!(response.status(), 200);
    assert!(!response.headers().contains_key("link"));
    assert!(page(&response).links.next.is_some());

    for (max, is_written) in [(2_666, false), (2_667, true), (usize::MAX, true), (0, false)] {
        let list = list().with_query_string().with_max_link_header_len(max);
        let endpoint = endpoint_of(store_of(61), list).with_link_header();
        assert_eq!(handle(&endpoint, get(&query)).headers().contains_key("link"), is_written, "{max}");
    }
}

#[test]
fn forged_headers_never_reach_a_link() {
    let endpoint = endpoint_of(store_of(41), list().with_query_string()).with_link_header();
    let plain = handle(&endpoint, get("?page=2"));
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
        let forged = handle(&endpoint, get("?page=2").header(name, value));
        assert_eq!((forged.headers(), forged.body()), (plain.headers(), plain.body()), "{name}");
        let rejected = handle(&endpoint, get("?page=0").header(name, value));
        assert_eq!(rejected.body(), handle(&endpoint, get("?page=0")).body(), "{name}");
    }
    let absolute =
        request(Method::GET, "http://evil.example/api/v1/me/tokens?page=2").header("authorization", "Bearer good");
    assert_eq!(handle(&endpoint, absolute).body(), plain.body());
}

#[test]
fn any_accept_header_is_ignored() {
    let endpoint = endpoint(store_of(3));
    let plain = handle(&endpoint, get(""));
    for accept in [&b"text/html"[..], b"*/*;q=0", b"application/json;q=0", b"garbage;;,=", b"", b"\xff"] {
        let response = handle(&endpoint, get("").header("accept", accept));
        assert_eq!((response.status(), response.body()), (plain.status(), plain.body()));
    }
}

#[test]
fn a_body_and_conditional_headers_are_ignored() {
    let endpoint = endpoint(store_of(3));
    let plain = handle(&endpoint, get(""));
    let request = get("").header("content-length", "7").header("if-none-match", "*").header("range", "bytes=0-1");
    assert_eq!(handle(&endpoint, request).body(), plain.body());
    let rejected = self::request(Method::GET, "/").header("if-none-match", "*");
    assert_eq!(handle(&endpoint, rejected).status(), 401);
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    let endpoint = endpoint(store_of(41)).with_link_header();
    for request in all_kinds() {
        expect_same_head(&endpoint, request);
    }
    for kind in [StoreErrorKind::Corrupt, StoreErrorKind::Other, StoreErrorKind::Timeout, StoreErrorKind::Unavailable] {
        expect_same_head(&self::endpoint(failing(kind)), get(""));
    }
    let preserving = endpoint_of(store_of(1), list().with_query_string());
    expect_same_head(&preserving, get(&format!("?q={}", "q".repeat(2_000))));
}

#[track_caller]
fn expect_same_head<S: TokenStore<Owner = u64>>(endpoint: &ListTokens<S, Secrets>, request: Builder) {
    let mut parts = parts(request);
    let got = block_on(endpoint.handle(&parts, None));
    parts.method = Method::HEAD;
    let head = block_on(endpoint.handle(&parts, None));
    assert_eq!((head.status(), head.headers()), (got.status(), got.headers()));
    assert_eq!(head.headers()["content-length"], got.body().len().to_string());
    assert!(head.body().is_empty() && !got.body().is_empty());
}
