//! A problem's JSON: strictly written, leniently read.

use std::collections::HashMap;
use std::fmt;
use std::mem;

use http::StatusCode;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::problem::{Content, Problem};
use crate::text::buffer::Buffer;
use crate::text::json_escape::escape_quoted;

/// What a problem needs beside its texts, in bytes: names, quotes and a status.
const FRAME: usize = r#"{"type":"","title":"","status":401,"detail":"","instance":""}"#.len();
/// What an extension needs beside its name, in bytes: room for a trace, in quotes.
const EXTENSION: usize = 40;

impl Problem {
    /// Replaces a buffer's content by the problem's JSON: the bytes that `serde_json` writes, by our own encoder, which
    /// allocates nothing that the buffer has room for.
    ///
    /// # Panics
    ///
    /// Never: every JSON value can be written to memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Problem;
    ///
    /// # fn main() -> serde_json::Result<()> {
    /// let problem = Problem::unauthorized("/api/v1/me/tokens");
    /// let mut body = Vec::new();
    /// problem.write_json(&mut body);
    /// assert_eq!(body, serde_json::to_vec(&problem)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn write_json(&self, out: &mut Vec<u8>) {
        let mut buffer = Buffer::over(mem::take(out), self.expected_length());
        text(&mut buffer, b"{\"type\":\"", Some(self.type_uri()));
        text(&mut buffer, b",\"title\":\"", self.title());
        if let Some(status) = self.status() {
            buffer.put(b",\"status\":");
            buffer.put_slice(status.as_str().as_bytes());
        }
        text(&mut buffer, b",\"detail\":\"", self.detail());
        text(&mut buffer, b",\"instance\":\"", self.instance());
        for (name, value) in self.extensions() {
            escape_quoted(&mut buffer, b",\"", name);
            buffer.put(b":");
            serde_json::to_writer(&mut buffer, value).expect("every JSON value can be written to memory");
        }
        buffer.put(b"}");
        *out = buffer.finish();
    }

    fn expected_length(&self) -> usize {
        let length = |text: Option<&str>| text.map_or(0, str::len);
        let texts = self.type_uri().len() + length(self.title()) + length(self.detail()) + length(self.instance());
        let extensions: usize = self.extensions().map(|(name, _)| name.len() + EXTENSION).sum();
        FRAME + texts + extensions
    }
}

/// Writes a member that is a text, if it is there.
#[inline]
fn text<const N: usize>(out: &mut Buffer, key: &[u8; N], text: Option<&str>) {
    if let Some(text) = text {
        escape_quoted(out, key, text);
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut problem = serializer.serialize_map(None)?;
        problem.serialize_entry("type", self.type_uri())?;
        if let Some(title) = self.title() {
            problem.serialize_entry("title", title)?;
        }
        if let Some(status) = self.status() {
            problem.serialize_entry("status", &status.as_u16())?;
        }
        if let Some(detail) = self.detail() {
            problem.serialize_entry("detail", detail)?;
        }
        if let Some(instance) = self.instance() {
            problem.serialize_entry("instance", instance)?;
        }
        for (name, value) in self.extensions() {
            problem.serialize_entry(name, value)?;
        }
        problem.end()
    }
}

impl<'de> Deserialize<'de> for Problem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Problem;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a problem details object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Problem, A::Error> {
                let mut content = Box::<Content>::default();
                // Found again by hash: a body from outside may have any number of members.
                let mut places = HashMap::new();
                while let Some((name, value)) = map.next_entry::<Box<str>, Value>()? {
                    let Some((name, value)) = content.read_standard(name, value) else { continue };
                    let place = *places.entry(name.clone()).or_insert(content.extensions.len());
                    match content.extensions.get_mut(place) {
                        Some((_, known)) => *known = value,
                        None => content.extensions.push((name, value)),
                    }
                }
                Ok(Problem(content))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl Content {
    /// Takes one of RFC 9457's own members as it was read, and gives any other back. One of the wrong type is as good as
    /// absent (section 3.1); of one that stands twice, the last counts.
    fn read_standard(&mut self, name: Box<str>, value: Value) -> Option<(Box<str>, Value)> {
        let text = |value: Value| if let Value::String(text) = value { Some(text) } else { None };
        match &*name {
            "type" => self.type_uri = text(value).map(Into::into),
            "title" => self.title = text(value).map(Into::into),
            "status" => {
                let code = value.as_u64().and_then(|code| u16::try_from(code).ok());
                self.status = code.and_then(|code| StatusCode::from_u16(code).ok());
            }
            "detail" => self.detail = text(value).map(Into::into),
            "instance" => self.instance = text(value).map(Into::into),
            _ => return Some((name, value)),
        }
        None
    }
}
