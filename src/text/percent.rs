//! Percent-encoding (RFC 3986, section 2.1): what is escaped where, and how a query is read back.

use std::borrow::Cow;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Encodes text as one name or value of a query: only unreserved characters stay (RFC 3986, section 2.3).
pub(crate) fn encode(text: &str) -> Cow<'_, str> {
    escape(text, |_, byte| is_unreserved(byte))
}

/// Escapes of a raw query only what would break a URL or a header. `[`, `]` and a lone `%` are outside RFC 3986's
/// grammar for a query, yet every reader takes them, and kept parameters must come back as they were.
pub(crate) fn escape_query(raw: &str) -> Cow<'_, str> {
    escape(raw, |_, byte| is_pchar(byte) || matches!(byte, b'/' | b'?' | b'[' | b']' | b'%'))
}

/// Escapes of a fragment what RFC 3986, section 3.5 does not allow; escapes that are there stay.
pub(crate) fn escape_fragment(raw: &str) -> Cow<'_, str> {
    escape(raw, |rest, byte| is_pchar(byte) || matches!(byte, b'/' | b'?') || is_escape(rest))
}

/// Escapes of a URI reference what RFC 3986, section 4.1 does not allow; escapes that are there stay.
pub(crate) fn escape_reference(raw: &str) -> Cow<'_, str> {
    escape(raw, |rest, byte| is_pchar(byte) || matches!(byte, b'/' | b'?' | b'#' | b'[' | b']') || is_escape(rest))
}

/// Escapes of a URL what no header value can hold.
pub(crate) fn escape_header(url: &str) -> Cow<'_, str> {
    escape(url, |_, byte| byte.is_ascii_graphic())
}

/// Decodes a name or value of a query as forms write them: `+` is a blank, and a `%` that begins no escape is itself.
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

/// Escapes every byte for which `is_allowed` returns false. It gets the text from that byte on, and the byte.
fn escape(text: &str, is_allowed: impl Fn(&[u8], u8) -> bool) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    // A byte above 0x7F is never kept, so what is kept is whole characters.
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

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// RFC 3986, section 3.3, less the escapes.
fn is_pchar(byte: u8) -> bool {
    let is_sub_delim = matches!(byte, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=');
    is_unreserved(byte) || is_sub_delim || matches!(byte, b':' | b'@')
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
