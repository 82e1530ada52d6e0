//! The descriptions of `docs/guides/openapi.md`.

mod with_utoipa {
    include!(concat!(env!("OUT_DIR"), "/openapi/src/openapi.rs"));
}

mod with_aide {
    include!(concat!(env!("OUT_DIR"), "/openapi/src/openapi_2.rs"));
}

use std::num::NonZeroU32;

use serde_json::Value;
use tokenfolio::{Authenticated, Authenticator, BearerToken, ListTokens, MemoryStore, Pagination, StoreError};

struct Nobody;

impl Authenticator for Nobody {
    type Owner = i64;

    async fn find(&self, _: &BearerToken) -> Result<Option<Authenticated<i64>>, StoreError> {
        Ok(None)
    }
}

/// Returns an endpoint with every option that adds something to its description.
fn endpoint() -> ListTokens<MemoryStore<i64>, Nobody> {
    let list = Pagination::new("https://api.example.com/api/v1/me/tokens").unwrap().with_query_string();
    let list = list.with_client_size("per_page", NonZeroU32::new(50).unwrap()).unwrap();
    let list = list.with_status_filter("status").unwrap().with_direction("direction").unwrap();
    let list = list.with_choice("kind", &["a", "b"]).unwrap();
    ListTokens::new(MemoryStore::new(), Nobody, list).with_link_header()
}

/// Removes what the crates do not keep: whether a header or parameter is required, and the default style.
fn normalize(part: &mut Value) {
    match part {
        Value::Object(members) => {
            members.retain(|name, value| !(name == "required" && value.is_boolean() || name == "style"));
            members.values_mut().for_each(normalize);
        }
        Value::Array(items) => items.iter_mut().for_each(normalize),
        _ => {}
    }
}

/// Checks that a document has the endpoint's description, and a description of `/api/v1/me`.
#[track_caller]
fn assert_merged(mut document: Value) {
    let mut tokens = endpoint().openapi();
    normalize(&mut document);
    normalize(&mut tokens);
    assert_eq!(document["components"], tokens["components"]);
    assert_eq!(document["servers"], tokens["servers"]);
    let path = "/api/v1/me/tokens";
    assert_eq!(document["paths"][path], tokens["paths"][path]);
    let me = &document["paths"]["/api/v1/me"]["get"];
    assert_eq!(me["security"], serde_json::json!([{"bearer": []}]));
    assert_eq!(document["paths"].as_object().unwrap().len(), 2);
    assert_eq!(document.get("security"), None);
}

#[test]
fn a_utoipa_document_has_both_descriptions() {
    assert_eq!(pollster::block_on(with_utoipa::me()), "7");
    let document = serde_json::to_value(with_utoipa::document(&endpoint()).unwrap()).unwrap();
    let unauthorized = &document["paths"]["/api/v1/me"]["get"]["responses"]["401"];
    let schema = &unauthorized["content"]["application/problem+json"]["schema"];
    assert_eq!(schema["$ref"], "#/components/schemas/Problem");
    assert_merged(document);
}

#[test]
fn an_aide_document_has_both_descriptions() {
    let (_, document) = with_aide::api(&endpoint()).unwrap();
    assert_merged(serde_json::to_value(document).unwrap());
}
