//! Text on the wire: digits, escapes, queries, addresses, and tolerant reading. Nothing here knows what a token is.

pub(crate) mod base64url;
pub(crate) mod buffer;
pub(crate) mod digits;
pub(crate) mod forwarded;
pub(crate) mod ip;
pub(crate) mod json_escape;
pub(crate) mod label;
pub(crate) mod number;
pub(crate) mod object;
pub(crate) mod percent;
pub(crate) mod php_json;
pub(crate) mod query;
pub(crate) mod reference;
pub(crate) mod repair;
