//! The details of a problem about the query of a request.

use std::fmt::{self, Write};
use std::ops::Range;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use crate::page::query_error::QueryError;
use crate::text::buffer::Buffer;
use crate::text::json_escape::escape;

/// The extension that lists the parameters that are wrong.
pub(crate) const ERRORS: &str = "errors";

/// The error of a query. Its texts are created when they are first read. Writing a response does not need them.
pub(crate) struct QueryDetails {
    pub(crate) error: QueryError,
    detail: OnceLock<String>,
    errors: OnceLock<Value>,
}

impl QueryDetails {
    pub(crate) fn new(error: QueryError) -> Self {
        Self { error, detail: OnceLock::new(), errors: OnceLock::new() }
    }

    pub(crate) fn detail(&self) -> &str {
        self.detail.get_or_init(|| self.error.to_string())
    }

    /// Returns the parameters that are wrong, if there are any.
    pub(crate) fn errors(&self) -> Option<&Value> {
        let errors = self.errors.get_or_init(|| {
            let errors = self.error.parameters().iter();
            errors
                .map(|error| {
                    // The same order as in `write_errors`, if serde_json's map preserves the order.
                    let members = [("detail", error.to_string()), ("parameter", error.parameter().to_owned())];
                    Value::from(Map::from_iter(members.map(|(name, text)| (name.to_owned(), text.into()))))
                })
                .collect()
        });
        (!self.error.parameters().is_empty()).then_some(errors)
    }

    /// Writes `,"detail":".."`. If exactly one parameter is wrong, returns the position of the text of its error,
    /// because `errors` repeats this text.
    pub(crate) fn write_detail(&self, out: &mut Buffer) -> Option<Range<usize>> {
        out.put(br#","detail":""#);
        let text = match self.error.parameters() {
            // The same as the `Display` of the whole error.
            [error] => {
                out.put(b"`");
                escape(out, error.parameter());
                out.put(b"` ");
                let start = out.len();
                write_escaped(out, error);
                Some(start..out.len())
            }
            _ => {
                write_escaped(out, &self.error);
                None
            }
        };
        out.put(br#"""#);
        text
    }

    /// Writes `,"errors":[{"detail":"..","parameter":".."}]`, if a parameter is wrong. `text` is from `write_detail`.
    pub(crate) fn write_errors(&self, out: &mut Buffer, text: Option<&Range<usize>>) {
        let errors = self.error.parameters();
        if errors.is_empty() {
            return;
        }
        out.put(br#","errors":["#);
        for (index, error) in errors.iter().enumerate() {
            if index > 0 {
                out.put(b",");
            }
            out.put(br#"{"detail":""#);
            match text {
                Some(text) => out.repeat(text.clone()),
                None => write_escaped(out, error),
            }
            out.put(br#"","parameter":""#);
            escape(out, error.parameter());
            out.put(br#""}"#);
        }
        out.put(b"]");
    }

    /// Estimates the length of the detail and the errors. Escapes can make them longer.
    pub(crate) fn estimated_len(&self) -> usize {
        let errors = self.error.parameters();
        let texts_len: usize = errors.iter().map(|error| 2 * (error.parameter().len() + error.max_len())).sum();
        texts_len + 100 + 40 * errors.len()
    }
}

/// Formats a value, and writes the text as the inside of a JSON string.
fn write_escaped(out: &mut Buffer, text: &impl fmt::Display) {
    write!(Escaped(out), "{text}").expect("writing to memory does not fail");
}

struct Escaped<'b>(&'b mut Buffer);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text);
        Ok(())
    }
}
