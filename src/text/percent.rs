//! Percent-encoding (RFC 3986, section 2.1): escapes each part of a URL, and decodes queries.

use std::borrow::Cow;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Encodes text as one name or value of a query: only unreserved characters stay (RFC 3986, section 2.3).
pub(crate) fn encode(text: &str) -> Cow<'_, str> {
    escape(text, |_, byte| is_unreserved(byte))
}

/// Escapes characters that a path cannot contain (RFC 3986, section 3.3). Valid escapes stay.
pub(crate) fn escape_path(raw: &str) -> Cow<'_, str> {
    escape(raw, |rest, byte| is_pchar(byte) || byte == b'/' || is_escape(rest))
}

/// Escapes characters that a query or a fragment cannot contain (RFC 3986, sections 3.4 and 3.5). Valid escapes stay.
pub(crate) fn escape_query(raw: &str) -> Cow<'_, str> {
    escape(raw, |rest, byte| is_pchar(byte) || matches!(byte, b'/' | b'?') || is_escape(rest))
}

/// Escapes characters that a host name cannot contain (RFC 3986, section 3.2.2). Valid escapes stay.
pub(crate) fn escape_host(raw: &str) -> Cow<'_, str> {
    escape(raw, |rest, byte| is_in(byte, UNRESERVED | SUB_DELIM) || is_escape(rest))
}

/// Escapes characters that user information cannot contain (RFC 3986, section 3.2.1). Valid escapes stay.
pub(crate) fn escape_userinfo(raw: &str) -> Cow<'_, str> {
    escape(raw, |rest, byte| is_in(byte, UNRESERVED | SUB_DELIM) || byte == b':' || is_escape(rest))
}

/// Returns whether every `%` begins an escape.
pub(crate) fn has_only_valid_escapes(text: &str) -> bool {
    let bytes = text.as_bytes();
    (0..bytes.len()).all(|index| bytes[index] != b'%' || is_escape(&bytes[index..]))
}

/// Decodes a name or value of a query as forms write them: `+` is a space. A `%` that does not begin an escape stays.
pub(crate) fn decode(raw: &str) -> Cow<'_, [u8]> {
    if !raw.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(raw.as_bytes());
    }
    let mut decoded = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        decoded.push(match (byte, tail) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => match (hex_digit(*high), hex_digit(*low)) {
                (Some(high), Some(low)) => {
                    rest = after;
                    high << 4 | low
                }
                _ => b'%',
            },
            _ => *byte,
        });
    }
    Cow::Owned(decoded)
}

/// Escapes every byte for which `is_allowed` returns `false`. The arguments of `is_allowed` are the text from that byte
/// on, and the byte.
fn escape(text: &str, is_allowed: impl Fn(&[u8], u8) -> bool) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    // Every byte that is not ASCII is escaped, so the result never has a part of a multi-byte character.
    let is_kept = |index: usize| bytes[index].is_ascii() && is_allowed(&bytes[index..], bytes[index]);
    if (0..bytes.len()).all(is_kept) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for (index, byte) in bytes.iter().enumerate() {
        if is_kept(index) {
            escaped.push(char::from(*byte));
        } else {
            escaped.push('%');
            escaped.push(char::from(HEX[usize::from(byte >> 4)]));
            escaped.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    Cow::Owned(escaped)
}

/// RFC 3986, section 2.3.
const UNRESERVED: u8 = 1;
/// RFC 3986, section 2.2.
const SUB_DELIM: u8 = 2;
/// RFC 3986, section 3.3: a segment of a path can also contain these two.
const COLON_OR_AT: u8 = 4;

/// The class of each byte, so that a byte is checked with one load.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte: u8 = 0;
    loop {
        classes[byte as usize] = match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => UNRESERVED,
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' => SUB_DELIM,
            b':' | b'@' => COLON_OR_AT,
            _ => 0,
        };
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

fn is_in(byte: u8, classes: u8) -> bool {
    CLASSES[usize::from(byte)] & classes != 0
}

fn is_unreserved(byte: u8) -> bool {
    is_in(byte, UNRESERVED)
}

/// Returns whether a byte is a `pchar` that is not a part of an escape (RFC 3986, section 3.3).
fn is_pchar(byte: u8) -> bool {
    is_in(byte, UNRESERVED | SUB_DELIM | COLON_OR_AT)
}

fn is_escape(rest: &[u8]) -> bool {
    matches!(rest, [b'%', high, low, ..] if hex_digit(*high).is_some() && hex_digit(*low).is_some())
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
