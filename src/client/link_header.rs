//! Reads the `Link` header of a page (RFC 8288, section 3).

use std::borrow::Cow;

use http::header::{HeaderMap, LINK};

use crate::client::links::PageLinks;

impl PageLinks {
    /// Reads the links from all `Link` headers of a response by RFC 8288, appendix B.
    ///
    /// It reads every header that [`Paginator::link_header`](crate::Paginator::link_header) writes.
    ///
    /// Case is ignored in the names of parameters and in relations. A link can have several relations. Unknown parameters
    /// are ignored. The first of two links with the same relation wins. The first of two `rel` parameters in one link
    /// wins too. A link with an `anchor` is about another resource, and is ignored (section 3.2). The part of a header
    /// after a mistake is ignored. The links before the mistake and the links of other headers are still read.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::header::{HeaderMap, HeaderValue, LINK};
    /// use tokenfolio::PageLinks;
    ///
    /// let link = r#"</fruit?page=1>; rel="first prev"; title="one, of many", </fruit?page=3>; REL=next"#;
    /// let headers = HeaderMap::from_iter([(LINK, HeaderValue::from_static(link))]);
    /// let links = PageLinks::from_headers(&headers);
    /// assert_eq!(links.first.as_deref(), Some("/fruit?page=1"));
    /// assert_eq!(links.prev.as_deref(), Some("/fruit?page=1"));
    /// assert_eq!(links.next.as_deref(), Some("/fruit?page=3"));
    /// assert_eq!(links.last, None);
    /// ```
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let mut links = Self::default();
        for value in headers.get_all(LINK) {
            let mut parser = LinkParser(value.as_bytes());
            while let Some((target, relations)) = parser.link() {
                // A URL is ASCII, but any UTF-8 is tolerated.
                let Ok(target) = std::str::from_utf8(target) else { continue };
                for relation in relations.split(|byte| is_whitespace(*byte)) {
                    if let Some(link) = links.link_mut(relation) {
                        link.get_or_insert_with(|| target.to_owned());
                    }
                }
            }
        }
        links
    }

    /// Returns the member for a relation type, if the relation is about pages.
    fn link_mut(&mut self, relation: &[u8]) -> Option<&mut Option<String>> {
        match &*relation.to_ascii_lowercase() {
            b"first" => Some(&mut self.first),
            b"last" => Some(&mut self.last),
            // `previous` is a synonym of `prev` in the registry of link relations.
            b"prev" | b"previous" => Some(&mut self.prev),
            b"next" => Some(&mut self.next),
            _ => None,
        }
    }
}

/// The rest of a header value that is not parsed yet.
struct LinkParser<'h>(&'h [u8]);

impl<'h> LinkParser<'h> {
    /// Reads a link (RFC 8288, appendix B.2): its target, and its relations to the requested resource.
    fn link(&mut self) -> Option<(&'h [u8], Cow<'h, [u8]>)> {
        // RFC 9110, section 5.6.1.2: list elements can be empty.
        self.take_while(|byte| is_whitespace(byte) || byte == b',');
        self.skip(b'<')?;
        let target = self.take_while(|byte| byte != b'>');
        self.skip(b'>')?;
        let mut relations = None;
        let mut has_anchor = false;
        while let Some((name, value)) = self.parameter() {
            if name.eq_ignore_ascii_case(b"rel") {
                relations.get_or_insert(value);
            } else {
                has_anchor |= name.eq_ignore_ascii_case(b"anchor");
            }
        }
        Some((target, relations.filter(|_| !has_anchor).unwrap_or_default()))
    }

    /// Reads a parameter (RFC 8288, appendix B.3). A parameter without a value has an empty value.
    fn parameter(&mut self) -> Option<(&'h [u8], Cow<'h, [u8]>)> {
        self.take_while(is_whitespace);
        self.skip(b';')?;
        self.take_while(is_whitespace);
        let name = self.take_while(|byte| !is_whitespace(byte) && !b"=;,".contains(&byte));
        self.take_while(is_whitespace);
        let value = match self.skip(b'=') {
            Some(()) => self.value(),
            None => Cow::default(),
        };
        Some((name, value))
    }

    fn value(&mut self) -> Cow<'h, [u8]> {
        self.take_while(is_whitespace);
        if self.skip(b'"').is_none() {
            return self.take_while(|byte| !b";,".contains(&byte)).into();
        }
        // RFC 8288, appendix B.4: a quoted string that is not closed ends with its header.
        let is_plain = |byte| !matches!(byte, b'"' | b'\\');
        let mut value = Cow::from(self.take_while(is_plain));
        while self.skip(b'\\').is_some() {
            value.to_mut().extend_from_slice(self.take(1));
            value.to_mut().extend_from_slice(self.take_while(is_plain));
        }
        self.skip(b'"');
        value
    }

    fn skip(&mut self, byte: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(&[byte])?;
        Some(())
    }

    fn take_while(&mut self, is_in: impl Fn(u8) -> bool) -> &'h [u8] {
        let end = self.0.iter().position(|byte| !is_in(*byte));
        self.take(end.unwrap_or(self.0.len()))
    }

    fn take(&mut self, length: usize) -> &'h [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
