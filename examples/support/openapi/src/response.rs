//! An answer as it is described, against one as it came.

use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;

pub(crate) type Schema = jsonschema::Validator;

/// What is described of the answers of one status.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Names, whether they must be there, and what their values are.
    pub(crate) headers: Vec<(String, bool, Schema)>,
    /// The media type and what it holds; `None` is no content.
    pub(crate) content: Option<(String, Schema)>,
}

impl Answer {
    pub(crate) fn complaints(&self, answer: &Response<Vec<u8>>) -> Vec<String> {
        let mut complaints = Vec::new();
        for (name, is_required, schema) in &self.headers {
            let values: Vec<_> = answer.headers().get_all(name).iter().collect();
            match *values {
                [] if *is_required => complaints.push(format!("{name} is missing")),
                [] => {}
                [value] => complaints.extend(errors(schema, &parse(value), name)),
                _ => complaints.push(format!("{name} stands more than once")),
            }
        }
        match &self.content {
            Some((media_type, schema)) => {
                let found = answer.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
                if found != Some(media_type.as_bytes()) {
                    complaints.push(format!("Content-Type is not {media_type}"));
                }
                match serde_json::from_slice(answer.body()) {
                    Ok(content) => complaints.extend(errors(schema, &content, "content")),
                    Err(error) => complaints.push(format!("content is not JSON: {error}")),
                }
            }
            None if !answer.body().is_empty() => complaints.push("there is content".to_owned()),
            None => {}
        }
        complaints
    }
}

fn errors(schema: &Schema, value: &Value, name: &str) -> Vec<String> {
    schema.iter_errors(value).map(|error| format!("{name}{}: {error}", error.instance_path())).collect()
}

/// Reads a header's value as OpenAPI does: a number where it looks like one.
fn parse(value: &HeaderValue) -> Value {
    let text = String::from_utf8_lossy(value.as_bytes());
    text.parse::<u64>().map_or_else(|_| Value::String(text.into_owned()), Value::from)
}
