//! Methods, bodies, and headers for negotiation: RFC 9110.

use http::Method;

use super::get;
use crate::PATH;
use crate::case::Case;
use crate::expected::Expected::{BadPage, MethodNotAllowed, NotFound, Page, Unauthorized};

pub(super) fn cases() -> Vec<Case> {
    [methods(), head(), bodies(), headers()].concat()
}

fn method(name: &str) -> Method {
    name.parse().expect("a token")
}

fn methods() -> Vec<Case> {
    let names = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "PROPFIND", "get"];
    let case = |name: &str| Case::new(name, method(name), PATH, MethodNotAllowed);
    let rejected = names.into_iter().map(|name| case(name).authorized());
    rejected.chain([case("POST")]).collect()
}

fn head() -> Vec<Case> {
    let case = |target: &str, expected| Case::new(target, Method::HEAD, target, expected);
    vec![
        case("/api/v1/me/tokens?page=2", Page(2)).authorized(),
        case("/api/v1/me/tokens?page=15", Page(15)).authorized(),
        case("/api/v1/me/tokens?page=0", BadPage("is zero")).authorized(),
        case("/api/v1/me/tokens", Unauthorized(None)),
        case("/nowhere", NotFound("/nowhere")),
    ]
}

fn bodies() -> Vec<Case> {
    let post = |name| Case::new(name, Method::POST, PATH, MethodNotAllowed).authorized();
    let page_2 = |name| Case::new(name, Method::GET, format!("{PATH}?page=2"), Page(2)).authorized();
    vec![
        page_2("GET with a body").header("content-length: 6").body("page=3"),
        page_2("GET with a body in chunks").header("transfer-encoding: chunked").body("6\r\npage=3\r\n0\r\n\r\n"),
        post("POST with a body").header("content-length: 6").body("page=3"),
        post("POST of a form that names a method")
            .header("content-type: application/x-www-form-urlencoded")
            .header("content-length: 11")
            .body("_method=get")
            .except("rocket", Page(1)),
        post("POST with a method override").header("x-http-method-override: GET"),
    ]
}

fn headers() -> Vec<Case> {
    let accepts = ["text/html", "*/*;q=0", "application/json;q=0", "application/problem+json", ";;", ""];
    let accepts = accepts.map(|value| format!("accept: {value}"));
    let others = [
        "accept-encoding: gzip, br, zstd",
        "accept-language: fr",
        "if-none-match: *",
        "if-none-match: \"a\", W/\"b\"",
        "if-match: \"a\"",
        "if-modified-since: Wed, 25 Nov 2065 00:00:00 GMT",
        "range: bytes=0-1",
        "connection: close",
        "upgrade-insecure-requests: 1",
        "origin: https://elsewhere.example",
    ];
    let others = accepts.into_iter().chain(others.map(str::to_owned));
    let accepted = others.clone().map(|header| get(&header, Page(1)).authorized().header(header));
    let rejected = others.map(|header| get(&header, Unauthorized(None)).header(header));
    let old = get("HTTP/1.0", Page(1)).authorized().version("HTTP/1.0");
    accepted.chain(rejected).chain([old]).collect()
}
