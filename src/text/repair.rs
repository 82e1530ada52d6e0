//! Repairs JSON in which some texts or numbers cannot be decoded.
//!
//! serde_json rejects a whole document if it decodes one text that has a lone surrogate or a byte that is not UTF-8, or
//! one number that no `f64` holds. One pass over the bytes replaces such surrogates, bytes and numbers. The pass does
//! not recurse, and it copies only if it changes something.

use std::borrow::Cow;

use serde::de::{DeserializeOwned, IgnoredAny};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// The escape of U+FFFD, which replaces text that cannot be decoded.
const REPLACEMENT: &[u8] = br"\ufffd";
/// The largest finite `f64`, and its negative.
const LARGEST: &[u8] = b"1.7976931348623157e308";
const SMALLEST: &[u8] = b"-1.7976931348623157e308";

/// Reads a value from JSON after a repair.
pub(crate) fn from_slice<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    let json = repair(json);
    serde_json::from_slice(&json).map_err(|error| {
        // An error that names a member does not show whether the syntax is wrong too. A syntax error takes precedence, so
        // that callers see its category.
        serde_json::from_slice::<IgnoredAny>(&json).err().unwrap_or(error)
    })
}

/// Skips a byte order mark (RFC 8259, section 8.1), and replaces invalid UTF-8, lone surrogates and numbers out of range.
fn repair(json: &[u8]) -> Cow<'_, [u8]> {
    let json = json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json);
    match String::from_utf8_lossy(json) {
        Cow::Borrowed(text) => repair_tokens(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(repair_tokens(text.as_bytes()).into_owned()),
    }
}

/// Replaces lone surrogates (RFC 8259, section 8.2) and numbers out of range (section 6).
fn repair_tokens(json: &[u8]) -> Cow<'_, [u8]> {
    let mut repaired = Vec::new();
    let mut copied = 0;
    let mut index = 0;
    let mut is_in_string = false;
    while let Some(byte) = json.get(index) {
        let rest = &json[index..];
        let token = match byte {
            b'"' => {
                is_in_string = !is_in_string;
                Token::unchanged(1)
            }
            b'\\' if is_in_string => escape(rest),
            b'-' | b'0'..=b'9' if !is_in_string => number(rest),
            _ => Token::unchanged(1),
        };
        if let Some(replacement) = token.replacement {
            repaired.extend_from_slice(&json[copied..index]);
            repaired.extend_from_slice(replacement);
            copied = index + token.len;
        }
        index += token.len;
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    repaired.extend_from_slice(&json[copied..]);
    Cow::Owned(repaired)
}

/// The length of a token, and the text that replaces it.
struct Token {
    len: usize,
    replacement: Option<&'static [u8]>,
}

impl Token {
    fn unchanged(len: usize) -> Self {
        Self { len, replacement: None }
    }

    fn replaced(len: usize, replacement: &'static [u8]) -> Self {
        Self { len, replacement: Some(replacement) }
    }
}

/// Reads an escape in a string. The two halves of a surrogate pair are read as one token. A malformed escape is
/// unchanged.
fn escape(rest: &[u8]) -> Token {
    match code_unit(rest) {
        Some(0xd800..=0xdbff) => match code_unit(&rest[6..]) {
            Some(0xdc00..=0xdfff) => Token::unchanged(12),
            _ => Token::replaced(6, REPLACEMENT),
        },
        Some(0xdc00..=0xdfff) => Token::replaced(6, REPLACEMENT),
        Some(_) => Token::unchanged(6),
        None => Token::unchanged(rest.len().min(2)),
    }
}

/// Returns the UTF-16 code unit of an escape such as `\u00e9`.
fn code_unit(rest: &[u8]) -> Option<u16> {
    let digits = rest.strip_prefix(br"\u")?.first_chunk::<4>()?;
    digits.iter().try_fold(0, |unit, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })
}

fn number(rest: &[u8]) -> Token {
    let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    let len = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
    let digits = &rest[..len];
    let parsed = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<f64>().ok());
    match parsed {
        Some(f64::INFINITY) if is_number(digits) => Token::replaced(len, LARGEST),
        Some(f64::NEG_INFINITY) if is_number(digits) => Token::replaced(len, SMALLEST),
        _ => Token::unchanged(len),
    }
}

/// Returns whether a text is a number of JSON (RFC 8259, section 6). Rust's `f64` also parses `01` and `1.`.
fn is_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let (integer, rest) = split_digits(text);
    if integer.is_empty() || integer.len() > 1 && integer[0] == b'0' {
        return false;
    }
    let rest = match rest.strip_prefix(b".").map(split_digits) {
        Some(([], _)) => return false,
        Some((_, rest)) => rest,
        None => rest,
    };
    let exponent = match rest {
        [] => return true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => exponent,
        _ => return false,
    };
    !exponent.is_empty() && exponent.iter().all(u8::is_ascii_digit)
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count())
}
