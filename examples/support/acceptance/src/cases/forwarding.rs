//! Headers that claim the origin of a request or another host. The servers trust none of them.

use super::get;
use crate::case::Case;
use crate::expected::Expected::{Page, Unauthorized};

pub(super) fn cases() -> Vec<Case> {
    let claims = [
        "x-forwarded-host: evil.example",
        "x-forwarded-proto: https",
        "x-forwarded-port: 8443",
        "x-forwarded-prefix: /evil",
        "x-original-url: /evil",
        "x-rewrite-url: /evil",
        "forwarded: for=203.0.113.12;host=evil.example;proto=https",
    ];
    let claims = claims.map(|claim| get(claim, Page(1)).authorized().header(claim));
    let addresses = [
        "x-forwarded-for: 203.0.113.12",
        "x-real-ip: 203.0.113.12",
        "forwarded: for=203.0.113.12",
        "true-client-ip: 203.0.113.12",
        "cf-connecting-ip: 203.0.113.12",
    ];
    let addresses = addresses.map(|address| {
        get(address, Unauthorized(Some("invalid_token"))).header("authorization: Bearer {ip_denied}").header(address)
    });
    let host = |host| get(host, Page(1)).authorized().host(host);
    let hosts = [
        host("host: evil.example"),
        host("host:"),
        host("host: a\"b<c>").or_rejected(&[400]),
        host("host: user@evil.example:99999").or_rejected(&[400]),
        // RFC 9112, section 3.2 requires a 400 for these two.
        host("no-host: a").or_rejected(&[400]),
        host("host: a\r\nhost: b").or_rejected(&[400]),
    ];
    claims.into_iter().chain(addresses).chain(hosts).collect()
}
