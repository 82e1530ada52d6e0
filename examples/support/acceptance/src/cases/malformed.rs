//! Heads that no server should take: the framework answers them, and goes on serving.

use http::Method;

use super::get;
use crate::PATH;
use crate::case::Case;
use crate::expected::Expected::{self, Page, Refused};

/// Malformed, or too large.
const REFUSED: Expected = Refused(&[400, 414, 431]);

pub(super) fn cases() -> Vec<Case> {
    let fields = [
        &b"a field without a colon"[..],
        b"authorization : Bearer {good}",
        b"authorization: Bearer {good}\r\n folded: over two lines",
        b"authorization: Bearer {good}\0",
        b"authorization: Bearer \rgood",
        b"nul\0: a",
        b": no name",
        b"a name that is no text \xff: a",
        b"\xff\xfe: a",
        b"content-length: x",
        b"content-length: -1",
        b"content-length: 1\r\ncontent-length: 2",
    ];
    let fields = fields.map(|field| {
        let name = String::from_utf8_lossy(field).into_owned();
        get(&name, REFUSED).authorized().field(field)
    });
    let line = |name: &str, target: &[u8]| Case::new(name, Method::GET, target, REFUSED);
    let lines = [
        line("a blank in the target", b"/api/v1/me/tokens?page=2 x"),
        line("no target", b""),
        line("a relative target", b"api/v1/me/tokens"),
        line("a byte that is no text", b"/api/v1/me/tokens?page=\xff"),
        line("a byte that is no text in the path", b"/api/v1/me/\xfftokens"),
        line("half a character", b"/api/v1/me/tokens?page=2&x=\xe3\x81"),
        line("a surrogate", b"/api/v1/me/tokens?page=\xed\xa0\x80"),
        line("an unknown version", PATH.as_bytes()).version("HTTP/9.9"),
        line("no version", PATH.as_bytes()).version(""),
    ];
    let many = [300, 10_000]
        .map(|count| (0..count).fold(get(&format!("{count} fields"), REFUSED), |case, _| case.field("x: y")));
    let huge = get("a field of a megabyte", REFUSED).field(format!("x: {}", "a".repeat(1 << 20)));
    let values = [&b"x: \xff\xfe"[..], b"cookie: \xc3\x28", b"user-agent: \xed\xa0\x80"];
    let values = values.iter().map(|field| get("a value that is no text", Page(1)).authorized().field(*field));
    let after = get("a request after all of these", Page(1)).authorized();
    fields.into_iter().chain(lines).chain(many).chain([huge]).chain(values).chain([after]).collect()
}
