//! Queries: the number in a parameter, and the preserved parameters.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// Characters that are invalid in a URL or a header.
const INVALID: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'[')
    .add(b']')
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

/// Returns the preserved parameters as a URL contains them, each followed by `&`. `is_preserved` receives a decoded name.
pub fn preserved(raw: &str, is_preserved: impl Fn(&[u8]) -> bool) -> String {
    let preserved = parameters(raw).into_iter().filter(|(_, name, _)| is_preserved(name));
    preserved.map(|(parameter, ..)| escape(parameter) + "&").collect()
}

/// Escapes what a query cannot hold. A `%` before two hexadecimal digits stays.
fn escape(parameter: &str) -> String {
    let mut parts = parameter.split('%');
    let mut escaped = utf8_percent_encode(parts.next().unwrap_or_default(), INVALID).to_string();
    for part in parts {
        let is_escape = part.len() > 1 && part.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        escaped += if is_escape { "%" } else { "%25" };
        escaped += &utf8_percent_encode(part, INVALID).to_string();
    }
    escaped
}

/// Returns whether the name of a parameter is `name`, or `name` with brackets after it, such as `name[a]`.
pub fn is_or_is_in(parameter: &[u8], name: &str) -> bool {
    parameter == name.as_bytes() || parameter.starts_with(format!("{name}[").as_bytes())
}

/// Returns whether a parameter of one name can be read as the other name.
pub fn are_ambiguous(one: &str, other: &str) -> bool {
    [(one, other), (other, one)]
        .into_iter()
        .any(|(parameter, name)| is_or_is_in(parameter.as_bytes(), name) || is_variable_or_array(parameter, name))
}

/// Returns whether PHP creates a variable or an array called `name` for a parameter.
pub fn is_variable_or_array(parameter: &str, name: &str) -> bool {
    let names = [variable(parameter.as_bytes()), array(parameter.as_bytes())];
    names.iter().flatten().any(|known| known == name.as_bytes())
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
    if parameters(raw).iter().any(|(_, known, _)| known != name.as_bytes() && is_or_is_in(known, name)) {
        return Err(InvalidParameter);
    }
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
    let mut value = None;
    for (_, known, assigned) in parameters(raw) {
        if known == name.as_bytes() || variable(&known).as_deref() == Some(name.as_bytes()) {
            value = Some(assigned);
        } else if array(&known).as_deref() == Some(name.as_bytes()) {
            value = None;
        }
    }
    let value = String::from_utf8(value?).ok()?;
    let value = value.trim_matches(|c: char| c.is_whitespace() || c == '\0' || INVISIBLE.contains(c));
    match decimal(value.strip_prefix('+').unwrap_or(value).as_bytes())? {
        0 => None,
        number if number > u128::from(max) => too_large,
        number => u64::try_from(number).ok(),
    }
}

/// The invisible characters that Laravel trims.
const INVISIBLE: &str = "\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\
    \u{2060}\u{2061}\u{2062}\u{2063}\u{2064}\u{2065}\u{206a}\u{206b}\u{206c}\u{206d}\u{206e}\u{206f}\u{2800}\u{3164}\u{feff}\u{ffa0}\
    \u{1d159}\u{1d173}\u{1d174}\u{1d175}\u{1d176}\u{1d177}\u{1d178}\u{1d179}\u{1d17a}\u{e0020}";

/// Returns the part of a parameter's name that PHP reads.
fn php_name(name: &[u8]) -> &[u8] {
    let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
    let spaces = name.iter().take_while(|byte| **byte == b' ').count();
    &name[spaces..]
}

/// Returns the variable that PHP creates for a parameter whose value is not an array.
fn variable(name: &[u8]) -> Option<Vec<u8>> {
    let name = php_name(name);
    if name.is_empty() || name.starts_with(b"[") || array(name).is_some() {
        return None;
    }
    Some(name.iter().map(|byte| if b" .[".contains(byte) { b'_' } else { *byte }).collect())
}

/// Returns the array that PHP creates for a parameter.
fn array(name: &[u8]) -> Option<Vec<u8>> {
    let name = php_name(name);
    let open = name.iter().position(|byte| *byte == b'[').filter(|open| *open > 0)?;
    name[open..]
        .contains(&b']')
        .then(|| name[..open].iter().map(|byte| if b" .".contains(byte) { b'_' } else { *byte }).collect())
}

/// Returns the number in a plain decimal, or `u128::MAX` above every limit.
fn decimal(text: &[u8]) -> Option<u128> {
    let text = std::str::from_utf8(text).ok()?;
    if text.len() > 38 {
        return (text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')).then_some(u128::MAX);
    }
    text.parse().ok().filter(|number: &u128| number.to_string() == text)
}
