//! The `Link` header of a page (RFC 8288, section 3).

use crate::buffer::Buffer;
use crate::paginator::Paginator;
use crate::percent;

/// What a link needs beside its URL, in bytes: the page's number, the relation, and room to write them in.
const LINK: usize = 48;

/// Writes first, last, prev and next; one that there is not is left out. What is written is visible ASCII and blanks.
pub(crate) fn link_header<T>(page: &Paginator<T>) -> Vec<u8> {
    let relations: [(&[u8], _); 4] =
        [(b"first", Some(1)), (b"last", Some(page.last_linked())), (b"prev", page.prev()), (b"next", page.next())];
    // Borrowed, but for URLs with letters of other scripts.
    let before = page.urls().before_page().map(percent::escape_header);
    let after = percent::escape_header(page.urls().after_page());
    let url: usize = before.iter().chain([&after]).map(|part| part.len()).sum();
    let mut out = Buffer::over(Vec::new(), 4 * (url + LINK));
    for (relation, number) in relations {
        let Some(number) = number else { continue };
        if out.len() > 0 {
            out.put(b", ");
        }
        out.put(b"<");
        for part in &before {
            out.put_slice(part.as_bytes());
        }
        out.put_number(number);
        out.put_slice(after.as_bytes());
        out.put(b">; rel=\"");
        out.put_slice(relation);
        out.put(b"\"");
    }
    out.finish()
}
