//! The instance of a problem.

use std::borrow::Cow;

use crate::text::{percent, reference};

/// Turns any text into a URI reference that identifies a problem (RFC 9457, section 3.1.5).
///
/// `//` at its start would name a host (RFC 3986, section 4.2).
pub(super) fn to_reference(text: &str) -> Box<str> {
    if is_absolute_path(text) {
        text.into()
    } else if text.starts_with("//") {
        reference::escape(&format!("/.{text}")).into()
    } else {
        reference::escape(text).into()
    }
}

/// Returns whether a text is an absolute path, which is a valid URI reference already (RFC 3986, section 4.2). Most
/// instances are absolute paths.
fn is_absolute_path(text: &str) -> bool {
    text.starts_with('/') && !text.starts_with("//") && matches!(percent::escape_path(text), Cow::Borrowed(_))
}
