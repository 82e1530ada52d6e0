use http::request::Builder;
use http::{Method, Response};
use serde_json::Value;
use tokenfolio::{PageRules, StoreErrorKind, TraceId};
use tokenfolio_openapi::Description;

use crate::service::{Endpoint, PATH, Store, TRACEPARENT, alike, answer, ask, endpoint, extremes};

/// Answers a request with and without a trace, by GET and by HEAD, and holds each answer against the description.
async fn check(description: &Description, endpoint: &Endpoint, status: u16, request: impl Fn() -> Builder) {
    let id: TraceId = "b4f5aa7a-1470-4d92-8d3c-98e7c7de9f5f".parse().expect("a trace id");
    let traced = [request(), request().header("traceparent", TRACEPARENT), request().extension(id)];
    for (way, request) in traced.into_iter().enumerate() {
        let method = request.method_ref().expect("a well-formed request").clone();
        let answered = answer(endpoint, request).await;
        described(description, &method, status, &answered);
        let has_trace = serde_json::from_slice::<Value>(answered.body()).is_ok_and(|it| it.get("trace_id").is_some());
        assert_eq!(has_trace, status >= 400 && way > 0, "{method} {status}");
    }
    if request().method_ref() == Some(&Method::GET) {
        let answered = answer(endpoint, request().method(Method::HEAD)).await;
        described(description, &Method::HEAD, status, &answered);
    }
}

#[track_caller]
fn described(description: &Description, method: &Method, status: u16, answered: &Response<Vec<u8>>) {
    assert_eq!(answered.status(), status, "{method}");
    assert_eq!(description.complaints(method, answered), Vec::<String>::new(), "{method} {status}");
    let operation = if method == Method::HEAD { "head" } else { "get" };
    let headers = &description.document()["paths"][PATH][operation]["responses"][status.to_string()]["headers"];
    let names: Vec<_> =
        headers.as_object().expect("headers are described").keys().map(|it| it.to_lowercase()).collect();
    for name in answered.headers().keys().filter(|name| *name != "content-type") {
        assert!(names.contains(&name.to_string()), "{method} {status}: {name} is not described");
    }
}

#[tokio::test]
async fn every_page_is_as_described() {
    let description = Description::packaged();
    for tokens in [Vec::new(), alike(1), alike(20), alike(293), extremes()] {
        let endpoint = endpoint(Store::of(tokens));
        for page in [1, 2, 7, 8, 15, 16, u64::MAX / 2] {
            check(&description, &endpoint, 200, || ask(&format!("page={page}"))).await;
        }
    }
}

#[tokio::test]
async fn totals_at_every_limit_are_as_described() {
    let description = Description::packaged();
    for total in [0, u64::from(u32::MAX), u64::MAX / 2, u64::MAX - 1, u64::MAX] {
        let row_on_each_page = PageRules::default().with_per_page(std::num::NonZeroU32::MIN);
        let tokens = alike(1);
        let endpoint = endpoint(Store::Holding { tokens, total }).with_page_rules(row_on_each_page);
        check(&description, &endpoint, if total == 0 { 500 } else { 200 }, || ask("page=1")).await;
    }
}

#[tokio::test]
async fn every_option_leaves_a_page_as_described() {
    let description = Description::packaged();
    let make = || endpoint(Store::of(alike(293)));
    let lenient = PageRules::default().lenient();
    for (endpoint, query) in [
        (make().with_link_header(), "page=8"),
        (make().with_link_header().with_query_string(), "q=a+b%20'|&page=8"),
        (make().with_page_rules(lenient), "page=x"),
    ] {
        check(&description, &endpoint, 200, || ask(query)).await;
    }
}

#[tokio::test]
async fn every_malformed_page_is_refused_as_described() {
    let description = Description::packaged();
    let endpoint = endpoint(Store::of(alike(1)));
    for query in ["page=", "page=0", "page=01", "page=-1", "page=x", "page=1&page=2", "page=9223372036854775808"] {
        check(&description, &endpoint, 400, || ask(query)).await;
    }
}

#[tokio::test]
async fn every_caller_is_refused_as_described() {
    let description = Description::packaged();
    let endpoint = endpoint(Store::of(alike(1))).with_realm("a \"realm\" \\");
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
        let request =
            || credentials.iter().fold(http::Request::get(PATH), |it, value| it.header("authorization", *value));
        check(&description, &endpoint, 401, request).await;
    }
}

#[tokio::test]
async fn every_other_method_is_refused_as_described() {
    let description = Description::packaged();
    let endpoint = endpoint(Store::of(alike(1)));
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"] {
        check(&description, &endpoint, 405, || ask("").method(method)).await;
    }
}

#[tokio::test]
async fn every_failure_of_the_store_is_as_described() {
    let description = Description::packaged();
    for (kind, status) in [
        (StoreErrorKind::Corrupt, 500),
        (StoreErrorKind::Other, 500),
        (StoreErrorKind::Timeout, 504),
        (StoreErrorKind::Unavailable, 503),
    ] {
        for seconds in [0, 1, u32::MAX] {
            let endpoint = endpoint(Store::Failing(kind)).with_retry_after(seconds);
            check(&description, &endpoint, status, || ask("")).await;
        }
    }
}

/// A page as it is answered, with one change to its content.
async fn page_with(from: &str, to: &str) -> Response<Vec<u8>> {
    let endpoint = endpoint(Store::of(extremes()));
    let page = answer(&endpoint, ask("page=1")).await;
    page.map(|body| String::from_utf8_lossy(&body).replacen(from, to, 1).into())
}

#[track_caller]
fn complains(description: &Description, answered: &Response<Vec<u8>>, complaint: &str) {
    let complaints = description.complaints(&Method::GET, answered);
    assert!(complaints.iter().any(|it| it.starts_with(complaint)), "{complaint}: {complaints:?}");
}

#[tokio::test]
async fn content_that_is_not_as_described_is_complained_of() {
    let description = Description::packaged();
    for (from, to, complaint) in [
        ("{", "[", "content is not JSON: "),
        ("\"status\":", "\"Status\":", "content/data/0: "),
        ("\"active\"", "\"asleep\"", "content/data/0/status: "),
        ("T00:00:00Z", " 00:00:00", "content/data/0/created_at: "),
        ("-9223372036854775808", "-10000000000000000000", "content/data/0/id: "),
        (",\"page\":null", "", "content/meta/links/0: "),
        ("\"per_page\":20", "\"per_page\":null", "content/meta/per_page: "),
    ] {
        complains(&description, &page_with(from, to).await, complaint);
    }
    assert_eq!(description.complaints(&Method::HEAD, &page_with("", "").await), ["there is content"]);
}

#[tokio::test]
async fn headers_that_are_not_as_described_are_complained_of() {
    let description = Description::packaged();
    for (name, value, complaint) in [
        ("cache-control", "public", "Cache-Control: "),
        ("content-length", "many", "Content-Length: "),
        ("content-type", "text/html", "Content-Type is not application/json"),
        ("link", "</2>; rel=next", "Link: "),
    ] {
        let mut page = page_with("", "").await;
        page.headers_mut().insert(name, value.parse().expect("a value"));
        complains(&description, &page, complaint);
    }
    let mut page = page_with("", "").await;
    page.headers_mut().append("cache-control", "private, no-store".parse().expect("a value"));
    complains(&description, &page, "Cache-Control stands more than once");
    page.headers_mut().remove("cache-control");
    complains(&description, &page, "Cache-Control is missing");
}
