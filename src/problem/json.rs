//! The JSON of a problem. Writing is strict, and reading is tolerant.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::mem;

use http::StatusCode;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::problem::extension::Extension;
use crate::problem::query_details::QueryDetails;
use crate::problem::{Content, Problem};
use crate::text::buffer::Buffer;
use crate::text::json_escape::escape_quoted;
use crate::text::number::Whole;

/// The length of a problem without its texts: names, quotes and a status.
const MEMBERS_LEN: usize = r#"{"type":"","title":"","status":401,"detail":"","instance":""}"#.len();
/// The expected length of an extension, without its name. A trace id of 32 digits in quotes fits.
const EXTENSION_LEN: usize = 40;
/// A text of less than eight bytes is copied as one machine word of eight bytes. This is the spare capacity that the
/// copy needs after the text.
const WORD_LEN: usize = 8;

impl Problem {
    /// Replaces the content of a buffer with the JSON of the problem.
    ///
    /// The bytes are the same as `serde_json`'s. The encoder does not allocate while the buffer's capacity is large enough.
    ///
    /// The status is written as [`status`](Self::status) returns it. In a response it is never below 400.
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
        let mut buffer = Buffer::overwrite(mem::take(out), self.estimated_len());
        write_text(&mut buffer, br#"{"type":""#, Some(self.type_uri()));
        write_text(&mut buffer, br#","title":""#, self.title());
        if let Some(status) = self.status() {
            buffer.put(br#","status":"#);
            buffer.put_slice(status.as_str().as_bytes());
        }
        let mut error_text = None;
        match (&self.0.detail, &self.0.query) {
            (None, Some(query)) => error_text = query.write_detail(&mut buffer),
            (detail, _) => write_text(&mut buffer, br#","detail":""#, detail.as_deref()),
        }
        write_text(&mut buffer, br#","instance":""#, self.instance());
        if let Some(query) = self.unset_errors() {
            query.write_errors(&mut buffer, error_text.as_ref());
        }
        for (name, value) in &self.0.extensions {
            escape_quoted(&mut buffer, br#",""#, name);
            buffer.put(b":");
            serde_json::to_writer(&mut buffer, value).expect("every JSON value can be written to memory");
        }
        buffer.put(b"}");
        *out = buffer.finish();
    }

    /// Estimates the length of the JSON. Escapes and long extensions can make it longer.
    fn estimated_len(&self) -> usize {
        let texts = [self.title(), self.0.detail.as_deref(), self.instance()];
        let texts_len = texts.into_iter().flatten().map(str::len).sum::<usize>() + self.type_uri().len();
        let extensions_len = self.0.extensions.iter().map(|(name, _)| name.len() + EXTENSION_LEN).sum::<usize>();
        let query_len = self.0.query.as_deref().map_or(0, QueryDetails::estimated_len);
        MEMBERS_LEN + texts_len + extensions_len + query_len + WORD_LEN
    }
}

/// Writes a member. `key` is everything before the text: the name, the colon, and the opening quote of the text. Writes
/// nothing if there is no text.
#[inline]
fn write_text<const N: usize>(out: &mut Buffer, key: &[u8; N], text: Option<&str>) {
    if let Some(text) = text {
        escape_quoted(out, key, text);
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let texts = [self.title(), self.detail(), self.instance()];
        let optional_members = texts.into_iter().flatten().count() + usize::from(self.status().is_some());
        let mut problem = serializer.serialize_map(Some(1 + optional_members + self.extensions().count()))?;
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
                // A hash map, because a body from outside can have any number of members.
                let mut indexes = HashMap::new();
                let mut extensions = Vec::new();
                while let Some((name, Extension(value))) = map.next_entry::<Box<str>, _>()? {
                    let Some((name, value)) = content.read_standard(name, value) else { continue };
                    let index = *indexes.entry(name.clone()).or_insert(extensions.len());
                    match extensions.get_mut(index) {
                        Some((_, known)) => *known = value,
                        None => extensions.push((name, value)),
                    }
                }
                let kept =
                    extensions.into_iter().filter_map(|(name, value)| Some((Cow::Owned(name.into_string()), value?)));
                content.extensions = kept.collect();
                Ok(Problem(content))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl Content {
    /// Stores a standard member and returns `None`; returns any other member unchanged.
    ///
    /// A standard member of the wrong type is ignored (RFC 9457, section 3.1). The last duplicate wins.
    fn read_standard(&mut self, name: Box<str>, value: Option<Value>) -> Option<(Box<str>, Option<Value>)> {
        match &*name {
            "type" => self.type_uri = text(value).map(Into::into),
            "title" => self.title = text(value).map(Into::into),
            "status" => self.status = value.as_ref().and_then(status),
            "detail" => self.detail = text(value).map(Into::into),
            "instance" => self.instance = text(value).map(Into::into),
            _ => return Some((name, value)),
        }
        None
    }
}

fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// Returns a status, which may be written as a float: `422.0` and `4.22e2` are the number 422 (RFC 8259, section 6).
fn status(value: &Value) -> Option<StatusCode> {
    let Whole::Exact(code) = Whole::from_float(value.as_f64()?)? else { return None };
    StatusCode::from_u16(u16::try_from(code).ok()?).ok()
}
