//! The document, compiled.

use std::collections::BTreeMap;

use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::response::{Answer, Schema};

/// The endpoint's path in the document.
const PATH: &str = "/paths/~1api~1v1~1me~1tokens";

/// What `openapi.json` says of the endpoint.
#[derive(Debug)]
pub struct Description {
    document: Value,
    /// By operation (`get` or `head`) and status.
    answers: BTreeMap<(&'static str, StatusCode), Answer>,
}

impl Description {
    /// Reads and compiles the document that is packaged with the library.
    ///
    /// # Panics
    ///
    /// A document that is not OpenAPI: this crate is for tests, and that is what they are to find out.
    #[must_use]
    pub fn packaged() -> Self {
        let document = serde_json::from_str(include_str!("../../../../openapi.json")).expect("the document is JSON");
        let mut answers = BTreeMap::new();
        for operation in ["get", "head"] {
            let described = at(&document, &format!("{PATH}/{operation}/responses"));
            for (status, answer) in described.as_object().expect("responses are an object") {
                let status = status.parse().expect("every response is that of one status");
                answers.insert((operation, status), compile(&document, answer));
            }
        }
        Self { document, answers }
    }

    /// Returns the document.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Lists in what the answer to a request of that method is not as described: nothing, if all is well.
    ///
    /// What the document does not name among headers is left alone: servers add their own.
    #[must_use]
    pub fn complaints(&self, method: &Method, answer: &Response<Vec<u8>>) -> Vec<String> {
        // A method that there is not is described where OpenAPI has a place for it: with GET.
        let operation = if method == Method::HEAD { "head" } else { "get" };
        match self.answers.get(&(operation, answer.status())) {
            Some(described) => described.complaints(answer),
            None => vec![format!("{} is not described", answer.status().as_u16())],
        }
    }
}

fn compile(document: &Value, answer: &Value) -> Answer {
    let headers = answer["headers"].as_object().into_iter().flatten().map(|(name, header)| {
        let header = header.get("$ref").map_or(header, |reference| refer(document, reference));
        let is_required = header["required"] == true;
        (name.clone(), is_required, schema(document, &header["schema"]))
    });
    let content = answer["content"].as_object().and_then(|it| it.iter().next());
    let content = content.map(|(media_type, content)| (media_type.clone(), schema(document, &content["schema"])));
    Answer { headers: headers.collect(), content }
}

/// Compiles a part of the document. Its references lead to the document's components, which it therefore gets.
fn schema(document: &Value, part: &Value) -> Schema {
    let mut root = part.clone();
    root["components"] = document["components"].clone();
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    let compiled = jsonschema::options().should_validate_formats(true).build(&root);
    compiled.expect("every schema of the document is one")
}

fn refer<'d>(document: &'d Value, reference: &Value) -> &'d Value {
    let reference = reference.as_str().expect("a reference is text");
    at(document, reference.strip_prefix('#').expect("references stay within the document"))
}

fn at<'d>(document: &'d Value, pointer: &str) -> &'d Value {
    document.pointer(pointer).unwrap_or_else(|| panic!("the document has no {pointer}"))
}
