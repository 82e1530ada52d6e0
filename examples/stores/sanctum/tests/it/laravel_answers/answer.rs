//! Recorded requests, and Laravel's responses to them.

use std::fs;
use std::path::Path;

use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Uri};
use serde_json::Value;

/// A request, and Laravel's response to it.
pub(super) struct Answer {
    pub(super) name: String,
    pub(super) request: Request,
    pub(super) expected: Expected,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
}

/// The response to a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expected {
    pub(super) status: u16,
    pub(super) body: Body,
    /// The ids of the tokens whose usage is recorded.
    pub(super) used: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Body {
    Empty,
    /// An HTML page.
    Html,
    Json(Value),
    /// The body, the status and the used tokens of the response to another request.
    OfRequest(Request),
    /// A problem with the status of the response.
    Problem,
}

/// Reads the records in a file. Lines end only at LF, because names contain other line separators.
#[track_caller]
pub(super) fn answers(path: &Path) -> Vec<Answer> {
    let lines = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    lines.split('\n').filter(|line| !line.is_empty()).map(answer).collect()
}

#[track_caller]
fn answer(line: &str) -> Answer {
    let record: Value = serde_json::from_str(line).expect("a line of JSON");
    let request = &record["request"];
    let response = &record["response"];
    let headers = request["headers"].as_array().expect("headers").iter();
    Answer {
        name: text(&record["name"]),
        request: Request {
            method: text(&request["method"]).parse().expect("a method"),
            target: text(&request["target"]),
            headers: headers.map(|header| (text(&header[0]), text(&header[1]))).collect(),
            body: request["body"].as_str().map(str::to_owned),
        },
        expected: Expected {
            status: response["status"].as_u64().and_then(|status| status.try_into().ok()).expect("a status"),
            body: match &response["body"] {
                Value::Null => Body::Html,
                Value::String(text) if text.is_empty() => Body::Empty,
                body => Body::Json(body.clone()),
            },
            used: record["touched"].as_array().expect("touched tokens").iter().map(used).collect(),
        },
    }
}

/// Returns the id of a token that the request used. Checks that `last_used_at` is the fixed time of the application's
/// clock.
#[track_caller]
fn used(touched: &Value) -> i64 {
    assert_eq!(touched["last_used_at"], super::service::CLOCK);
    touched["id"].as_i64().expect("an id")
}

#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

impl Request {
    /// Returns the values of a header.
    pub(super) fn values<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    /// Returns the path of the target.
    pub(super) fn path(&self) -> &str {
        self.target.split_once('?').map_or(&*self.target, |(path, _)| path)
    }

    /// Returns the query of the target.
    pub(super) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// Returns the request as a server passes it to the endpoint.
    #[track_caller]
    pub(super) fn parts(&self) -> Parts {
        let mut request = http::Request::new(());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = Uri::try_from(self.target.as_bytes()).expect("a target that a server accepts");
        for (name, value) in &self.headers {
            let name: HeaderName = name.parse().expect("a header name");
            request.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a header value"));
        }
        request.into_parts().0
    }
}
