//! The parts of a response that are compared.

use http::StatusCode;

use crate::connection::Response;

/// A status, the headers that an adapter sends, and a body.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Snapshot {
    status: StatusCode,
    /// Sorted by name.
    headers: Vec<(String, String)>,
    body: String,
}

impl Snapshot {
    /// Creates the snapshot of a response with the headers that the library always sends.
    pub(crate) fn new(status: StatusCode, media_type: &str, body: String) -> Self {
        let length = body.len().to_string();
        let snapshot = Self { status, headers: Vec::new(), body };
        snapshot
            .with_header("cache-control", "private, no-store")
            .with_header("content-length", &length)
            .with_header("content-type", media_type)
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self.headers.sort();
        self
    }

    /// Removes the body, as in a response to HEAD.
    pub(crate) fn without_body(self) -> Self {
        Self { body: String::new(), ..self }
    }

    /// Returns the snapshot of a received response, without the headers that servers add.
    pub(crate) fn of(response: &Response) -> Self {
        const ADDED_BY_SERVERS: [&str; 2] = ["connection", "date"];
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = response.headers().iter().filter(|(name, _)| !ADDED_BY_SERVERS.contains(&name.as_str()));
        let mut headers: Vec<_> =
            headers.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
        headers.sort();
        Self { status: response.status(), headers, body: text(response.body()) }
    }
}
