//! Turns any text into a URI reference (RFC 3986, section 4.1).

use std::net::Ipv6Addr;

use crate::text::percent;

/// Returns the text as a valid URI reference. A valid reference does not change. Invalid characters are escaped.
pub(crate) fn escape(raw: &str) -> String {
    let (rest, fragment) = split(raw, '#');
    let (rest, query) = split(rest, '?');
    let mut reference = String::with_capacity(raw.len());
    let path = write_scheme_and_authority(&mut reference, rest);
    // RFC 3986, section 4.2: a colon in the first segment of a relative path would be read as the end of a scheme.
    if reference.is_empty() && path.split('/').next().is_some_and(|segment| segment.contains(':')) {
        reference.push_str("./");
    }
    reference.push_str(&percent::escape_path(path));
    for (mark, part) in [('?', query), ('#', fragment)] {
        if let Some(part) = part {
            reference.push(mark);
            reference.push_str(&percent::escape_query(part));
        }
    }
    reference
}

/// Writes `scheme:` and `//authority`, if the reference has them. Returns the path after them.
fn write_scheme_and_authority<'r>(reference: &mut String, raw: &'r str) -> &'r str {
    let mut rest = raw;
    if let Some((scheme, after)) = raw.split_once(':')
        && is_scheme(scheme)
    {
        reference.push_str(scheme);
        reference.push(':');
        rest = after;
    }
    let Some(after) = rest.strip_prefix("//") else { return rest };
    let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
    reference.push_str("//");
    write_authority(reference, authority);
    path
}

/// Returns whether a text is a scheme (RFC 3986, section 3.1).
fn is_scheme(text: &str) -> bool {
    let is_rest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(is_rest)
}

/// Writes user information, a host and a port, each with its own escapes (RFC 3986, section 3.2).
fn write_authority(reference: &mut String, raw: &str) {
    let mut host_and_port = raw;
    if let Some((userinfo, after)) = raw.rsplit_once('@') {
        reference.push_str(&percent::escape_userinfo(userinfo));
        reference.push('@');
        host_and_port = after;
    }
    let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (host, port) = match host_and_port.rsplit_once(':') {
        Some((host, port)) if is_port(port) => (host, Some(port)),
        _ => (host_and_port, None),
    };
    if is_ipv6_literal(host) {
        reference.push_str(host);
    } else {
        reference.push_str(&percent::escape_host(host));
    }
    if let Some(port) = port {
        reference.push(':');
        reference.push_str(port);
    }
}

/// Returns whether a host is an IPv6 address in brackets (RFC 3986, section 3.2.2).
fn is_ipv6_literal(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

/// Splits a text at the first `mark`.
fn split(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}
