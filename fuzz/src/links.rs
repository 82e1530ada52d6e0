//! RFC 8288, appendix B: parses `Link` headers by its steps, byte by byte.

use std::collections::VecDeque;

/// A parameter of a link: its name in lower case, and its value.
type Parameter = (Vec<u8>, Vec<u8>);

/// Returns the target of the first link that has one of these relations to the resource itself.
pub fn target(values: &[&[u8]], relations: &[&str]) -> Option<String> {
    let links = values.iter().flat_map(|value| links(value));
    let related = links.filter(|(_, parameters)| {
        let first = |name: &[u8]| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let value = first(b"rel").unwrap_or_default().to_ascii_lowercase();
        let mut types = value.split(|byte| b" \t".contains(byte));
        first(b"anchor").is_none() && types.any(|known| relations.iter().any(|name| name.as_bytes() == known))
    });
    related.filter_map(|(target, _)| String::from_utf8(target).ok()).next()
}

fn links(value: &[u8]) -> Vec<(Vec<u8>, Vec<Parameter>)> {
    let mut rest = VecDeque::from(value.to_vec());
    let mut links = Vec::new();
    loop {
        // RFC 9110, section 5.6.1.2.
        take_until(&mut rest, |byte| !b" \t,".contains(&byte));
        if rest.pop_front() != Some(b'<') {
            return links;
        }
        let target = take_until(&mut rest, |byte| byte == b'>');
        if rest.pop_front() != Some(b'>') {
            return links;
        }
        let mut parameters = Vec::new();
        skip_whitespace(&mut rest);
        while rest.front() == Some(&b';') {
            rest.pop_front();
            parameters.push(parameter(&mut rest));
            skip_whitespace(&mut rest);
        }
        links.push((target, parameters));
    }
}

fn parameter(rest: &mut VecDeque<u8>) -> Parameter {
    skip_whitespace(rest);
    let name = take_until(rest, |byte| b" \t=;,".contains(&byte)).to_ascii_lowercase();
    skip_whitespace(rest);
    let mut value = Vec::new();
    if rest.front() == Some(&b'=') {
        rest.pop_front();
        skip_whitespace(rest);
        if rest.front() != Some(&b'"') {
            return (name, take_until(rest, |byte| b";,".contains(&byte)));
        }
        rest.pop_front();
        loop {
            match rest.pop_front() {
                None | Some(b'"') => break,
                Some(b'\\') => value.extend(rest.pop_front()),
                Some(byte) => value.push(byte),
            }
        }
    }
    (name, value)
}

fn skip_whitespace(rest: &mut VecDeque<u8>) {
    take_until(rest, |byte| !b" \t".contains(&byte));
}

/// Takes the bytes before the first byte that ends them.
fn take_until(rest: &mut VecDeque<u8>, ends: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut taken = Vec::new();
    while let Some(byte) = rest.front().copied().filter(|byte| !ends(*byte)) {
        rest.pop_front();
        taken.push(byte);
    }
    taken
}
