//! The descriptions of `docs/guides/openapi.md`.

mod with_utoipa {
    include!(concat!(env!("OUT_DIR"), "/openapi/src/openapi.rs"));
}

mod invoices {
    include!(concat!(env!("OUT_DIR"), "/openapi/src/invoices.rs"));
}

mod with_aide {
    include!(concat!(env!("OUT_DIR"), "/openapi/src/openapi_2.rs"));
}

use std::num::NonZeroU32;

use serde_json::{Value, json};
use tokenfolio::{Authenticated, Authenticator, BearerToken, ListTokens, MemoryStore, Pagination, StoreError};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

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

/// Removes the members that the crates do not preserve: whether a header or parameter is required, and the default
/// style.
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

/// Moves the parameters of a path to its operations.
fn move_parameters(path: &mut Value) {
    let path = path.as_object_mut().unwrap();
    let parameters = path.remove("parameters").unwrap();
    for operation in path.values_mut() {
        operation["parameters"] = parameters.clone();
    }
}

/// Checks that a document has the endpoint's description, and descriptions of `/api/v1/me` and of another method of the
/// endpoint's path.
#[track_caller]
fn assert_merged(mut document: Value) {
    let mut tokens = endpoint().openapi();
    normalize(&mut document);
    normalize(&mut tokens);
    assert_eq!(document["components"], tokens["components"]);
    assert_eq!(document["servers"], tokens["servers"]);
    let path = "/api/v1/me/tokens";
    let post = document["paths"][path].as_object_mut().unwrap().remove("post").unwrap();
    assert_eq!(post["security"], json!([{"bearer": []}]));
    assert_eq!(post.get("parameters"), None);
    move_parameters(&mut tokens["paths"][path]);
    assert_eq!(document["paths"][path], tokens["paths"][path]);
    let me = &document["paths"]["/api/v1/me"]["get"];
    assert_eq!(me["security"], json!([{"bearer": []}]));
    assert_eq!(document["paths"].as_object().unwrap().len(), 2);
    assert_eq!(document.get("security"), None);
}

#[test]
fn a_utoipa_document_has_both_descriptions() {
    assert_eq!(pollster::block_on(with_utoipa::me()), "7");
    assert_eq!(pollster::block_on(with_utoipa::create_token()), "8");
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

/// Collects the schemas that a part of a document refers to.
fn schemas_of(part: &Value) -> Vec<&str> {
    match part {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            let name = reference.and_then(|reference| reference.strip_prefix("#/components/schemas/"));
            members.values().flat_map(schemas_of).chain(name).collect()
        }
        Value::Array(items) => items.iter().flat_map(schemas_of).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_list_of_the_service_refers_to_the_merged_schemas() {
    let mut document = with_utoipa::document(&endpoint()).unwrap();
    document.merge(invoices::InvoicesApi::openapi());
    let document = serde_json::to_value(document).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert!(schemas_of(&document).iter().all(|name| schemas.contains_key(*name)));

    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let page = &schemas["InvoicePage"];
    assert_eq!(page["required"], json!(["data", "links", "meta"]));
    assert_eq!(page["properties"]["data"], json!({ "type": "array", "items": reference("Invoice") }));
    assert_eq!(page["properties"]["links"], reference("PageLinks"));
    assert_eq!(page["properties"]["meta"], reference("PageMeta"));

    let parameters = &document["paths"]["/api/v1/me/invoices"]["get"]["parameters"];
    let schemas: Vec<_> = parameters.as_array().unwrap().iter().map(|parameter| &parameter["schema"]).collect();
    let page = json!({ "type": "integer", "format": "int64", "minimum": 1 });
    let paid = json!({ "type": "string", "enum": ["yes", "no"] });
    let from = json!({ "type": "string", "format": "date" });
    assert_eq!(schemas, [&page, &paid, &from]);
}

/// utoipa drops the second description without an error, as the guide says.
#[test]
fn utoipa_keeps_the_first_description_of_a_method_and_of_a_schema() {
    let read = |summary: &str| -> OpenApi {
        let parameter = json!({ "name": summary, "in": "query", "required": false });
        let path = json!({ "parameters": [parameter], "get": { "summary": summary, "responses": {} } });
        let schema = json!({ "type": "string", "description": summary });
        let document = json!({
            "openapi": "3.1.0",
            "info": { "title": "", "version": "" },
            "paths": { "/x": path },
            "components": { "schemas": { "X": schema } },
        });
        serde_json::from_value(document).unwrap()
    };
    let first = read("first");
    let mut merged = first.clone();
    merged.merge(read("second"));
    assert!(merged == first);
}
