//! Writes the `Link` header of a page (RFC 8288, section 3).

use http::HeaderValue;

use crate::page::paginator::Paginator;
use crate::text::buffer::Buffer;

/// The bytes that a link needs beside its URL: the page number, the relation, and spare capacity to write them.
const LINK_LEN: usize = 48;

impl<T> Paginator<T> {
    /// Returns the first, last, prev and next URLs as the value of a `Link` header (RFC 8288, section 3).
    ///
    /// A relation without a URL is left out. `None` if the value would be longer than
    /// [`Pagination::with_max_link_header_len`](crate::Pagination::with_max_link_header_len) allows, because proxies reject a
    /// response with long headers.
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
        let before_page = self.request().before_page();
        let after_page = self.request().after_page();
        let url_len = before_page.iter().map(|part| part.len()).sum::<usize>() + after_page.len();
        let links = relations.iter().filter(|(_, page)| page.is_some()).count();
        let mut out = Buffer::overwrite(Vec::new(), links * (url_len + LINK_LEN));
        for (relation, page) in relations {
            let Some(page) = page else { continue };
            if out.len() > 0 {
                out.put(b", ");
            }
            out.put(b"<");
            for part in before_page {
                out.put_slice(part.as_bytes());
            }
            out.put_number(page);
            out.put_slice(after_page.as_bytes());
            out.put(b">; rel=\"");
            out.put_slice(relation);
            out.put(b"\"");
        }
        let header = out.finish();
        if header.len() > self.config().max_link_header_len {
            return None;
        }
        Some(HeaderValue::try_from(header).expect("a URL of RFC 3986 is visible ASCII"))
    }
}
