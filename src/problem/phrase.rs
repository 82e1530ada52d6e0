//! The phrase of a status.

use http::StatusCode;

/// The title of a status: its phrase by RFC 9110, section 15, whose names `http` has in part from older RFCs.
pub(super) fn phrase(status: StatusCode) -> &'static str {
    match status.as_u16() {
        203 => "Non-Authoritative Information",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        _ => status.canonical_reason().unwrap_or("Unknown Status"),
    }
}
