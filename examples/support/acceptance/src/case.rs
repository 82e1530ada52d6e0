//! One case: a request and its expected response.

use http::Method;

use crate::expected::Expected;
use crate::server::StartupMessage;

/// A request and its expected response.
#[derive(Clone, Debug)]
pub struct Case {
    /// A short name.
    pub name: String,
    pub(crate) method: Method,
    /// A name in braces, such as `{good}`, is replaced by that secret of the startup message. This also applies to
    /// `headers`.
    pub(crate) target: Vec<u8>,
    pub(crate) version: &'static str,
    /// Header lines, without line breaks.
    pub(crate) headers: Vec<Vec<u8>>,
    pub(crate) body: &'static str,
    pub(crate) expected: Expected,
    pub(crate) trace_id: Option<&'static str>,
    /// Statuses that a framework may send if it rejects the request before the endpoint handles it. If this is not empty,
    /// the framework may also close the connection without a response.
    pub(crate) rejections: &'static [u16],
    /// Frameworks that must respond differently, as their adapters document.
    pub(crate) exceptions: Vec<(&'static str, Expected)>,
}

impl Case {
    /// Creates a case whose request has `Host` as its only header.
    pub(crate) fn new(name: &str, method: Method, target: impl Into<Vec<u8>>, expected: Expected) -> Self {
        Self {
            name: name.to_owned(),
            method,
            target: target.into(),
            version: "HTTP/1.1",
            headers: vec![b"host: {host}".to_vec()],
            body: "",
            expected,
            trace_id: None,
            rejections: &[],
            exceptions: Vec::new(),
        }
    }

    /// Adds a header line.
    pub(crate) fn header(mut self, line: impl Into<Vec<u8>>) -> Self {
        self.headers.push(line.into());
        self
    }

    /// Adds valid credentials.
    pub(crate) fn authorized(self) -> Self {
        self.header("authorization: Bearer {good}")
    }

    /// Replaces the header line `Host`.
    pub(crate) fn host(mut self, line: &str) -> Self {
        self.headers[0] = line.into();
        self
    }

    pub(crate) fn version(self, version: &'static str) -> Self {
        Self { version, ..self }
    }

    pub(crate) fn body(self, body: &'static str) -> Self {
        Self { body, ..self }
    }

    /// Expects a problem with this trace id.
    pub(crate) fn with_trace_id(self, trace_id: &'static str) -> Self {
        Self { trace_id: Some(trace_id), ..self }
    }

    /// Allows the framework to reject the request with one of these statuses.
    pub(crate) fn or_rejected(self, rejections: &'static [u16]) -> Self {
        Self { rejections, ..self }
    }

    /// Expects another response from one framework.
    pub(crate) fn except(mut self, framework: &'static str, expected: Expected) -> Self {
        self.exceptions.push((framework, expected));
        self
    }

    pub(crate) fn expected_from(&self, framework: &str) -> &Expected {
        let exception = self.exceptions.iter().find(|(name, _)| *name == framework);
        exception.map_or(&self.expected, |(_, expected)| expected)
    }

    /// Returns the request's bytes, with this method.
    pub(crate) fn bytes(&self, method: &Method, startup_message: &StartupMessage) -> Vec<u8> {
        let target = fill(&self.target, startup_message);
        let mut bytes = [method.as_str().as_bytes(), b" ", &target, b" ", self.version.as_bytes(), b"\r\n"].concat();
        for header in &self.headers {
            bytes.extend(fill(header, startup_message));
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"\r\n");
        bytes.extend(self.body.as_bytes());
        bytes
    }
}

/// Replaces the names in braces.
fn fill(line: &[u8], startup_message: &StartupMessage) -> Vec<u8> {
    let upper = startup_message.good.to_ascii_uppercase();
    let host = startup_message.url.trim_start_matches("http://");
    let values = [
        ("{host}", host),
        ("{good}", &startup_message.good),
        ("{GOOD}", &upper),
        ("{expired}", &startup_message.expired),
        ("{revoked}", &startup_message.revoked),
        ("{single}", &startup_message.single),
        ("{ip_denied}", &startup_message.ip_denied),
    ];
    // A line that is not UTF-8 contains no names.
    match std::str::from_utf8(line) {
        Ok(line) => values.iter().fold(line.to_owned(), |line, (name, value)| line.replace(name, value)).into(),
        Err(_) => line.to_vec(),
    }
}
