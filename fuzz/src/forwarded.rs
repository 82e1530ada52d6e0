//! RFC 7239: the client of a request through proxies, found by a walk from right to left.

use std::net::IpAddr;

/// Returns the client behind a trusted proxy. The entries of the header come from left to right.
pub fn client(proxy: IpAddr, entries: &[Option<IpAddr>], is_trusted: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
    let mut hop = proxy;
    for entry in entries.iter().rev() {
        if !is_trusted(hop) {
            break;
        }
        hop = (*entry)?;
    }
    Some(hop.to_canonical())
}

/// Returns the entries of an `X-Forwarded-For` header.
pub fn plain_entries(value: &[u8]) -> Vec<Option<IpAddr>> {
    let entries = value.split(|byte| *byte == b',').map(|entry| String::from_utf8(trim(entry).to_vec()).ok());
    entries.map(|entry| entry.and_then(|entry| entry.parse().ok().or_else(|| node(&entry)))).collect()
}

/// Returns the entries of a `Forwarded` header.
pub fn elements(value: &[u8]) -> Vec<Option<IpAddr>> {
    split(value, b',').into_iter().map(element).collect()
}

/// Splits a text at each separator with an even number of quotes before it. An escaped quote in a quoted string does not
/// count.
fn split(text: &[u8], separator: u8) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut quotes = 0;
    let mut index = 0;
    while index < text.len() {
        let is_quoted = quotes % 2 == 1;
        if text[index] == b'\\' && is_quoted {
            index += 1;
        } else if text[index] == b'"' {
            quotes += 1;
        } else if text[index] == separator && !is_quoted {
            parts.push(&text[start..index]);
            start = index + 1;
        }
        index += 1;
    }
    parts.push(&text[start..]);
    parts
}

fn element(text: &[u8]) -> Option<IpAddr> {
    let mut nodes = Vec::new();
    for pair in split(trim(text), b';') {
        if pair.is_empty() {
            continue;
        }
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        if !is_token(&pair[..equals]) {
            return None;
        }
        let value = unquoted(&pair[equals + 1..])?;
        if pair[..equals].eq_ignore_ascii_case(b"for") {
            nodes.push(value);
        }
    }
    if nodes.len() != 1 {
        return None;
    }
    node(&String::from_utf8(nodes.remove(0)).ok()?)
}

/// Returns a token, or the content of a quoted string.
fn unquoted(value: &[u8]) -> Option<Vec<u8>> {
    if is_token(value) {
        return Some(value.to_vec());
    }
    let mut rest = value.iter().copied();
    let mut content = Vec::new();
    if rest.next()? != b'"' {
        return None;
    }
    loop {
        match rest.next()? {
            b'"' => break,
            b'\\' => content.push(rest.next()?),
            byte => content.push(byte),
        }
    }
    rest.next().is_none().then_some(content)
}

/// Returns the address of a node. Its port could begin after any colon.
fn node(text: &str) -> Option<IpAddr> {
    let without_port = |text: &str| match text.strip_prefix('[') {
        Some(text) => text.strip_suffix(']')?.parse().ok().filter(IpAddr::is_ipv6),
        None => text.parse().ok().filter(IpAddr::is_ipv4),
    };
    let mut colons = text.match_indices(':').map(|(colon, _)| (&text[..colon], &text[colon + 1..]));
    let with_port = colons.find_map(|(address, port)| without_port(address).filter(|_| is_port(port)));
    without_port(text).or(with_port)
}

fn is_port(text: &str) -> bool {
    let is_number = text.len() <= 5 && text.chars().all(|c| c.is_ascii_digit());
    let is_name = text.len() > 1 && text.starts_with('_');
    (is_number && !text.is_empty()) || (is_name && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)))
}

/// RFC 9110, section 5.6.2: any visible character except the delimiters.
fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(byte))
}

fn trim(text: &[u8]) -> &[u8] {
    let is_whitespace = |byte: &u8| b" \t".contains(byte);
    let Some(start) = text.iter().position(|byte| !is_whitespace(byte)) else { return &[] };
    let end = text.iter().rposition(|byte| !is_whitespace(byte)).unwrap_or(start);
    &text[start..=end]
}
