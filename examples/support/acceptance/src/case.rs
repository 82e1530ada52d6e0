//! One line of the table: what is sent, and what is to be answered.

use http::Method;

use crate::expected::Expected;
use crate::server::Announced;

/// A request and the answer to it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is tried, in a few words.
    pub name: String,
    pub(crate) method: Method,
    /// In it and in `fields`, `{good}` stands for that secret, and so on.
    pub(crate) target: Vec<u8>,
    pub(crate) version: &'static str,
    /// Whole lines of the head, without their ends.
    pub(crate) fields: Vec<Vec<u8>>,
    pub(crate) body: &'static str,
    pub(crate) expected: Expected,
    pub(crate) trace_id: Option<&'static str>,
    /// The statuses with which a framework may refuse the request before it reaches the endpoint. Where there are any,
    /// it may also close the connection without a word.
    pub(crate) refusals: &'static [u16],
    /// The frameworks that cannot but answer otherwise, as their adapters' documentation says.
    pub(crate) exceptions: Vec<(&'static str, Expected)>,
}

impl Case {
    /// Makes a case of a request without a field but `Host`.
    pub(crate) fn new(name: &str, method: Method, target: impl Into<Vec<u8>>, expected: Expected) -> Self {
        Self {
            name: name.to_owned(),
            method,
            target: target.into(),
            version: "HTTP/1.1",
            fields: vec![b"host: {host}".to_vec()],
            body: "",
            expected,
            trace_id: None,
            refusals: &[],
            exceptions: Vec::new(),
        }
    }

    /// Adds a line to the head.
    pub(crate) fn field(mut self, line: impl Into<Vec<u8>>) -> Self {
        self.fields.push(line.into());
        self
    }

    /// Adds the credentials that are accepted.
    pub(crate) fn authorized(self) -> Self {
        self.field("authorization: Bearer {good}")
    }

    /// Replaces the line of `Host`.
    pub(crate) fn host(mut self, line: &str) -> Self {
        self.fields[0] = line.into();
        self
    }

    pub(crate) fn version(self, version: &'static str) -> Self {
        Self { version, ..self }
    }

    pub(crate) fn body(self, body: &'static str) -> Self {
        Self { body, ..self }
    }

    /// Expects the problem to name this trace.
    pub(crate) fn traced(self, trace_id: &'static str) -> Self {
        Self { trace_id: Some(trace_id), ..self }
    }

    /// Allows the framework to refuse the request with one of these statuses.
    pub(crate) fn or_refused(self, refusals: &'static [u16]) -> Self {
        Self { refusals, ..self }
    }

    /// Expects another answer of one framework.
    pub(crate) fn but(mut self, framework: &'static str, expected: Expected) -> Self {
        self.exceptions.push((framework, expected));
        self
    }

    pub(crate) fn expected_of(&self, framework: &str) -> &Expected {
        let exception = self.exceptions.iter().find(|(name, _)| *name == framework);
        exception.map_or(&self.expected, |(_, expected)| expected)
    }

    /// Writes the request, sent with this method.
    pub(crate) fn bytes(&self, method: &Method, announced: &Announced) -> Vec<u8> {
        let target = fill(&self.target, announced);
        let mut bytes = [method.as_str().as_bytes(), b" ", &target, b" ", self.version.as_bytes(), b"\r\n"].concat();
        for field in &self.fields {
            bytes.extend(fill(field, announced));
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"\r\n");
        bytes.extend(self.body.as_bytes());
        bytes
    }
}

/// Writes what the names in braces stand for.
fn fill(line: &[u8], announced: &Announced) -> Vec<u8> {
    let upper = announced.good.to_ascii_uppercase();
    let host = announced.url.trim_start_matches("http://");
    let values = [
        ("{host}", host),
        ("{good}", &announced.good),
        ("{GOOD}", &upper),
        ("{expired}", &announced.expired),
        ("{revoked}", &announced.revoked),
        ("{single}", &announced.single),
        ("{ip_denied}", &announced.ip_denied),
    ];
    // What is not text has no names in it.
    match std::str::from_utf8(line) {
        Ok(line) => values.iter().fold(line.to_owned(), |line, (name, value)| line.replace(name, value)).into(),
        Err(_) => line.to_vec(),
    }
}
