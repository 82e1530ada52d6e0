//! Lines of bytes as the values of `Forwarded` and of `X-Forwarded-For` headers: the client that a trusted proxy reports.
#![no_main]

use std::net::IpAddr;

use http::HeaderMap;
use http::header::HeaderValue;
use libfuzzer_sys::fuzz_target;
use tokenfolio::{AllowedIps, TrustedProxies};
use tokenfolio_fuzz::forwarded;

/// The peer, which is in a trusted range.
const PROXY: [u8; 4] = [10, 0, 0, 1];

fuzz_target!(|bytes: &[u8]| {
    let Ok(proxies) = AllowedIps::parse(["10.0.0.0/24", "::/16"]) else { return };
    let is_trusted = |address| proxies.contains(address);
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| HeaderValue::from_bytes(line).is_ok());
    let lines: Vec<_> = lines.collect();
    let headers = |name: &'static str, lines: &[&[u8]]| -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in lines.iter().filter_map(|line| HeaderValue::from_bytes(line).ok()) {
            headers.append(name, value);
        }
        headers
    };
    let proxy = IpAddr::from(PROXY);
    let standard = TrustedProxies::forwarded(proxies.clone());
    let plain = TrustedProxies::x_forwarded_for(proxies.clone());

    let entries: Vec<_> = lines.iter().flat_map(|line| forwarded::elements(line)).collect();
    let expected = forwarded::client(proxy, &entries, is_trusted);
    assert_eq!(standard.client(proxy, &headers("forwarded", &lines)), expected);

    let entries: Vec<_> = lines.iter().flat_map(|line| forwarded::plain_entries(line)).collect();
    let expected = forwarded::client(proxy, &entries, is_trusted);
    assert_eq!(plain.client(proxy, &headers("x-forwarded-for", &lines)), expected);

    // The entry that a proxy appends is the client. An unclosed quote in the same header can hide the client.
    let client = IpAddr::from([203, 0, 113, 12]);
    let sent = lines.concat();
    let appended = |entry: &str| [&*sent, b", ", entry.as_bytes()].concat();
    let plain_line = appended("203.0.113.12");
    assert_eq!(plain.client(proxy, &headers("x-forwarded-for", &[&plain_line])), Some(client));
    let element = r#"for="203.0.113.12:80";host="\", for=10.0.0.2""#;
    assert_eq!(standard.client(proxy, &headers("forwarded", &[&sent, element.as_bytes()])), Some(client));
    let found = standard.client(proxy, &headers("forwarded", &[&appended(element)]));
    assert!(found == Some(client) || (found.is_none() && sent.contains(&b'"')), "{found:?}");
    // The headers of any other peer are ignored.
    assert_eq!(standard.client(client, &headers("forwarded", &lines)), Some(client));
    assert_eq!(plain.client(client, &headers("x-forwarded-for", &lines)), Some(client));
});
