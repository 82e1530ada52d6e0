//! The phrase of a status.

use http::StatusCode;

/// Returns the title of a status: its phrase (RFC 9110, section 15). Some phrases in the crate `http` are from older
/// RFCs, so they are replaced here.
pub(super) fn phrase(status: StatusCode) -> &'static str {
    match status.as_u16() {
        203 => "Non-Authoritative Information",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        _ => status.canonical_reason().unwrap_or("Unknown Status"),
    }
}
