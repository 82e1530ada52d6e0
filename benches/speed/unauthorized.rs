//! The answer to a caller that could not be authenticated, without this crate.

use serde::Serialize;

/// The yardstick: the best encoder that we can write by hand for problems of five members, whatever they say.
#[derive(Clone, Copy)]
pub(crate) struct Members<'p> {
    pub(crate) type_uri: &'p str,
    pub(crate) title: &'p str,
    pub(crate) status: u16,
    pub(crate) detail: &'p str,
    pub(crate) instance: &'p str,
}

impl Members<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.clear();
        out.reserve(96 + self.type_uri.len() + self.title.len() + self.detail.len() + self.instance.len());
        Self::text(out, b"{\"type\":\"", self.type_uri);
        Self::text(out, b"\",\"title\":\"", self.title);
        let digit = |number: u16| b"0123456789"[usize::from(number % 10)];
        out.extend_from_slice(b"\",\"status\":");
        out.extend_from_slice(&[digit(self.status / 100), digit(self.status / 10), digit(self.status)]);
        Self::text(out, b",\"detail\":\"", self.detail);
        Self::text(out, b"\",\"instance\":\"", self.instance);
        out.extend_from_slice(b"\"}");
    }

    #[inline(always)]
    fn text<const N: usize>(out: &mut Vec<u8>, before: &[u8; N], text: &str) {
        out.extend_from_slice(before);
        let is_special = |byte: &u8| matches!(byte, 0..b' ' | b'"' | b'\\');
        // Without a branch for each byte, so that many are looked at in one step.
        if !text.as_bytes().iter().fold(false, |found, byte| found | is_special(byte)) {
            return out.extend_from_slice(text.as_bytes());
        }
        for byte in text.bytes() {
            match byte {
                b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' => out.extend_from_slice(b"\\r"),
                b'\t' => out.extend_from_slice(b"\\t"),
                b'\x08' => out.extend_from_slice(b"\\b"),
                b'\x0c' => out.extend_from_slice(b"\\f"),
                0..b' ' => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
                _ => out.push(byte),
            }
        }
    }
}

/// What a program can do that answers nothing but this problem: all but the path is one text. It is right for any path.
pub(crate) fn by_hand(out: &mut Vec<u8>, path: &str) {
    const BEFORE: &[u8] =
        br#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Authentication failed","instance":""#;
    const HEX: [u8; 16] = *b"0123456789ABCDEF";

    out.clear();
    out.reserve(BEFORE.len() + path.len() + 2);
    out.extend_from_slice(BEFORE);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?#[]".contains(&byte);
    if path.bytes().all(is_plain) {
        out.extend_from_slice(path.as_bytes());
    } else {
        for (at, byte) in path.bytes().enumerate() {
            let digits = path.as_bytes().get(at + 1..at + 3);
            let is_escape = byte == b'%' && digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
            if is_plain(byte) || is_escape {
                out.push(byte);
            } else {
                out.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
        }
    }
    out.extend_from_slice(b"\"}");
}

/// What a user writes without any crate for problems. It escapes nothing in the path.
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
        let (title, detail) = ("Unauthorized", "Authentication failed");
        Self { r#type: "about:blank", title, status: 401, detail, instance: path }
    }
}
