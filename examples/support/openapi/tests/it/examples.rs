//! The document's examples equal the library's responses.

use chrono::{DateTime, Utc};
use http::Method;
use serde_json::Value;
use tokenfolio::{AccessToken, AllowedIps, StoreErrorKind};
use tokenfolio_openapi::Description;

use crate::service::{PATH, Store, TRACEPARENT, endpoint, equal_tokens, get, now, send};

fn three_tokens() -> Vec<AccessToken> {
    let time = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
    let mut tokens = [(1, "Production Deploy"), (2, "CI Deployments"), (3, "")]
        .map(|(id, name)| AccessToken::new(id, name, time("2024-03-01T18:11:00Z")));
    tokens[0].last_used_at = Some(time("2024-04-11T14:35:05Z"));
    tokens[0].usage_count = 42;
    tokens[1].expires_at = Some(now());
    tokens[1].allowed_ips = AllowedIps::parse(["10.0.0.0/24", "203.0.113.12"]).ok();
    tokens[2].expires_at = Some(time("2024-12-31T06:00:00Z"));
    tokens[2].revoked_at = Some(now());
    tokens[2].allowed_ips = Some(AllowedIps::deny_all());
    tokens.into()
}

#[tokio::test]
async fn every_example_equals_the_response() {
    let description = Description::packaged();
    let good = || get("").header("traceparent", TRACEPARENT);
    for (store, request, status, pointer) in [
        (Store::of(three_tokens()), good(), "200", "/examples/only_page/value"),
        (Store::of(equal_tokens(293)), get("page=16"), "200", "/examples/past_the_end/value"),
        (Store::of(three_tokens()), good().uri(format!("{PATH}?page=0")), "400", "/example"),
        (Store::of(three_tokens()), http::Request::get(PATH).header("traceparent", TRACEPARENT), "401", "/example"),
        (Store::of(three_tokens()), good().method(Method::POST), "405", "/example"),
        (Store::Failing(StoreErrorKind::Other), good(), "500", "/example"),
        (Store::Failing(StoreErrorKind::Unavailable), good(), "503", "/example"),
        (Store::Failing(StoreErrorKind::Timeout), good(), "504", "/example"),
    ] {
        let method = request.method_ref().expect("a well-formed request").clone();
        let response = send(&endpoint(store), request).await;
        assert_eq!(response.status().as_str(), status);
        assert_eq!(description.violations(&method, &response), Vec::<String>::new(), "{status}");
        let content = &description.document()["paths"][PATH]["get"]["responses"][status]["content"];
        let content = content.as_object().and_then(|it| it.values().next()).expect("content is described");
        let example = content.pointer(pointer).expect("there is an example");
        assert_eq!(&serde_json::from_slice::<Value>(response.body()).expect("JSON"), example, "{status}{pointer}");
    }
}

#[tokio::test]
async fn the_example_of_a_link_header_equals_the_response() {
    let description = Description::packaged();
    let example = &description.document()["components"]["headers"]["Link"]["example"];
    let response = send(&endpoint(Store::of(equal_tokens(293))).with_link_header(), get("page=16")).await;
    assert_eq!(response.headers()["link"], example.as_str().expect("an example"));
}
