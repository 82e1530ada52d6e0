//! The address of a client behind proxies (RFC 7239).

use std::net::IpAddr;

use http::header::{FORWARDED, HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use tokenfolio::{AllowedIps, TrustedProxies};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A trusted proxy, which is the peer of most requests here.
const PROXY: &str = "10.0.0.1";
/// An address that is not a trusted proxy.
const CLIENT: &str = "203.0.113.12";

fn proxies() -> AllowedIps {
    AllowedIps::parse(["10.0.0.0/24", "2001:db8:1::/48"]).unwrap()
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Returns headers with one name, in the order of the lines.
fn headers(name: &HeaderName, lines: &[&[u8]]) -> HeaderMap {
    lines.iter().map(|line| (name.clone(), HeaderValue::from_bytes(line).unwrap())).collect()
}

/// Returns the client of a request from the trusted proxy.
fn forwarded(lines: &[&[u8]]) -> Option<IpAddr> {
    TrustedProxies::forwarded(proxies()).client(address(PROXY), &headers(&FORWARDED, lines))
}

fn x_forwarded_for(lines: &[&[u8]]) -> Option<IpAddr> {
    TrustedProxies::x_forwarded_for(proxies()).client(address(PROXY), &headers(&X_FORWARDED_FOR, lines))
}

#[track_caller]
fn expect_forwarded(line: &str, client: Option<&str>) {
    assert_eq!(forwarded(&[line.as_bytes()]), client.map(address), "Forwarded: {line}");
}

#[track_caller]
fn expect_x_forwarded_for(line: &str, client: Option<&str>) {
    assert_eq!(x_forwarded_for(&[line.as_bytes()]), client.map(address), "X-Forwarded-For: {line}");
}

// Four known mistakes of other programs. A program with one of them finds a wrong client.

#[test]
fn the_leftmost_entry_is_not_the_client_if_a_proxy_appended_another() {
    expect_x_forwarded_for("198.51.100.7, 203.0.113.12", Some(CLIENT));
    expect_x_forwarded_for("198.51.100.7, 203.0.113.12, 10.0.0.2", Some(CLIENT));
    expect_forwarded("for=198.51.100.7, for=203.0.113.12", Some(CLIENT));
    expect_forwarded("for=198.51.100.7, for=203.0.113.12;proto=https, for=10.0.0.2", Some(CLIENT));
}

#[test]
fn the_header_of_a_peer_that_is_no_trusted_proxy_is_ignored() {
    let forwarded = headers(&FORWARDED, &[b"for=10.0.0.7"]);
    let x_forwarded_for = headers(&X_FORWARDED_FOR, &[b"10.0.0.7"]);
    for peer in [CLIENT, "10.0.1.1", "2001:db8:2::1", "127.0.0.1", "::1"].map(address) {
        assert_eq!(TrustedProxies::forwarded(proxies()).client(peer, &forwarded), Some(peer));
        assert_eq!(TrustedProxies::x_forwarded_for(proxies()).client(peer, &x_forwarded_for), Some(peer));
        let nobody = AllowedIps::deny_all();
        assert_eq!(TrustedProxies::x_forwarded_for(nobody).client(peer, &x_forwarded_for), Some(peer));
    }
}

#[test]
fn several_headers_are_one_list() {
    assert_eq!(x_forwarded_for(&[b"198.51.100.7", b"203.0.113.12"]), Some(address(CLIENT)));
    assert_eq!(x_forwarded_for(&[b"198.51.100.7, 203.0.113.12", b"10.0.0.2", b"10.0.0.3"]), Some(address(CLIENT)));
    assert_eq!(forwarded(&[b"for=198.51.100.7", b"for=203.0.113.12"]), Some(address(CLIENT)));
    assert_eq!(forwarded(&[b"for=unknown, for=203.0.113.12", b"for=10.0.0.2"]), Some(address(CLIENT)));
}

#[test]
fn a_mapped_address_is_ipv4_as_a_peer_in_a_range_and_in_an_entry() {
    let mapped = AllowedIps::parse(["::ffff:10.0.0.0/120"]).unwrap();
    for proxies in [proxies(), mapped] {
        let proxies = TrustedProxies::x_forwarded_for(proxies);
        for peer in [PROXY, "::ffff:10.0.0.1"].map(address) {
            let headers = headers(&X_FORWARDED_FOR, &[b"::ffff:203.0.113.12, ::ffff:10.0.0.2"]);
            assert_eq!(proxies.client(peer, &headers), Some(address(CLIENT)));
            assert_eq!(proxies.client(peer, &HeaderMap::new()), Some(address(PROXY)));
        }
        assert_eq!(proxies.client(address("::ffff:203.0.113.12"), &HeaderMap::new()), Some(address(CLIENT)));
    }
    expect_forwarded(r#"for="[::ffff:203.0.113.12]", for="[::ffff:a00:2]""#, Some(CLIENT));
    // An IPv6 range does not contain IPv4.
    let proxies = TrustedProxies::x_forwarded_for(AllowedIps::parse(["::/0"]).unwrap());
    let headers = headers(&X_FORWARDED_FOR, &[b"203.0.113.12"]);
    assert_eq!(proxies.client(address("::ffff:10.0.0.1"), &headers), Some(address(PROXY)));
}

// The walk.

#[test]
fn a_trusted_proxy_without_the_header_is_the_client() {
    assert_eq!(forwarded(&[]), Some(address(PROXY)));
    assert_eq!(x_forwarded_for(&[]), Some(address(PROXY)));
}

#[test]
fn the_header_that_is_not_chosen_is_ignored() {
    let headers: HeaderMap = headers(&FORWARDED, &[b"for=203.0.113.12"])
        .into_iter()
        .chain(headers(&X_FORWARDED_FOR, &[b"198.51.100.7"]))
        .chain(headers(&HeaderName::from_static("x-real-ip"), &[b"192.0.2.1"]))
        .filter_map(|(name, value)| Some((name?, value)))
        .collect();
    let peer = address(PROXY);
    assert_eq!(TrustedProxies::forwarded(proxies()).client(peer, &headers), Some(address(CLIENT)));
    assert_eq!(TrustedProxies::x_forwarded_for(proxies()).client(peer, &headers), Some(address("198.51.100.7")));
}

/// Walks a list of entries from right to left.
fn walk(entries: &[Option<IpAddr>]) -> Option<IpAddr> {
    let mut hop = address(PROXY);
    for entry in entries.iter().rev() {
        hop = (*entry)?.to_canonical();
        if !proxies().contains(hop) {
            break;
        }
    }
    Some(hop)
}

/// Distributes entries over headers. Each bit of `breaks` is a place where a header ends and the next one begins.
fn headers_of(entries: &[&str], breaks: usize) -> Vec<String> {
    let mut lines = vec![entries[0].to_owned()];
    for (index, entry) in entries[1..].iter().enumerate() {
        match lines.last_mut() {
            Some(line) if breaks >> index & 1 == 0 => *line += &format!(", {entry}"),
            _ => lines.push((*entry).to_owned()),
        }
    }
    lines
}

#[test]
fn every_short_list_is_walked_from_right_to_left() {
    // Two trusted proxies, two clients, and two entries that are not addresses.
    let kinds = [
        ("10.0.0.2", "for=10.0.0.2"),
        ("2001:db8:1::2", "for=\"[2001:db8:1::2]\""),
        ("203.0.113.12", "for=203.0.113.12"),
        ("2001:db8:2::7", "for=\"[2001:db8:2::7]\""),
        ("unknown", "for=unknown"),
        ("", ""),
    ];
    let mut lists = vec![Vec::new()];
    for _ in 0..4 {
        lists = lists.iter().flat_map(|list| kinds.map(|kind| [&list[..], &[kind]].concat())).collect();
        for list in &lists {
            let (entries, elements): (Vec<_>, Vec<_>) = list.iter().copied().unzip();
            let client = walk(&entries.iter().map(|entry| entry.parse().ok()).collect::<Vec<_>>());
            for breaks in 0..1 << (list.len() - 1) {
                let lines = headers_of(&entries, breaks);
                assert_eq!(x_forwarded_for(&bytes(&lines)), client, "{lines:?}");
                let lines = headers_of(&elements, breaks);
                assert_eq!(forwarded(&bytes(&lines)), client, "{lines:?}");
            }
        }
    }
}

#[test]
fn garbage_to_the_left_of_the_client_is_ignored() {
    for garbage in
        ["unknown", "_hidden", "x", "", ";", "a b", "for=", "=", "\u{e9}", "1.2.3.4.5", "[", "\\", "for=a for=b"]
    {
        expect_x_forwarded_for(&format!("{garbage}, 203.0.113.12, 10.0.0.2"), Some(CLIENT));
        expect_forwarded(&format!("{garbage}, for=203.0.113.12, for=10.0.0.2"), Some(CLIENT));
    }
    assert_eq!(x_forwarded_for(&[b"\xff, 203.0.113.12"]), Some(address(CLIENT)));
    assert_eq!(forwarded(&[b"for=\xff, for=203.0.113.12"]), Some(address(CLIENT)));
}

#[test]
fn an_entry_of_a_trusted_proxy_that_is_no_address_hides_the_client() {
    for entry in
        ["unknown", "_hidden", "_", "localhost", "10.0.0", "10.0.0.256", "010.0.0.7", "10.0.0.7/24", "fe80::1%1"]
    {
        for rest in ["", ", 10.0.0.2"] {
            expect_x_forwarded_for(&format!("203.0.113.12, {entry}{rest}"), None);
            let rest = rest.replace(", ", ", for=");
            expect_forwarded(&format!("for=203.0.113.12, for={entry}{rest}"), None);
            expect_forwarded(&format!("for=203.0.113.12, for=\"{entry}\"{rest}"), None);
        }
    }
    assert_eq!(x_forwarded_for(&[b"203.0.113.12, \xff"]), None);
    assert_eq!(forwarded(&[b"for=203.0.113.12, for=\"\xff\""]), None);
}

#[test]
fn an_empty_entry_hides_the_client() {
    for empty in
        ["", " ", "\t", ",", "203.0.113.12,", "203.0.113.12, ", "203.0.113.12,,10.0.0.2", "203.0.113.12,\t,10.0.0.2"]
    {
        expect_x_forwarded_for(empty, None);
        expect_forwarded(&empty.replace('2', "for=2").replace(",1", ",for=1"), None);
    }
    assert_eq!(x_forwarded_for(&[b"203.0.113.12", b""]), None);
    assert_eq!(forwarded(&[b"for=203.0.113.12", b"", b"for=10.0.0.2"]), None);
}

// X-Forwarded-For, which no standard defines.

#[test]
fn an_entry_of_x_forwarded_for_can_have_brackets_and_a_port() {
    const V6: &str = "2001:db8:2::7";
    for (entry, client) in [
        ("203.0.113.12", Some(CLIENT)),
        ("203.0.113.12:0", Some(CLIENT)),
        ("203.0.113.12:54321", Some(CLIENT)),
        ("2001:db8:2::7", Some(V6)),
        ("2001:DB8:2:0:0:0:0:7", Some(V6)),
        ("[2001:db8:2::7]", Some(V6)),
        ("[2001:db8:2::7]:54321", Some(V6)),
        ("203.0.113.12:", None),
        ("203.0.113.12:x", None),
        ("203.0.113.12:123456", None),
        ("203.0.113.12:80:80", None),
        ("203.0.113.12 :80", None),
        ("203.0.113.12: 80", None),
        ("[203.0.113.12]", None),
        ("[203.0.113.12]:80", None),
        ("[2001:db8:2::7", None),
        ("2001:db8:2::7]", None),
        ("[2001:db8:2::7]:", None),
        ("[2001:db8:2::7]80", None),
        ("[[2001:db8:2::7]]", None),
        ("[ 2001:db8:2::7 ]", None),
        ("[]", None),
        ("\"203.0.113.12\"", None),
        ("for=203.0.113.12", None),
        ("203.0.113.12 10.0.0.2", None),
        ("203.0.113.12;10.0.0.2", None),
    ] {
        expect_x_forwarded_for(entry, client);
        expect_x_forwarded_for(&format!("198.51.100.7,\t {entry} \t,10.0.0.2"), client);
    }
}

#[test]
fn quotes_mean_nothing_in_x_forwarded_for() {
    expect_x_forwarded_for("\", 203.0.113.12", Some(CLIENT));
    expect_x_forwarded_for("\"198.51.100.7, 203.0.113.12", Some(CLIENT));
    expect_x_forwarded_for("198.51.100.7\\, 203.0.113.12", Some(CLIENT));
    expect_x_forwarded_for("203.0.113.12\"", None);
}

// Forwarded, RFC 7239.

#[test]
fn the_examples_of_rfc_7239_are_read() {
    // Section 4.
    expect_forwarded(r#"for="_gazonk""#, None);
    expect_forwarded(r#"For="[2001:db8:cafe::17]:4711""#, Some("2001:db8:cafe::17"));
    expect_forwarded("for=192.0.2.60;proto=http;by=203.0.113.43", Some("192.0.2.60"));
    expect_forwarded("for=192.0.2.43, for=198.51.100.17", Some("198.51.100.17"));
    // Section 6.
    expect_forwarded(r#"for="192.0.2.43:47011""#, Some("192.0.2.43"));
    expect_forwarded(r#"for="[2001:db8:cafe::17]:47011""#, Some("2001:db8:cafe::17"));
    // Section 6.3.
    expect_forwarded("for=_hidden, for=_SEVKISEK", None);
    // Sections 7.1 and 7.4.
    expect_forwarded(r#"for=192.0.2.43, for="[2001:db8:cafe::17]""#, Some("2001:db8:cafe::17"));
    let chain = "for=192.0.2.43, for=198.51.100.17;by=203.0.113.60;proto=http;host=example.com";
    expect_forwarded(chain, Some("198.51.100.17"));
    assert_eq!(forwarded(&[b"for=192.0.2.43", br#"for="[2001:db8:cafe::17]""#]), Some(address("2001:db8:cafe::17")));
}

#[test]
fn an_element_is_read_by_the_grammar() {
    for (element, is_valid) in [
        ("for=203.0.113.12", true),
        ("FOR=203.0.113.12", true),
        ("fOr=203.0.113.12", true),
        (r#"for="203.0.113.12""#, true),
        (r#"for="203\.0.113.1\2""#, true),
        ("by=10.0.0.1;for=203.0.113.12;host=a;proto=https", true),
        ("secret=x;for=203.0.113.12", true),
        (r#"host="a, for=10.0.0.7; for=10.0.0.7";for=203.0.113.12"#, true),
        (r#"host="\", for=10.0.0.7";for=203.0.113.12"#, true),
        (r#"host="\\";for=203.0.113.12"#, true),
        (r#"host="";for=203.0.113.12"#, true),
        // A pair can be missing.
        (";for=203.0.113.12", true),
        ("for=203.0.113.12;", true),
        (";;proto=http;;;for=203.0.113.12;;", true),
        // Without `for`, or with two of them.
        ("by=203.0.113.12", false),
        ("x-for=203.0.113.12", false),
        ("fo=203.0.113.12", false),
        (";", false),
        ("for=203.0.113.12;for=203.0.113.12", false),
        ("for=203.0.113.12;FOR=unknown", false),
        (r#"for=203.0.113.12;proto=http;for="203.0.113.12""#, false),
        // Malformed.
        ("203.0.113.12", false),
        ("for", false),
        ("for=", false),
        (r#"for="""#, false),
        ("=203.0.113.12", false),
        ("for==203.0.113.12", false),
        ("for =203.0.113.12", false),
        ("for= 203.0.113.12", false),
        ("for=203.0.113.12 ;proto=http", false),
        ("for=203.0.113.12; proto=http", false),
        ("for=203.0.113.12 proto=http", false),
        ("for=203.0.113.12;proto", false),
        ("for=203.0.113.12;=http", false),
        ("for=203.0.113.12;proto=", false),
        ("for=203.0.113.12;pro to=http", false),
        (r#"for="203.0.113.12"x"#, false),
        (r#"for=x"203.0.113.12""#, false),
        (r#"for="203.0.113.12";proto="a"b""#, false),
        (r#""for"=203.0.113.12"#, false),
        (r#"for=203.0.113.12\"#, false),
        ("for='203.0.113.12'", false),
        // An address with a colon must be quoted, and IPv6 must have brackets.
        ("for=203.0.113.12:80", false),
        ("for=[2001:db8:2::7]", false),
        ("for=2001:db8:2::7", false),
        (r#"for="2001:db8:2::7""#, false),
        (r#"for="[203.0.113.12]""#, false),
        (r#"for=" 203.0.113.12""#, false),
        (r#"for="203.0.113.12 ""#, false),
    ] {
        expect_forwarded(element, is_valid.then_some(CLIENT));
        expect_forwarded(&format!("for=198.51.100.7 \t,\t {element} , for=10.0.0.2"), is_valid.then_some(CLIENT));
    }
}

/// RFC 9110, section 5.6.2.
const TOKEN: &[u8] = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Returns every byte that a header value can have, and the client of a value with that byte between the two parts.
fn with_every_byte(before: &str, after: &str) -> Vec<(u8, Option<IpAddr>)> {
    let values = (0..=u8::MAX).map(|byte| (byte, [before.as_bytes(), &[byte], after.as_bytes()].concat()));
    let values = values.filter(|(_, value)| HeaderValue::from_bytes(value).is_ok());
    values.map(|(byte, value)| (byte, forwarded(&[&value]))).collect()
}

#[test]
fn every_byte_is_allowed_where_the_grammar_allows_it() {
    let client = Some(address(CLIENT));
    let is_token = |byte| TOKEN.contains(&byte);
    for (before, after, is_allowed) in [
        ("x", "=1;for=203.0.113.12", &is_token as &dyn Fn(u8) -> bool),
        ("x=1", "1;for=203.0.113.12", &is_token),
        // In a quoted string, every byte except the quote stands for itself or is an escape.
        ("x=\"1", "1\";for=203.0.113.12", &|byte| byte != b'"'),
        ("x=\"1\\", "1\";for=203.0.113.12", &|_| true),
        // Ports.
        ("for=\"203.0.113.12:_1", "1\"", &|byte| byte.is_ascii_alphanumeric() || b"._-\\".contains(&byte)),
        ("for=\"203.0.113.12:_", "\"", &|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)),
        ("for=\"203.0.113.12:8", "\"", &|byte| byte.is_ascii_digit()),
        ("for=\"203.0.113.12:8", "8\"", &|byte| byte.is_ascii_digit() || byte == b'\\'),
        ("for=\"203.0.113.12", "80000\"", &|byte| byte == b':'),
        // Whitespace around an element, or an empty pair.
        ("", "for=203.0.113.12", &|byte| b" \t,;".contains(&byte)),
        ("for=\"203.0.113.12\"", "", &|byte| b" \t;".contains(&byte)),
    ] {
        for (byte, found) in with_every_byte(before, after) {
            assert_eq!(found, client.filter(|_| is_allowed(byte)), "{before}{}{after}", byte.escape_ascii());
        }
    }
}

#[test]
fn a_port_has_one_to_five_digits_or_an_obfuscated_name() {
    for (port, is_valid) in [
        ("", true),
        (":0", true),
        (":65535", true),
        (":99999", true),
        (":00080", true),
        (":_p", true),
        (":_hidden-port.1", true),
        (":", false),
        (":_", false),
        (":000080", false),
        (":-1", false),
        (":+1", false),
        (":8a", false),
        ("::80", false),
    ] {
        expect_forwarded(&format!("for=\"203.0.113.12{port}\""), is_valid.then_some(CLIENT));
        expect_forwarded(&format!("for=\"[2001:db8:2::7]{port}\""), is_valid.then_some("2001:db8:2::7"));
    }
}

#[test]
fn a_quote_that_is_not_closed_hides_the_client_and_does_not_replace_it() {
    for opened in [
        r#"""#,
        r#"for=""#,
        r#"for="198.51.100.7"#,
        r#"for=198.51.100.7;x=""#,
        r#"for=198.51.100.7, x=""#,
        r#"for="\"#,
        r#"for="\""#,
    ] {
        for appended in [
            "for=203.0.113.12",
            r#"for="203.0.113.12:80""#,
            r#"for=203.0.113.12, for="[2001:db8:1::2]""#,
            r#"for="203.0.113.12:80", for="[2001:db8:1::2]""#,
            r#"for="203.0.113.12:80", for=10.0.0.2, for="[2001:db8:1::2]""#,
            // The client also chooses the host. The proxy escapes the quotes in it.
            r#"for=203.0.113.12;host="a, for=198.51.100.7""#,
            r#"for=203.0.113.12;host="a, for=198.51.100.7;x=\"b""#,
            r#"for=203.0.113.12;host="a, for=198.51.100.7, \"b", for=10.0.0.2"#,
            r#"for=203.0.113.12;host="a, for=198.51.100.7;x=\"\", for=198.51.100.7", for=10.0.0.2"#,
        ] {
            expect_forwarded(&format!("{opened}, {appended}"), None);
            // In a separate header, the quote hides nothing.
            assert_eq!(forwarded(&[opened.as_bytes(), appended.as_bytes()]), Some(address(CLIENT)), "{opened}");
        }
    }
}

// Properties.

/// Splits a text at each separator that is not in a quoted string, by looking at the whole text before it.
fn split(text: &str, separator: char) -> Vec<&str> {
    let is_outside = |before: &str| {
        let mut is_outside = true;
        let mut chars = before.chars();
        while let Some(char) = chars.next() {
            match char {
                '"' => is_outside = !is_outside,
                '\\' if !is_outside => drop(chars.next()),
                _ => {}
            }
        }
        is_outside
    };
    let ends = text.match_indices(separator).map(|(end, _)| end).filter(|end| is_outside(&text[..*end]));
    let mut parts = Vec::new();
    let mut start = 0;
    for end in ends {
        parts.push(&text[start..end]);
        start = end + 1;
    }
    parts.push(&text[start..]);
    parts
}

/// Returns the address of an element of `Forwarded`.
fn element_address(element: &str) -> Option<IpAddr> {
    let is_token = |text: &str| !text.is_empty() && text.bytes().all(|byte| TOKEN.contains(&byte));
    let mut nodes = Vec::new();
    for pair in split(element.trim_matches([' ', '\t']), ';') {
        if pair.is_empty() {
            continue;
        }
        let (name, mut value) = pair.split_once('=')?;
        let mut unescaped = String::new();
        if value.starts_with('"') {
            // The value must be one quoted string, without text after its closing quote.
            value = value.strip_prefix('"')?.strip_suffix('"')?;
            let mut chars = value.chars();
            while let Some(char) = chars.next() {
                match char {
                    '"' => return None,
                    '\\' => unescaped.push(chars.next()?),
                    _ => unescaped.push(char),
                }
            }
        } else if is_token(value) {
            unescaped.push_str(value);
        } else {
            return None;
        }
        if !is_token(name) {
            return None;
        }
        if name.eq_ignore_ascii_case("for") {
            nodes.push(unescaped);
        }
    }
    match &*nodes {
        [node] => node_address(node),
        _ => None,
    }
}

/// Returns the address of a node, for each place where its port could begin.
fn node_address(node: &str) -> Option<IpAddr> {
    let bare = |text: &str| match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(inner) => inner.parse().ok().filter(IpAddr::is_ipv6),
        None => text.parse().ok().filter(IpAddr::is_ipv4),
    };
    let is_port = |port: &str| {
        let is_number = matches!(port.len(), 1..=5) && port.chars().all(|char| char.is_ascii_digit());
        let is_name = |name: &str| name.chars().all(|char| char.is_ascii_alphanumeric() || "._-".contains(char));
        is_number || port.strip_prefix('_').is_some_and(|name| !name.is_empty() && is_name(name))
    };
    let with_port =
        node.match_indices(':').find_map(|(colon, _)| bare(&node[..colon]).filter(|_| is_port(&node[colon + 1..])));
    bare(node).or(with_port)
}

/// Lines of a header, made of pieces of its grammar.
fn lines() -> impl Strategy<Value = Vec<String>> {
    const PIECES: [&str; 28] = [
        "for=203.0.113.12",
        "for=10.0.0.2",
        "for=\"[2001:db8:1::2]:80\"",
        "for=\"[2001:db8:2::7]\"",
        "for=unknown",
        "203.0.113.12",
        "10.0.0.2",
        "2001:db8:1::2",
        "[2001:db8:2::7]:80",
        "by=_x",
        "host=\"a,b;c\"",
        "for=",
        "For",
        "=",
        ";",
        ";",
        ",",
        ", ",
        ",",
        " ",
        "\t",
        "\"",
        "\"",
        "\\",
        ":",
        "[",
        "]",
        "_",
    ];
    let line = prop::collection::vec(prop::sample::select(&PIECES[..]), 0..12).prop_map(|pieces| pieces.concat());
    prop::collection::vec(line, 1..4)
}

fn bytes(lines: &[String]) -> Vec<&[u8]> {
    lines.iter().map(String::as_bytes).collect()
}

/// Any value of a header.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![Just(b'"'), Just(b'\\'), Just(b','), Just(b';'), 32..=126_u8, 128..=255_u8, Just(b'\t')];
    prop::collection::vec(byte, 0..24)
}

proptest! {
    #[test]
    fn forwarded_agrees_with_a_slow_reader(lines in lines()) {
        let elements = lines.iter().flat_map(|line| split(line, ','));
        let entries: Vec<_> = elements.map(element_address).collect();
        prop_assert_eq!(forwarded(&bytes(&lines)), walk(&entries));
    }

    #[test]
    fn x_forwarded_for_agrees_with_a_slow_reader(lines in lines()) {
        let entries = lines.iter().flat_map(|line| line.split(',')).map(|entry| entry.trim_matches([' ', '\t']));
        let entries: Vec<_> = entries.map(|entry| entry.parse().ok().or_else(|| node_address(entry))).collect();
        prop_assert_eq!(x_forwarded_for(&bytes(&lines)), walk(&entries));
    }

    #[test]
    fn bytes_that_a_client_sends_cannot_replace_its_address(sent in value()) {
        let appended = |entry: &str| [&*sent, b",", entry.as_bytes()].concat();
        prop_assert_eq!(x_forwarded_for(&[&appended(CLIENT)]), Some(address(CLIENT)));
        prop_assert_eq!(x_forwarded_for(&[&sent, CLIENT.as_bytes()]), Some(address(CLIENT)));

        let element = r#"for="203.0.113.12:80";proto=https"#;
        prop_assert_eq!(forwarded(&[&sent, element.as_bytes()]), Some(address(CLIENT)));
        for element in [element, r#"for="203.0.113.12:80", for="[2001:db8:1::2]";by=_x"#] {
            let client = forwarded(&[&appended(element)]);
            prop_assert!(client.is_none_or(|client| client == address(CLIENT)), "{client:?}");
            prop_assert!(client.is_some() || sent.contains(&b'"'), "{:?}", sent.escape_ascii());
        }
    }
}
