//! Queries: the number in a parameter, and the preserved parameters.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// Characters that are invalid in a URL or a header.
const INVALID: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// All characters except the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns the parameters of a raw query: each unchanged, with its decoded name and value.
pub fn parameters(raw: &str) -> Vec<(&str, Vec<u8>, Vec<u8>)> {
    let parameters = raw.split('&').filter(|parameter| !parameter.is_empty());
    let parts = parameters.map(|parameter| (parameter, parameter.split_once('=').unwrap_or((parameter, ""))));
    parts.map(|(parameter, (name, value))| (parameter, decode(name), decode(value))).collect()
}

fn decode(raw: &str) -> Vec<u8> {
    percent_decode(raw.replace('+', " ").as_bytes()).collect()
}

/// Encodes a name or a value for a URL.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Returns the preserved parameters as a URL contains them, each followed by `&`. `keep` selects by the decoded name.
pub fn preserved(raw: &str, keep: impl Fn(&[u8]) -> bool) -> String {
    let preserved = parameters(raw).into_iter().filter(|(_, name, _)| keep(name));
    preserved.map(|(parameter, ..)| utf8_percent_encode(parameter, INVALID).to_string() + "&").collect()
}

/// Returns the values of a parameter, in order.
fn values(raw: &str, name: &str) -> Vec<Vec<u8>> {
    let named = parameters(raw).into_iter().filter(|(_, known, _)| known == name.as_bytes());
    named.map(|(.., value)| value).collect()
}

/// A parameter is invalid.
#[derive(Debug)]
pub struct InvalidParameter;

/// Reads a parameter strictly: absent, or one plain decimal in range.
pub fn strict(raw: &str, name: &str, max: u64) -> Result<Option<u64>, InvalidParameter> {
    match &*values(raw, name) {
        [] => Ok(None),
        [value] => match decimal(value) {
            Some(number) if (1..=u128::from(max)).contains(&number) => Ok(u64::try_from(number).ok()),
            _ => Err(InvalidParameter),
        },
        _ => Err(InvalidParameter),
    }
}

/// Reads a parameter like Laravel. Returns `too_large` above the maximum.
pub fn lenient(raw: &str, name: &str, max: u64, too_large: Option<u64>) -> Option<u64> {
    let values = values(raw, name);
    let value = std::str::from_utf8(values.last()?).ok()?;
    let value = value.trim_matches([' ', '\t', '\n', '\r', '\x0b']);
    match decimal(value.strip_prefix('+').unwrap_or(value).as_bytes())? {
        0 => None,
        number if number > u128::from(max) => too_large,
        number => u64::try_from(number).ok(),
    }
}

/// Returns the number in a plain decimal, or `u128::MAX` above every limit.
fn decimal(text: &[u8]) -> Option<u128> {
    let text = std::str::from_utf8(text).ok()?;
    if text.len() > 38 {
        return (text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')).then_some(u128::MAX);
    }
    text.parse().ok().filter(|number: &u128| number.to_string() == text)
}
