//! The response to an unauthenticated request, written without this crate.

use serde::Serialize;

/// Writes only this problem: everything except the path is constant. It is correct for any path.
pub(crate) fn by_hand(out: &mut Vec<u8>, path: &str) {
    const PREFIX: &[u8] =
        br#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Authentication failed","instance":""#;
    const HEX: [u8; 16] = *b"0123456789ABCDEF";

    out.clear();
    out.reserve(PREFIX.len() + path.len() + 2);
    out.extend_from_slice(PREFIX);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?#[]".contains(&byte);
    if path.bytes().all(is_plain) {
        out.extend_from_slice(path.as_bytes());
    } else {
        for (index, byte) in path.bytes().enumerate() {
            let digits = path.as_bytes().get(index + 1..index + 3);
            let is_escape = byte == b'%' && digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
            if is_plain(byte) || is_escape {
                out.push(byte);
            } else {
                out.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
        }
    }
    out.extend_from_slice(br#""}"#);
}

/// The code of a user without a crate for problems. It does not escape the path.
#[derive(Serialize)]
pub(crate) struct Derived<'p> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'static str,
    instance: &'p str,
}

impl<'p> Derived<'p> {
    pub(crate) fn new(path: &'p str) -> Self {
        Self {
            r#type: "about:blank",
            title: "Unauthorized",
            status: 401,
            detail: "Authentication failed",
            instance: path,
        }
    }
}
