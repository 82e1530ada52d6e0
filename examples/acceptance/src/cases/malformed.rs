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
        line("an unknown version", PATH.as_bytes()).version("HTTP/9.9"),
        line("no version", PATH.as_bytes()).version(""),
    ];
    let many = (0..300).fold(get("300 fields", REFUSED), |case, _| case.field("x: y"));
    let after = get("a request after all of these", Page(1)).authorized();
    fields.into_iter().chain(lines).chain([many, after]).collect()
}
