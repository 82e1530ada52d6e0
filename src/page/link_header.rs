//! Writes the `Link` header of a page (RFC 8288, section 3).

use http::HeaderValue;

use crate::page::cursor_paginator::CursorPaginator;
use crate::page::list_parameters::ListParameters;
use crate::page::paginator::Paginator;
use crate::page::simple::SimplePaginator;
use crate::text::buffer::Buffer;

/// The bytes that a link needs in addition to its URL without the page or the cursor: the page number, the relation,
/// and spare capacity to write them. The length of a cursor is added separately.
const LINK_LEN: usize = 48;

/// A page or a cursor, the last part of a URL.
trait UrlPosition {
    /// Returns the length in bytes, or 0 if [`LINK_LEN`] includes the position.
    fn len(&self) -> usize;

    fn write(&self, out: &mut Buffer);
}

impl UrlPosition for u64 {
    fn len(&self) -> usize {
        0
    }

    fn write(&self, out: &mut Buffer) {
        out.put_number(*self);
    }
}

impl UrlPosition for &str {
    fn len(&self) -> usize {
        str::len(self)
    }

    fn write(&self, out: &mut Buffer) {
        out.put_slice(self.as_bytes());
    }
}

impl<T> Paginator<T> {
    /// Returns the first, last, prev and next URLs as the value of a `Link` header (RFC 8288, section 3).
    ///
    /// A relation without a URL is left out. Returns `None` if the value would be longer than
    /// [`Pagination::with_max_link_header_len`](crate::Pagination::with_max_link_header_len) allows, because proxies
    /// reject a response with long headers.
    ///
    /// # Panics
    ///
    /// Never: a URL contains only characters that a header value can contain.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Pagination;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let page = Pagination::new("/fruit")?.request("")?.paginate(vec!["fig"], 1);
    /// let header = page.link_header().ok_or("the links are too long")?;
    /// assert_eq!(header, r#"</fruit?page=1>; rel="first", </fruit?page=1>; rel="last""#);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn link_header(&self) -> Option<HeaderValue> {
        let relations: [(&[u8], Option<u64>); 4] = [
            (b"first", Some(1)),
            (b"last", Some(self.last_linked_page())),
            (b"prev", self.prev_page()),
            (b"next", self.next_page()),
        ];
        link_header(self.list(), relations)
    }
}

impl<T> SimplePaginator<T> {
    /// Returns the first, prev and next URLs as the value of a `Link` header, as [`Paginator::link_header`] does.
    ///
    /// # Panics
    ///
    /// Never: a URL contains only characters that a header value can contain.
    #[must_use]
    pub fn link_header(&self) -> Option<HeaderValue> {
        let relations: [(&[u8], Option<u64>); 3] =
            [(b"first", Some(1)), (b"prev", self.prev_page()), (b"next", self.next_page())];
        link_header(self.list(), relations)
    }
}

impl<T> CursorPaginator<T> {
    /// Returns the prev and next URLs as the value of a `Link` header, as [`Paginator::link_header`] does.
    ///
    /// Also returns `None` if the page has no prev URL and no next URL.
    ///
    /// # Panics
    ///
    /// Never: a URL contains only characters that a header value can contain.
    #[must_use]
    pub fn link_header(&self) -> Option<HeaderValue> {
        let relations: [(&[u8], Option<&str>); 2] = [(b"prev", self.prev_cursor()), (b"next", self.next_cursor())];
        link_header(self.list(), relations)
    }
}

fn link_header<P: UrlPosition, const N: usize>(
    list: &ListParameters,
    relations: [(&[u8], Option<P>); N],
) -> Option<HeaderValue> {
    let url_len = list.url_len_without_position();
    let links = relations.iter().filter_map(|(_, position)| position.as_ref());
    let estimated_len = links.map(|position| url_len + position.len() + LINK_LEN).sum();
    let mut out = Buffer::overwrite(Vec::new(), estimated_len);
    for (relation, position) in relations {
        let Some(position) = position else { continue };
        if out.len() > 0 {
            out.put(b", ");
        }
        out.put(b"<");
        for part in list.before_position() {
            out.put_slice(part.as_bytes());
        }
        position.write(&mut out);
        out.put_slice(list.after_position().as_bytes());
        out.put(b">; rel=\"");
        out.put_slice(relation);
        out.put(b"\"");
    }
    let header = out.finish();
    if header.is_empty() || header.len() > list.config().max_link_header_len {
        return None;
    }
    Some(HeaderValue::try_from(header).expect("a URL of RFC 3986 is visible ASCII"))
}
