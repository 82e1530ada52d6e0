//! Writes the `Link` header of a page (RFC 8288, section 3).

use http::HeaderValue;

use crate::page::paginator::Paginator;
use crate::text::buffer::Buffer;
use crate::text::percent;

/// The bytes that a link needs beside its URL: the page number, the relation, and spare capacity to write them.
const LINK_LEN: usize = 48;

impl<T> Paginator<T> {
    /// Returns the first, last, prev and next URLs as the value of a `Link` header (RFC 8288, section 3).
    ///
    /// A relation without a URL is left out.
    ///
    /// # Panics
    ///
    /// Never: every character that a header value cannot contain is escaped.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{PageRequest, PageRules, PageUrls, Paginator};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let request = PageRequest::from_query("", &PageRules::default())?;
    /// let page = Paginator::new(vec!["fig"], 1, request, PageUrls::new("/fruit")?);
    /// assert_eq!(page.link_header(), r#"</fruit?page=1>; rel="first", </fruit?page=1>; rel="last""#);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn link_header(&self) -> HeaderValue {
        let relations: [(&[u8], Option<u64>); 4] = [
            (b"first", Some(1)),
            (b"last", Some(self.last_linked_page())),
            (b"prev", self.prev_page()),
            (b"next", self.next_page()),
        ];
        // Borrowed, except for URLs with letters of other scripts.
        let before_page = self.urls().before_page().map(percent::escape_header);
        let after_page = percent::escape_header(self.urls().after_page());
        let url_len = before_page.iter().chain([&after_page]).map(|part| part.len()).sum::<usize>();
        let mut out = Buffer::overwrite(Vec::new(), relations.len() * (url_len + LINK_LEN));
        for (relation, page) in relations {
            let Some(page) = page else { continue };
            if out.len() > 0 {
                out.put(b", ");
            }
            out.put(b"<");
            for part in &before_page {
                out.put_slice(part.as_bytes());
            }
            out.put_number(page);
            out.put_slice(after_page.as_bytes());
            out.put(b">; rel=\"");
            out.put_slice(relation);
            out.put(b"\"");
        }
        HeaderValue::try_from(out.finish()).expect("escaped URLs are visible ASCII")
    }
}
