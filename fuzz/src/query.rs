//! Queries: which number a parameter has, and what is kept of the rest.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// What would break a URL or a header.
const BREAKING: &AsciiSet = &CONTROLS
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

/// All but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The parameters of a raw query: each as it came, its decoded name, and its decoded value.
pub fn parameters(raw: &str) -> Vec<(&str, Vec<u8>, Vec<u8>)> {
    let parameters = raw.split('&').filter(|parameter| !parameter.is_empty());
    let parts = parameters.map(|parameter| (parameter, parameter.split_once('=').unwrap_or((parameter, ""))));
    parts.map(|(parameter, (name, value))| (parameter, decode(name), decode(value))).collect()
}

fn decode(raw: &str) -> Vec<u8> {
    percent_decode(raw.replace('+', " ").as_bytes()).collect()
}

/// A name or value as a URL holds it.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The parameters of a raw query for which `keep` of their decoded name, as they are to be written, each followed by `&`.
pub fn kept(raw: &str, keep: impl Fn(&[u8]) -> bool) -> String {
    let kept = parameters(raw).into_iter().filter(|(_, name, _)| keep(name));
    kept.map(|(parameter, ..)| utf8_percent_encode(parameter, BREAKING).to_string() + "&").collect()
}

/// The values of a parameter, in order.
fn values(raw: &str, name: &str) -> Vec<Vec<u8>> {
    let named = parameters(raw).into_iter().filter(|(_, known, _)| known == name.as_bytes());
    named.map(|(.., value)| value).collect()
}

/// A parameter that is not what it must be.
#[derive(Debug)]
pub struct Mistake;

/// Reads a parameter strictly: not there, or one plain decimal in range.
pub fn strict(raw: &str, name: &str, max: u64) -> Result<Option<u64>, Mistake> {
    match &*values(raw, name) {
        [] => Ok(None),
        [value] => match decimal(value) {
            Some(number) if (1..=u128::from(max)).contains(&number) => Ok(u64::try_from(number).ok()),
            _ => Err(Mistake),
        },
        _ => Err(Mistake),
    }
}

/// Reads a parameter as Laravel does. Above its maximum it is `too_large`.
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

/// The number that is written as a plain decimal in just this way; one beyond all limits is `u128::MAX`.
fn decimal(text: &[u8]) -> Option<u128> {
    let text = std::str::from_utf8(text).ok()?;
    if text.len() > 38 {
        return (text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')).then_some(u128::MAX);
    }
    text.parse().ok().filter(|number: &u128| number.to_string() == text)
}
