//! The compiled document.

use std::collections::BTreeMap;

use http::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tokenfolio::OPENAPI_JSON;

use crate::response::{DescribedResponse, Schema};

/// The description of an endpoint.
#[derive(Debug)]
pub struct Description {
    document: Value,
    /// By operation (`get` or `head`) and status.
    responses: BTreeMap<(&'static str, StatusCode), DescribedResponse>,
}

impl Description {
    /// Compiles the document that is packaged with the library.
    ///
    /// # Panics
    ///
    /// Panics if the document is not OpenAPI.
    #[must_use]
    pub fn packaged() -> Self {
        Self::new(serde_json::from_str(OPENAPI_JSON).expect("the document is JSON"))
    }

    /// Compiles a document that describes one endpoint, as `ListTokens::openapi` returns it.
    ///
    /// The document allows string values that later versions may add. A response may contain only the values that this
    /// version writes.
    ///
    /// # Panics
    ///
    /// Panics if the document is not OpenAPI, or describes several paths.
    #[must_use]
    pub fn new(document: Value) -> Self {
        let written = closed(&document);
        let mut responses = BTreeMap::new();
        for operation in ["get", "head"] {
            let described = &path_item(&written).1[operation]["responses"];
            for (status, response) in described.as_object().expect("responses are an object") {
                let status = status.parse().expect("every response has one status");
                responses.insert((operation, status), compile(&written, response));
            }
        }
        Self { document, responses }
    }

    /// Returns the document.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Returns the path of the endpoint, and its path item.
    #[must_use]
    pub fn path_item(&self) -> (&str, &Value) {
        path_item(&self.document)
    }

    /// Returns how the response to a request with this method differs from the document.
    ///
    /// Headers that the document does not describe are ignored, because servers add their own.
    #[must_use]
    pub fn violations(&self, method: &Method, response: &Response<Vec<u8>>) -> Vec<String> {
        // The document describes the responses to unsupported methods under the operation `get`.
        let operation = if method == Method::HEAD { "head" } else { "get" };
        match self.responses.get(&(operation, response.status())) {
            Some(described) => described.violations(response),
            None => vec![format!("{} is not described", response.status().as_u16())],
        }
    }
}

fn path_item(document: &Value) -> (&str, &Value) {
    let mut paths = document["paths"].as_object().expect("paths are an object").iter();
    let (path, item) = paths.next().expect("the document has a path");
    assert_eq!(paths.next(), None, "the document has one path");
    (path, item)
}

/// Replaces `x-extensible-enum` and `x-pattern` by `enum` and `pattern`, so that the string values that this version
/// writes are checked.
fn closed(part: &Value) -> Value {
    match part {
        Value::Object(members) => {
            let keyword = |name: &str| match name {
                "x-extensible-enum" => "enum".to_owned(),
                "x-pattern" => "pattern".to_owned(),
                name => name.to_owned(),
            };
            members.iter().map(|(name, part)| (keyword(name), closed(part))).collect()
        }
        Value::Array(parts) => parts.iter().map(closed).collect(),
        scalar => scalar.clone(),
    }
}

fn compile(document: &Value, response: &Value) -> DescribedResponse {
    let headers = response["headers"].as_object().into_iter().flatten().map(|(name, header)| {
        let header = header.get("$ref").map_or(header, |reference| resolve(document, reference));
        let is_required = header["required"] == true;
        (name.clone(), is_required, schema(document, &header["schema"]))
    });
    let content = response["content"].as_object().and_then(|content| content.iter().next());
    let content = content.map(|(media_type, content)| (media_type.clone(), schema(document, &content["schema"])));
    DescribedResponse { headers: headers.collect(), content }
}

/// Compiles a schema of the document, together with the components that its references need.
fn schema(document: &Value, part: &Value) -> Schema {
    let mut root = part.clone();
    root["components"] = document["components"].clone();
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    let compiled = jsonschema::options().should_validate_formats(true).build(&root);
    compiled.expect("every schema of the document is valid")
}

fn resolve<'d>(document: &'d Value, reference: &Value) -> &'d Value {
    let reference = reference.as_str().expect("a reference is text");
    lookup(document, reference.strip_prefix('#').expect("references point into the document"))
}

fn lookup<'d>(document: &'d Value, pointer: &str) -> &'d Value {
    document.pointer(pointer).unwrap_or_else(|| panic!("the document has no {pointer}"))
}
