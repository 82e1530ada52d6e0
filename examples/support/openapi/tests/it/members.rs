//! The members in the document and in the library's types are the same.

use std::collections::BTreeSet;

use http::Response;
use serde_json::{Map, Value, json};
use tokenfolio::{Page, Problem, TokenResource, TokenStatus};
use tokenfolio_openapi::Description;

use crate::service::{Store, TRACEPARENT, endpoint, equal_tokens, extreme_tokens, get, send};

fn body(response: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(response.body()).expect("every response is JSON")
}

/// Returns the members of a schema.
#[track_caller]
fn described(description: &Description, schema: &str) -> BTreeSet<String> {
    let properties = description.document()["components"]["schemas"][schema]["properties"].as_object();
    properties.unwrap_or_else(|| panic!("{schema} is described")).keys().cloned().collect()
}

/// Returns the required members of a schema.
fn required(description: &Description, schema: &str) -> BTreeSet<String> {
    let required = description.document()["components"]["schemas"][schema]["required"].as_array();
    required.into_iter().flatten().map(|name| name.as_str().expect("a name").to_owned()).collect()
}

fn members(value: &Value) -> BTreeSet<String> {
    value.as_object().expect("an object").keys().cloned().collect()
}

/// Returns a page with every kind of token and page link, and its objects by the name of their schema.
async fn page() -> (Value, Vec<(&'static str, Vec<String>)>) {
    let tokens = [extreme_tokens(), equal_tokens(300)].concat();
    let tokens = tokens.into_iter().zip(1..).map(|(mut token, id)| {
        token.id = tokenfolio::TokenId(id);
        token
    });
    let page = body(&send(&endpoint(Store::of(tokens.collect())), get("page=1")).await);
    let each = |pointer: &str| {
        let count = page.pointer(pointer).and_then(Value::as_array).expect("an array").len();
        (0..count).map(|index| format!("{pointer}/{index}")).collect()
    };
    let objects = vec![
        ("TokenPage", vec![String::new()]),
        ("TokenResource", each("/data")),
        ("PageLinks", vec!["/links".to_owned()]),
        ("PageMeta", vec!["/meta".to_owned()]),
        ("MetaLink", each("/meta/links")),
    ];
    (page, objects)
}

#[tokio::test]
async fn written_members_of_a_page_are_described_and_required() {
    let description = Description::packaged();
    let (page, objects) = page().await;
    for (schema, pointers) in objects {
        for pointer in pointers {
            let written = members(page.pointer(&pointer).expect("an object"));
            assert_eq!(written, described(&description, schema), "{schema} at {pointer}");
            assert_eq!(written, required(&description, schema), "{schema} at {pointer}");
        }
    }
}

/// The test finds out which members a type knows: the type rejects a known member whose value has the wrong type, and
/// ignores an unknown member.
#[tokio::test]
async fn read_members_of_a_page_are_described() {
    let description = Description::packaged();
    let (page, objects) = page().await;
    serde_json::from_value::<Page<TokenResource>>(page.clone()).expect("a page is read");
    for (schema, pointers) in objects {
        for name in described(&description, schema).into_iter().chain(["unknown".to_owned()]) {
            let mut changed = page.clone();
            let object = changed.pointer_mut(&pointers[0]).and_then(Value::as_object_mut).expect("an object");
            object.insert(name.clone(), json!([{}]));
            let is_known = serde_json::from_value::<Page<TokenResource>>(changed).is_err();
            assert_eq!(is_known, name != "unknown", "{schema}: {name}");
        }
    }
}

#[tokio::test]
async fn written_members_of_a_problem_are_described() {
    let description = Description::packaged();
    let endpoint = endpoint(Store::of(equal_tokens(1)));
    let full = body(&send(&endpoint, get("page=x").header("traceparent", TRACEPARENT)).await);
    assert_eq!(members(&full), described(&description, "Problem"));
    assert_eq!(members(&full["errors"][0]), described(&description, "ParameterError"));
    assert_eq!(described(&description, "ParameterError"), required(&description, "ParameterError"));

    let minimal = body(&send(&endpoint, get("").method("POST")).await);
    assert_eq!(members(&minimal), required(&description, "Problem"));
}

#[tokio::test]
async fn read_members_of_a_problem_are_described() {
    let description = Description::packaged();
    let text = |name: &str| json!({"status": 400, "errors": []}).get(name).cloned().unwrap_or_else(|| name.into());
    let members: Map<_, _> =
        described(&description, "Problem").into_iter().map(|name| (name.clone(), text(&name))).collect();
    let problem: Problem = serde_json::from_value(members.into()).expect("a problem is read");
    assert_eq!((problem.type_uri(), problem.title(), problem.detail()), ("type", Some("title"), Some("detail")));
    assert_eq!(problem.status().map(|status| status.as_u16()), Some(400));
    assert_eq!((problem.instance(), problem.trace_id()), (Some("instance"), Some("trace_id")));
    assert_eq!(problem.extension("errors"), Some(&json!([])));
    // A member that the type does not know would be an extension.
    assert_eq!(problem.extensions().map(|(name, _)| name).collect::<Vec<_>>(), ["errors", "trace_id"]);
}

#[test]
fn the_statuses_are_described() {
    let description = Description::packaged();
    let described = &description.document()["components"]["schemas"]["TokenResource"]["properties"]["status"];
    let known = [TokenStatus::Active, TokenStatus::Expired, TokenStatus::Revoked].map(TokenStatus::as_str);
    assert_eq!(described["x-extensible-enum"], json!(known));
}

/// A client that is generated from the document must read string values and members that later versions add.
#[test]
fn no_schema_of_a_body_is_closed() {
    let description = Description::packaged();
    let document = description.document();
    let responses = document["paths"]["/api/v1/me/tokens"]["get"]["responses"].as_object().expect("responses");
    let bodies = responses.values().flat_map(|response| response["content"].as_object().expect("content").values());
    let bodies = bodies.map(|body| &body["schema"]).chain([&document["components"]["schemas"]]);
    for body in bodies {
        assert_eq!(closing_keywords(body), Vec::<String>::new());
    }
    let closed = json!({"a": {"enum": []}, "b": [{"pattern": ""}], "c": {"const": "x", "additionalProperties": false}});
    assert_eq!(closing_keywords(&closed).len(), 4);
    assert_eq!(closing_keywords(&json!({"a": {"enum": ["x"]}, "b": {"enum": [400]}})).len(), 1);
}

/// Returns the keywords in a schema that reject unknown string values or members. An `enum` of numbers is allowed,
/// because it lists statuses.
fn closing_keywords(schema: &Value) -> Vec<String> {
    let is_closing = |(name, value): &(&String, &Value)| match &***name {
        "additionalProperties" | "pattern" | "unevaluatedProperties" => true,
        "const" | "enum" => !value[0].is_number(),
        _ => false,
    };
    match schema {
        Value::Object(members) => {
            let here = members.iter().filter(is_closing).map(|(name, value)| format!("{name}: {value}"));
            here.chain(members.values().flat_map(closing_keywords)).collect()
        }
        Value::Array(parts) => parts.iter().flat_map(closing_keywords).collect(),
        _ => Vec::new(),
    }
}
