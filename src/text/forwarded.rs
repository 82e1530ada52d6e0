//! Reads the addresses in one value of a `Forwarded` header (RFC 7239), or of an `X-Forwarded-For` header, which no
//! standard defines.
//!
//! Entries come from left to right. An entry that is not an address is `None`, also if it is empty. A recipient may ignore
//! empty entries (RFC 9110, section 5.6.1.2). But a proxy that does not know the address of its client can append an empty
//! entry. If this entry were ignored, the client could choose the address, by sending the entry before it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Returns the entries of `Forwarded` (RFC 7239, section 4).
///
/// The value is split at commas outside of quoted strings. If a quoted string is not closed, the rest of the value is one
/// malformed entry.
pub(crate) fn forwarded(value: &[u8]) -> impl Iterator<Item = Option<IpAddr>> {
    split_outside_quotes(value, b',').map(|element| node(&address_parameter(element.trim_ascii())?))
}

/// Returns the entries of `X-Forwarded-For`. Each is an address, or an address and a port as in RFC 7239.
pub(crate) fn x_forwarded_for(value: &[u8]) -> impl Iterator<Item = Option<IpAddr>> {
    value.split(|byte| *byte == b',').map(|entry| {
        let entry = entry.trim_ascii();
        bare_address(entry).or_else(|| node(entry))
    })
}

/// Returns the value of the parameter `for` of an element. Every parameter must be well-formed, and `for` must not be
/// repeated.
fn address_parameter(element: &[u8]) -> Option<Vec<u8>> {
    let mut address = None;
    // A pair can be missing between two semicolons, before the first one or after the last one.
    for pair in split_outside_quotes(element, b';').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_at(pair.iter().position(|byte| *byte == b'=')?);
        let value = parameter_value(&value[1..])?;
        if !is_token(name) {
            return None;
        }
        if name.eq_ignore_ascii_case(b"for") && address.replace(value).is_some() {
            return None;
        }
    }
    address
}

/// Reads the value of a parameter: a token, or a quoted string (RFC 9110, section 5.6.4) without its quotes and escapes.
///
/// The characters of a quoted string are not checked, because it may contain every character of a header value.
fn parameter_value(text: &[u8]) -> Option<Vec<u8>> {
    let [b'"', quoted @ .., b'"'] = text else { return is_token(text).then(|| text.to_vec()) };
    let mut value = Vec::new();
    let mut bytes = quoted.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return None,
            b'\\' => value.push(*bytes.next()?),
            _ => value.push(*byte),
        }
    }
    Some(value)
}

/// Reads the address of a node (RFC 7239, section 6): IPv4, or IPv6 in brackets, and a port, which is ignored.
///
/// `unknown` and obfuscated identifiers are not addresses.
fn node(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let (address, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            (address.parse::<Ipv6Addr>().ok()?.into(), port)
        }
        None => {
            let (address, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            (address.parse::<Ipv4Addr>().ok()?.into(), port)
        }
    };
    (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then_some(address)
}

/// Returns whether a text is a `node-port` (RFC 7239, section 6).
///
/// `port = 1*5DIGIT`, and `obfport = "_" 1*(ALPHA / DIGIT / "." / "_" / "-")`.
fn is_port(text: &str) -> bool {
    match text.strip_prefix('_') {
        Some(name) => {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        }
        None => (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

fn bare_address(text: &[u8]) -> Option<IpAddr> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Returns whether a text is a `token` (RFC 9110, section 5.6.2).
fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// Splits a text at each separator outside of quoted strings (RFC 9110, section 5.6.4).
fn split_outside_quotes(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    enum Place {
        Outside,
        Quoted,
        Escaped,
    }
    let mut place = Place::Outside;
    text.split(move |byte| {
        place = match (&place, byte) {
            (Place::Outside, b'"') | (Place::Escaped, _) => Place::Quoted,
            (Place::Quoted, b'"') => Place::Outside,
            (Place::Quoted, b'\\') => Place::Escaped,
            (Place::Outside, _) => return *byte == separator,
            (Place::Quoted, _) => Place::Quoted,
        };
        false
    })
}
