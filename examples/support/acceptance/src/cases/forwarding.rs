//! Headers that claim another client address or another host. The servers trust only the header of a trusted proxy.

use super::get;
use crate::case::Case;
use crate::expected::Expected::{Page, Single, Unauthorized};

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

/// Returns the cases for a server that trusts this machine as a proxy.
///
/// The token `ip_denied` is allowed from 203.0.113.12 and 2001:db8::/32, and the token `single` from this machine.
pub(super) fn trusted_proxy_cases() -> Vec<Case> {
    let rejected = Unauthorized(Some("invalid_token"));
    let case = |secret: &str, lines: &[&[u8]], expected| {
        let name = format!("{secret} and {}", lines.concat().escape_ascii());
        let request = get(&name, expected).header(format!("authorization: Bearer {{{secret}}}"));
        lines.iter().fold(request, |request, line| request.header(*line))
    };
    let allowed: [&[&[u8]]; 9] = [
        &[b"x-forwarded-for: 203.0.113.12"],
        &[b"X-Forwarded-For:203.0.113.12:54321"],
        &[b"x-forwarded-for: ::ffff:203.0.113.12"],
        &[b"x-forwarded-for: [2001:db8::7]:443"],
        &[b"x-forwarded-for: 10.0.0.9, 203.0.113.12"],
        &[b"x-forwarded-for: 203.0.113.12, 127.0.0.1"],
        &[b"x-forwarded-for: 10.0.0.9", b"x-forwarded-for: 203.0.113.12"],
        &[b"x-forwarded-for: 10.0.0.9, 203.0.113.12", b"x-forwarded-for: 127.0.0.1"],
        &[b"forwarded: for=10.0.0.9", b"x-forwarded-for: 203.0.113.12"],
    ];
    let denied: [&[&[u8]]; 8] = [
        &[],
        &[b"x-forwarded-for: 10.0.0.9"],
        &[b"x-forwarded-for: 203.0.113.12, 10.0.0.9"],
        &[b"x-forwarded-for: 203.0.113.12", b"x-forwarded-for: 10.0.0.9"],
        &[b"x-forwarded-for: 203.0.113.12, unknown"],
        &[b"x-forwarded-for: 203.0.113.12,"],
        &[b"forwarded: for=203.0.113.12"],
        &[b"x-real-ip: 203.0.113.12"],
    ];
    // A server that ignores the header sees the address of the proxy, from which the token is allowed.
    let not_this_machine: [&[&[u8]]; 6] = [
        &[b"x-forwarded-for: 203.0.113.12"],
        &[b"x-forwarded-for: 127.0.0.1, 203.0.113.12"],
        &[b"x-forwarded-for: unknown"],
        &[b"x-forwarded-for:"],
        &[b"x-forwarded-for: \xff"],
        &[b"x-forwarded-for: \xff, 203.0.113.12"],
    ];
    // Rocket drops a header whose value is not UTF-8. Its adapter therefore treats the client as unknown if there is no
    // header.
    let without_header = case("single", &[], Single).except("rocket", rejected.clone());
    let allowed = allowed.map(|lines| case("ip_denied", lines, Page(1)));
    let denied = denied.map(|lines| case("ip_denied", lines, rejected.clone()));
    let not_this_machine = not_this_machine.map(|lines| case("single", lines, rejected.clone()));
    let open = get("a token without an allow-list and an unknown client", Page(1))
        .authorized()
        .header("x-forwarded-for: unknown");
    allowed.into_iter().chain(denied).chain(not_this_machine).chain([without_header, open]).collect()
}
