//! The examples in a description are valid, and equal the responses of its endpoint.

use chrono::{DateTime, Utc};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tokenfolio::{AccessToken, AllowedIps, StoreErrorKind};
use tokenfolio_openapi::Description;

use crate::configurations::{Configuration, configurations};
use crate::service::{Store, TRACEPARENT, endpoint, equal_tokens, get, now, send};

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

/// Returns for each example its status, its JSON pointer in the content of that status, a store, a method and a query.
fn requests(configuration: &Configuration) -> Vec<(&'static str, &'static str, Store, Method, String)> {
    let Configuration { only_page: (only_page, rows), past_the_end, invalid, too_long, .. } = configuration;
    let tokens = || Store::of(three_tokens()[..*rows].to_vec());
    let mut requests = vec![
        ("200", "/examples/only_page/value", tokens(), Method::GET, (*only_page).to_owned()),
        ("200", "/examples/past_the_end/value", Store::of(equal_tokens(293)), Method::GET, (*past_the_end).to_owned()),
        ("401", "/example", tokens(), Method::GET, String::new()),
        ("405", "/example", tokens(), Method::POST, String::new()),
        ("500", "/example", Store::Failing(StoreErrorKind::Other), Method::GET, String::new()),
        ("503", "/example", Store::Failing(StoreErrorKind::Unavailable), Method::GET, String::new()),
        ("504", "/example", Store::Failing(StoreErrorKind::Timeout), Method::GET, String::new()),
    ];
    requests.extend(invalid.map(|query| ("400", "/example", tokens(), Method::GET, query.to_owned())));
    requests.extend(too_long.clone().map(|query| ("414", "/example", tokens(), Method::GET, query)));
    requests
}

/// Checks the examples of a description against the responses of a configured endpoint.
async fn check_examples(configuration: &Configuration, description: &Description) {
    let (path, item) = description.path_item();
    let responses = item["get"]["responses"].as_object().expect("responses");
    let mut unused: Vec<_> = responses.keys().map(String::as_str).collect();
    for (status, pointer, store, method, query) in requests(configuration) {
        let endpoint = (configuration.endpoint)(store);
        let request = Request::builder().method(&method).uri(format!("{path}?{query}"));
        let request = request.header("traceparent", TRACEPARENT);
        let request = if status == "401" { request } else { request.header("authorization", "Bearer good") };
        let response = send(&endpoint, request).await;
        assert_eq!(response.status().as_str(), status, "{path}?{query}");
        assert_eq!(description.violations(&method, &response), Vec::<String>::new(), "{status}");
        let content = responses[status]["content"].as_object().and_then(|content| content.values().next());
        let example = content.and_then(|content| content.pointer(pointer)).expect("there is an example");
        assert_eq!(&serde_json::from_slice::<Value>(response.body()).expect("JSON"), example, "{status}{pointer}");
        unused.retain(|described| *described != status);
    }
    assert!(unused.is_empty(), "{path}: {unused:?} have no example");
}

#[tokio::test]
async fn every_example_of_the_packaged_document_equals_a_response() {
    check_examples(&configurations()[0], &Description::packaged()).await;
}

#[tokio::test]
async fn every_example_of_a_configured_endpoint_equals_its_response() {
    for configuration in configurations() {
        let endpoint = (configuration.endpoint)(Store::of(Vec::new()));
        check_examples(&configuration, &Description::new(endpoint.openapi())).await;
    }
}

#[tokio::test]
async fn the_example_of_each_header_equals_a_header() {
    for configuration in configurations() {
        let description = Description::new((configuration.endpoint)(Store::of(Vec::new())).openapi());
        let (path, _) = description.path_item();
        let headers = description.document()["components"]["headers"].as_object().expect("headers");
        for (name, status, store, query, secret) in [
            ("Link", StatusCode::OK, Store::of(equal_tokens(293)), configuration.past_the_end, "good"),
            ("Retry-After", StatusCode::SERVICE_UNAVAILABLE, Store::Failing(StoreErrorKind::Unavailable), "", "good"),
            ("WWW-Authenticate", StatusCode::UNAUTHORIZED, Store::of(Vec::new()), "", "bad"),
        ] {
            let request = Request::get(format!("{path}?{query}")).header("authorization", format!("Bearer {secret}"));
            let response = send(&(configuration.endpoint)(store), request).await;
            assert_eq!(response.status(), status);
            let value = response.headers().get(name).map(|value| value.to_str().expect("ASCII").to_owned());
            let example = headers.get(name).map(|header| match &header["example"] {
                Value::String(text) => text.clone(),
                number => number.to_string(),
            });
            assert_eq!(value, example, "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn the_example_of_a_link_header_equals_the_response() {
    let description = Description::packaged();
    let example = &description.document()["components"]["headers"]["Link"]["example"];
    let response = send(&endpoint(Store::of(equal_tokens(293))).with_link_header(), get("page=16")).await;
    assert_eq!(response.headers()["link"], example.as_str().expect("an example"));
}

/// Checks that a value matches a schema of a document.
#[track_caller]
fn assert_valid(document: &Value, schema: &Value, value: &Value) {
    let mut root = schema.clone();
    root["components"] = document["components"].clone();
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    jsonschema::meta::validate(&root).unwrap_or_else(|error| panic!("{schema}: {error}"));
    let valid = jsonschema::options().should_validate_formats(true).build(&root).expect("a valid schema");
    assert!(valid.is_valid(value), "{value} does not match {schema}");
}

/// Checks every example and every default, in a schema or beside one.
fn check_values(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let (Some(schema), Some(example)) = (members.get("schema"), members.get("example")) {
                assert_valid(document, schema, example);
            }
            let in_schema = members.get("examples").and_then(Value::as_array).into_iter().flatten();
            for value in in_schema.chain(members.get("default")) {
                assert_valid(document, part, value);
            }
            members.values().for_each(|part| check_values(document, part));
        }
        Value::Array(parts) => parts.iter().for_each(|part| check_values(document, part)),
        _ => {}
    }
}

#[test]
fn every_example_and_default_is_valid() {
    let configured = configurations().map(|configuration| (configuration.endpoint)(Store::of(Vec::new())).openapi());
    for document in [Description::packaged().document().clone()].into_iter().chain(configured) {
        check_values(&document, &document);
    }
}
