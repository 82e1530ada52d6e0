//! The packaged description of the endpoint, and the descriptions of configured endpoints.

mod options;
mod page;
mod parameters;
mod problems;

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use serde_json::Value;
use tokenfolio::{ListTokens, MemoryStore, OPENAPI_JSON, Pagination};

use crate::endpoint::{Secrets, secrets};

const PATH: &str = "/api/v1/me/tokens";

type Endpoint = ListTokens<MemoryStore<u64>, Secrets>;

fn list() -> Pagination {
    Pagination::new(PATH).unwrap()
}

fn endpoint(pagination: Pagination) -> Endpoint {
    ListTokens::new(MemoryStore::new(), secrets(), pagination)
}

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

fn packaged() -> Value {
    serde_json::from_str(OPENAPI_JSON).unwrap()
}

/// Returns the only path of a document, and its item.
#[track_caller]
fn path_item(document: &Value) -> (&str, &Value) {
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 1);
    let (path, item) = paths.iter().next().unwrap();
    (path, item)
}

/// Returns the parameters of a document, in their order.
fn parameters(document: &Value) -> Vec<&Value> {
    let parameters = path_item(document).1["parameters"].as_array().unwrap();
    parameters.iter().map(|parameter| resolve(document, parameter)).collect()
}

/// Returns the statuses of the responses to an operation.
fn statuses<'d>(document: &'d Value, operation: &str) -> Vec<&'d str> {
    path_item(document).1[operation]["responses"].as_object().unwrap().keys().map(String::as_str).collect()
}

/// Returns the part that a reference names, or the part itself.
#[track_caller]
fn resolve<'d>(document: &'d Value, part: &'d Value) -> &'d Value {
    let Some(reference) = part.get("$ref") else { return part };
    let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
    document.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is missing"))
}

/// Returns every reference in a part.
fn references(part: &Value) -> BTreeSet<&str> {
    match part {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str);
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}

/// Checks that each reference of a document names a component, and that each component has a reference.
#[track_caller]
fn assert_complete(document: &Value) {
    let components = document["components"].as_object().unwrap();
    let is_referenced = |(kind, _): &(&String, &Value)| *kind != "securitySchemes";
    let named: BTreeSet<_> = components
        .iter()
        .filter(is_referenced)
        .flat_map(|(kind, named)| {
            named.as_object().unwrap().keys().map(move |name| format!("#/components/{kind}/{name}"))
        })
        .collect();
    assert_eq!(named, references(document).into_iter().map(str::to_owned).collect());
    let schemes: Vec<_> = components["securitySchemes"].as_object().unwrap().keys().collect();
    for operation in ["get", "head"] {
        let required = path_item(document).1[operation]["security"][0].as_object().unwrap();
        assert_eq!(required.keys().collect::<Vec<_>>(), schemes);
    }
}

#[test]
fn the_packaged_document_is_complete() {
    assert_complete(&packaged());
    assert_eq!(OPENAPI_JSON, std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json")).unwrap());
}

#[test]
fn the_packaged_document_is_the_description_of_an_endpoint_with_every_option() {
    let pagination = Pagination::new("https://api.example.com/api/v1/me/tokens").unwrap().with_query_string();
    let pagination = pagination.with_client_size("per_page", number(100)).unwrap();
    let pagination = pagination.with_status_filter("status").unwrap().with_direction("direction").unwrap();
    let described = endpoint(pagination).with_link_header().openapi();
    // The packaged document describes the endpoints of all services.
    let expected = [
        "-/components/headers/WWW-Authenticate/schema/pattern",
        "+/components/headers/WWW-Authenticate/schema/x-extensible-enum",
        "-/info/license",
        "-/paths/~1api~1v1~1me~1tokens/description",
        "~/paths/~1api~1v1~1me~1tokens/get/description",
        "+/servers",
    ];
    assert_eq!(options::changes(&packaged(), &described), expected);
}

#[test]
fn an_absolute_url_is_a_server_and_a_path() {
    for (url, server, path) in [
        ("https://api.example.com/v2/tokens/", "https://api.example.com", "/v2/tokens"),
        ("HTTP://[::1]:3000/a//b", "HTTP://[::1]:3000", "/a//b"),
        ("https://bücher.example", "https://xn--bcher-kva.example", "/"),
        ("https://h//a:b", "https://h", "//a:b"),
    ] {
        let document = endpoint(Pagination::new(url).unwrap()).openapi();
        assert_eq!(document["servers"], serde_json::json!([{"url": server}]), "{url}");
        assert_eq!(path_item(&document).0, path);
    }
}

#[test]
fn a_path_alone_has_no_server() {
    for (url, path) in [("/", "/"), ("/v2/tokens/", "/v2/tokens"), ("/a://b/c", "/a://b/c"), ("/é~1", "/%C3%A9~1")] {
        let document = endpoint(Pagination::new(url).unwrap()).openapi();
        assert_eq!(document.get("servers"), None, "{url}");
        assert_eq!(path_item(&document).0, path);
    }
}

#[test]
fn two_calls_return_the_same_text() {
    let endpoint = endpoint(list().with_query_string()).with_link_header();
    assert_eq!(endpoint.openapi().to_string(), endpoint.openapi().to_string());
}
