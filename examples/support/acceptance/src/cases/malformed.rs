//! Malformed requests. The framework rejects them and continues to serve.

use http::Method;

use super::get;
use crate::PATH;
use crate::case::Case;
use crate::expected::Expected::{self, Page, Rejected};

/// Malformed, or too large.
const REJECTED: Expected = Rejected(&[400, 414, 431]);

pub(super) fn cases() -> Vec<Case> {
    let headers = [
        &b"a header without a colon"[..],
        b"authorization : Bearer {good}",
        b"authorization: Bearer {good}\r\n folded: over two lines",
        b"authorization: Bearer {good}\0",
        b"authorization: Bearer \rgood",
        b"nul\0: a",
        b": no name",
        b"a name that is not ASCII \xff: a",
        b"\xff\xfe: a",
        b"content-length: x",
        b"content-length: -1",
        b"content-length: 1\r\ncontent-length: 2",
    ];
    let headers = headers.map(|header| {
        let name = String::from_utf8_lossy(header).into_owned();
        get(&name, REJECTED).authorized().header(header)
    });
    let line = |name: &str, target: &[u8]| Case::new(name, Method::GET, target, REJECTED);
    let lines = [
        line("a space in the target", b"/api/v1/me/tokens?page=2 x"),
        line("no target", b""),
        line("a relative target", b"api/v1/me/tokens"),
        line("a byte that is not UTF-8", b"/api/v1/me/tokens?page=\xff"),
        line("a byte that is not UTF-8 in the path", b"/api/v1/me/\xfftokens"),
        line("an incomplete UTF-8 character", b"/api/v1/me/tokens?page=2&x=\xe3\x81"),
        line("a surrogate", b"/api/v1/me/tokens?page=\xed\xa0\x80"),
        line("an unknown version", PATH.as_bytes()).version("HTTP/9.9"),
        line("no version", PATH.as_bytes()).version(""),
    ];
    let many = [300, 10_000]
        .map(|count| (0..count).fold(get(&format!("{count} headers"), REJECTED), |case, _| case.header("x: y")));
    let huge = get("a header of a megabyte", REJECTED).header(format!("x: {}", "a".repeat(1 << 20)));
    let values = [&b"x: \xff\xfe"[..], b"cookie: \xc3\x28", b"user-agent: \xed\xa0\x80"];
    let values =
        values.iter().map(|header| get("a header value that is not UTF-8", Page(1)).authorized().header(*header));
    let after = get("a request after all of these", Page(1)).authorized();
    headers.into_iter().chain(lines).chain(many).chain([huge]).chain(values).chain([after]).collect()
}
