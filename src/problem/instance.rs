//! The instance of a problem.

use std::borrow::Cow;
use std::fmt;

use http::request::Parts;
use http::uri::PathAndQuery;

use crate::text::{percent, reference};

/// A URI reference that identifies a problem (RFC 9457, section 3.1.5).
pub(crate) enum Instance {
    Reference(Box<str>),
    /// The path of a request, which shares the request's memory.
    Path(PathAndQuery),
}

impl Instance {
    /// Turns any text into a URI reference. `//` at its start would name a host (RFC 3986, section 4.2).
    pub(crate) fn new(text: &str) -> Self {
        let reference = if is_absolute_path(text) {
            text.into()
        } else if text.starts_with("//") {
            reference::escape(&format!("/.{text}")).into()
        } else {
            reference::escape(text).into()
        };
        Self::Reference(reference)
    }

    pub(crate) fn of_request(parts: &Parts) -> Self {
        match parts.uri.path_and_query() {
            Some(target) if is_absolute_path(target.path()) => Self::Path(target.clone()),
            _ => Self::new(parts.uri.path()),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Reference(reference) => reference,
            Self::Path(target) => target.path(),
        }
    }
}

/// Returns whether a path is a URI reference as it is (RFC 3986, section 4.2: path-absolute).
fn is_absolute_path(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && matches!(percent::escape_path(path), Cow::Borrowed(_))
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}
