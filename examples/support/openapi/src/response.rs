//! Checks a response against its description.

use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;

pub(crate) type Schema = jsonschema::Validator;

/// The description of the responses with one status.
#[derive(Debug)]
pub(crate) struct DescribedResponse {
    /// Names, whether they are required, and the schemas of their values.
    pub(crate) headers: Vec<(String, bool, Schema)>,
    /// The media type and the schema of the content, or `None` for no content.
    pub(crate) content: Option<(String, Schema)>,
}

impl DescribedResponse {
    pub(crate) fn violations(&self, response: &Response<Vec<u8>>) -> Vec<String> {
        let mut violations = Vec::new();
        for (name, is_required, schema) in &self.headers {
            let values: Vec<_> = response.headers().get_all(name).iter().collect();
            match *values {
                [] if *is_required => violations.push(format!("{name} is missing")),
                [] => {}
                [value] => violations.extend(errors(schema, &parse(value), name)),
                _ => violations.push(format!("{name} is repeated")),
            }
        }
        match &self.content {
            Some((media_type, schema)) => {
                let found = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
                if found != Some(media_type.as_bytes()) {
                    violations.push(format!("Content-Type is not {media_type}"));
                }
                match serde_json::from_slice(response.body()) {
                    Ok(content) => violations.extend(errors(schema, &content, "content")),
                    Err(error) => violations.push(format!("content is not JSON: {error}")),
                }
            }
            None if !response.body().is_empty() => violations.push("unexpected content".to_owned()),
            None => {}
        }
        violations
    }
}

fn errors(schema: &Schema, value: &Value, name: &str) -> Vec<String> {
    schema.iter_errors(value).map(|error| format!("{name}{}: {error}", error.instance_path())).collect()
}

/// Parses a header value like OpenAPI: as a number if possible.
fn parse(value: &HeaderValue) -> Value {
    let text = String::from_utf8_lossy(value.as_bytes());
    text.parse::<u64>().map_or_else(|_| Value::String(text.into_owned()), Value::from)
}
