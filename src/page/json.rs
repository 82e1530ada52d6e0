//! Encodes pages as JSON bytes.
//!
//! serde passes a value to a format one member at a time. This encoder knows both the type and the format, so it is
//! faster. It writes constant text in one piece, and computes digits in registers. It escapes the common part of all
//! URLs of a page once, and then copies it. The bytes are the same as serde_json's.

use std::mem;
use std::ops::Range;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::page::cursor_paginator::CursorPaginator;
use crate::page::list_parameters::ListParameters;
use crate::page::paginator::Paginator;
use crate::page::simple::SimplePaginator;
use crate::text::buffer::{Buffer, Piece};
use crate::text::digits;
use crate::text::json_escape::escape;
use crate::token::json::{RecordAt, WrittenToken, estimated_tokens_len, write_tokens};
use crate::token::{AccessToken, TokenResource};

const NULL_LEN: usize = "null".len();
/// The length of an entry of the link array with a URL, not counting its URL, label and page.
const LINK_LEN: usize = r#",{"url":"","label":"","page":,"active":false}"#.len();
/// The length of a gap in the link array, without its label.
const GAP_LEN: usize = r#",{"url":null,"label":"","page":null,"active":false}"#.len();
/// The maximum length of `links` and `meta`, not counting the link array, URLs, the path and numbers.
const LINKS_AND_META_LEN: usize = r#"{"data":[],"links":{"first":"","last":"","prev":"","next":""},"meta":{"#.len()
    + r#""current_page":,"from":,"last_page":,"links":[],"path":""}"#.len();
/// The maximum length of the end of `meta`, with its numbers: a u32 and two u64.
const META_END_LEN: usize = r#"","per_page":4294967295,"to":,"total":}}"#.len() + 2 * 20;
/// The maximum length of `links` and `meta` of a page without a total, not counting URLs and the path.
const SIMPLE_LEN: usize = r#"{"data":[],"links":{"first":"","last":null,"prev":"","next":""},"meta":{"current_page":,"#
    .len()
    + r#""current_page_url":"","from":,"path":"","per_page":4294967295,"to":}}"#.len()
    + 3 * 20;
/// The length of `links` and `meta` of a page by cursor, not counting URLs, the path and cursors.
const CURSOR_LEN: usize = r#"{"data":[],"links":{"first":null,"last":null,"prev":"","next":""},"meta":{"path":"","#
    .len()
    + r#""per_page":4294967295,"next_cursor":"","prev_cursor":""}}"#.len();

/// The parts of a page in JSON: the items, and the members after the items.
trait Envelope {
    type Item;

    fn items(&self) -> &[Self::Item];

    /// Estimates the length of the JSON except the items. Escapes can make it longer.
    fn estimated_envelope_len(&self) -> usize;

    /// Writes `,"links":{..},"meta":{..}}`, up to the end of the page.
    fn write_links_and_meta(&self, out: &mut Buffer);
}

fn write_json_page<E>(page: &E, out: &mut Vec<u8>) -> serde_json::Result<()>
where
    E: Envelope,
    E::Item: Serialize,
{
    write_json_page_with(page, out, |out, items| serde_json::to_writer(out, items))
}

fn write_json_page_with<P: Envelope, E>(
    page: &P,
    out: &mut Vec<u8>,
    write_items: impl FnOnce(&mut Vec<u8>, &[P::Item]) -> Result<(), E>,
) -> Result<(), E> {
    out.clear();
    out.extend_from_slice(br#"{"data":"#);
    write_items(out, page.items())?;
    let mut buffer = Buffer::append_to(mem::take(out), page.estimated_envelope_len());
    page.write_links_and_meta(&mut buffer);
    *out = buffer.finish();
    Ok(())
}

fn write_token_page(page: &impl Envelope<Item = TokenResource>, out: &mut Vec<u8>) {
    write_page_of(page.items().iter(), page, out);
}

/// Writes a page of tokens.
fn write_page_of(
    tokens: impl ExactSizeIterator<Item = impl WrittenToken> + Clone,
    page: &impl Envelope,
    out: &mut Vec<u8>,
) {
    // A buffer that was used before is probably large enough. It grows if it is not.
    let is_new = out.capacity() == 0;
    let estimated_len = if is_new { estimated_tokens_len(tokens.clone()) + page.estimated_envelope_len() } else { 0 };
    let mut buffer = Buffer::overwrite(mem::take(out), estimated_len);
    buffer.put(br#"{"data":["#);
    write_tokens(&mut buffer, tokens);
    buffer.put(b"]");
    page.write_links_and_meta(&mut buffer);
    *out = buffer.finish();
}

impl<T: Serialize> Paginator<T> {
    /// Replaces the content of a buffer with the JSON of the page.
    ///
    /// The bytes are the same as `serde_json`'s. serde_json writes the items, and the crate's own encoder writes the rest
    /// without allocating while the buffer's capacity is large enough. Use [`write_tokens`](Paginator::write_tokens) for
    /// a page of tokens: it is faster.
    ///
    /// # Errors
    ///
    /// Fails if an item cannot be JSON, such as a map whose keys are not strings. The content of the buffer is then
    /// unspecified.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Pagination;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let page = Pagination::new("/fruit")?.request("")?.paginate(vec!["fig"], 1);
    /// let mut body = Vec::new();
    /// page.write_json(&mut body)?;
    /// assert_eq!(body, serde_json::to_vec(&page)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn write_json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        write_json_page(self, out)
    }
}

impl<T> Paginator<T> {
    /// Replaces the content of a buffer with the JSON of the page. The function `write_items` appends the items.
    ///
    /// Use it to choose the serializer of the items, such as sonic-rs, or to write them by hand. The function must append
    /// one JSON array, and must not change the bytes before it.
    ///
    /// # Errors
    ///
    /// Fails if `write_items` fails. The content of the buffer is then unspecified.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Pagination;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let page = Pagination::new("/fruit")?.request("")?.paginate(vec!["fig"], 1);
    /// let mut body = Vec::new();
    /// page.write_json_with(&mut body, |out, items| serde_json::to_writer(out, items))?;
    /// assert_eq!(body, serde_json::to_vec(&page)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn write_json_with<E>(
        &self,
        out: &mut Vec<u8>,
        write_items: impl FnOnce(&mut Vec<u8>, &[T]) -> Result<(), E>,
    ) -> Result<(), E> {
        write_json_page_with(self, out, write_items)
    }
}

impl Paginator<TokenResource> {
    /// Replaces the content of a buffer with the JSON of the page.
    ///
    /// The bytes are the same as `serde_json`'s. The encoder does not allocate while the buffer's capacity is large
    /// enough.
    ///
    /// # Examples
    ///
    /// ```
    /// use chrono::DateTime;
    /// use tokenfolio::{AccessToken, Pagination};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH).into_resource(DateTime::UNIX_EPOCH);
    /// let page = Pagination::new("/tokens")?.request("")?.paginate(vec![token], 1);
    /// let mut body = Vec::new();
    /// page.write_tokens(&mut body);
    /// assert_eq!(body, serde_json::to_vec(&page)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn write_tokens(&self, out: &mut Vec<u8>) {
        write_token_page(self, out);
    }
}

impl Paginator<AccessToken> {
    /// Returns the JSON of the page, with each token as a resource whose status is derived at `now`.
    ///
    /// The members of each resource are borrowed from its `AccessToken`. A vector of resources would be one more
    /// allocation.
    pub(crate) fn to_json(&self, now: DateTime<Utc>) -> Vec<u8> {
        let mut out = Vec::new();
        write_page_of(self.items().iter().map(|record| RecordAt { record, now }), self, &mut out);
        out
    }
}

impl<T: Serialize> SimplePaginator<T> {
    /// Replaces the content of a buffer with the JSON of the page, as [`Paginator::write_json`] does.
    ///
    /// # Errors
    ///
    /// Fails if an item cannot be JSON. The content of the buffer is then unspecified.
    pub fn write_json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        write_json_page(self, out)
    }
}

impl<T> SimplePaginator<T> {
    /// Replaces the content of a buffer with the JSON of the page, as [`Paginator::write_json_with`] does.
    ///
    /// # Errors
    ///
    /// Fails if `write_items` fails. The content of the buffer is then unspecified.
    pub fn write_json_with<E>(
        &self,
        out: &mut Vec<u8>,
        write_items: impl FnOnce(&mut Vec<u8>, &[T]) -> Result<(), E>,
    ) -> Result<(), E> {
        write_json_page_with(self, out, write_items)
    }
}

impl SimplePaginator<TokenResource> {
    /// Replaces the content of a buffer with the JSON of the page, as [`Paginator::write_tokens`] does.
    pub fn write_tokens(&self, out: &mut Vec<u8>) {
        write_token_page(self, out);
    }
}

impl<T: Serialize> CursorPaginator<T> {
    /// Replaces the content of a buffer with the JSON of the page, as [`Paginator::write_json`] does.
    ///
    /// # Errors
    ///
    /// Fails if an item cannot be JSON. The content of the buffer is then unspecified.
    pub fn write_json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        write_json_page(self, out)
    }
}

impl<T> CursorPaginator<T> {
    /// Replaces the content of a buffer with the JSON of the page, as [`Paginator::write_json_with`] does.
    ///
    /// # Errors
    ///
    /// Fails if `write_items` fails. The content of the buffer is then unspecified.
    pub fn write_json_with<E>(
        &self,
        out: &mut Vec<u8>,
        write_items: impl FnOnce(&mut Vec<u8>, &[T]) -> Result<(), E>,
    ) -> Result<(), E> {
        write_json_page_with(self, out, write_items)
    }
}

impl CursorPaginator<TokenResource> {
    /// Replaces the content of a buffer with the JSON of the page, as [`Paginator::write_tokens`] does.
    pub fn write_tokens(&self, out: &mut Vec<u8>) {
        write_token_page(self, out);
    }
}

impl<T> Envelope for Paginator<T> {
    type Item = T;

    fn items(&self) -> &[T] {
        self.items()
    }

    fn estimated_envelope_len(&self) -> usize {
        let url_without_page = self.list().url_len_without_position();
        let url_len = |page: u64| url_without_page + digits::max_len(page);
        let number_len = |number: Option<u64>| number.map_or(NULL_LEN, digits::max_len);
        let prev = self.prev_page();
        let next = self.next_page();
        let nullable_url_len = |page: Option<u64>| page.map_or(NULL_LEN, url_len);

        let mut len = LINKS_AND_META_LEN + self.config().url.len() + META_END_LEN;
        len += url_len(1) + url_len(self.last_linked_page()) + nullable_url_len(prev) + nullable_url_len(next);
        len += number_len(Some(self.current_page())) + number_len(self.from()) + number_len(Some(self.last_page()));
        if let Some(labels) = self.style().array() {
            for (label, page) in [(&labels.previous, prev), (&labels.next, next)] {
                len += LINK_LEN + label.len() + nullable_url_len(page) + number_len(page);
            }
            for run in self.runs() {
                let links = usize::try_from(run.end() - run.start() + 1).unwrap_or_default();
                len += links * (LINK_LEN + url_len(*run.end()) + 2 * digits::max_len(*run.end()));
                // Every run except the first begins after a gap.
                if *run.start() > 1 {
                    len += GAP_LEN + labels.gap.len();
                }
            }
        }
        len
    }

    /// Writes `links` as `{"first":URL,"last":URL,"prev":URL,"next":URL}`, and `meta` as
    /// `{"current_page":1,"from":1,"last_page":1,"links":[LINK,..],"path":"..","per_page":20,"to":1,"total":1}`.
    fn write_links_and_meta(&self, out: &mut Buffer) {
        let prev = self.prev_page();
        let next = self.next_page();
        out.put(br#","links":{"first":""#);
        let url = WrittenUrl::write_first(out, self.list());
        out.put(br#"","last":""#);
        url.write(out, self.last_linked_page());
        out.put(br#"","prev":"#);
        url.write_nullable(out, prev);
        out.put(br#","next":"#);
        url.write_nullable(out, next);
        out.piece(|piece: &mut Piece<'_, 128>| {
            piece.put_nullable_number(br#"},"meta":{"current_page":"#, Some(self.current_page()));
            piece.put_nullable_number(br#","from":"#, self.from());
            piece.put_nullable_number(br#","last_page":"#, Some(self.last_page()));
        });
        if let Some(labels) = self.style().array() {
            out.put(br#","links":[{"url":"#);
            url.write_link_without_number(out, &labels.previous, prev);
            for (index, run) in self.runs().enumerate() {
                if index > 0 {
                    out.put(br#",{"url":"#);
                    url.write_link_without_number(out, &labels.gap, None);
                }
                for number in run {
                    url.write_numbered_link(out, number, number == self.current_page());
                }
            }
            out.put(br#",{"url":"#);
            url.write_link_without_number(out, &labels.next, next);
            out.put(b"]");
        }
        out.put(br#","path":""#);
        escape(out, &self.config().url);
        out.piece(|piece: &mut Piece<'_, META_END_LEN>| {
            piece.put_nullable_number(br#"","per_page":"#, Some(self.per_page().get().into()));
            piece.put_nullable_number(br#","to":"#, self.to());
            piece.put_nullable_number(br#","total":"#, Some(self.total()));
            piece.put(b"}}");
        });
    }
}

impl<T> Envelope for SimplePaginator<T> {
    type Item = T;

    fn items(&self) -> &[T] {
        self.items()
    }

    fn estimated_envelope_len(&self) -> usize {
        let url_len = self.list().url_len_without_position() + digits::max_len(self.current_page());
        SIMPLE_LEN + 4 * url_len + self.list().config().url.len()
    }

    /// Writes `links` as `{"first":URL,"last":null,"prev":URL,"next":URL}`, and `meta` as
    /// `{"current_page":1,"current_page_url":URL,"from":1,"path":"..","per_page":20,"to":1}`.
    fn write_links_and_meta(&self, out: &mut Buffer) {
        out.put(br#","links":{"first":""#);
        let url = WrittenUrl::write_first(out, self.list());
        out.put(br#"","last":null,"prev":"#);
        url.write_nullable(out, self.prev_page());
        out.put(br#","next":"#);
        url.write_nullable(out, self.next_page());
        out.piece(|piece: &mut Piece<'_, 80>| {
            piece.put_nullable_number(br#"},"meta":{"current_page":"#, Some(self.current_page()));
            piece.put(br#","current_page_url":""#);
        });
        url.write(out, self.current_page());
        out.piece(|piece: &mut Piece<'_, 40>| {
            piece.put_nullable_number(br#"","from":"#, self.from());
            piece.put(br#","path":""#);
        });
        escape(out, &self.list().config().url);
        out.piece(|piece: &mut Piece<'_, 64>| {
            piece.put_nullable_number(br#"","per_page":"#, Some(self.per_page().get().into()));
            piece.put_nullable_number(br#","to":"#, self.to());
            piece.put(b"}}");
        });
    }
}

impl<T> Envelope for CursorPaginator<T> {
    type Item = T;

    fn items(&self) -> &[T] {
        self.items()
    }

    fn estimated_envelope_len(&self) -> usize {
        // Each cursor is in its URL and in `meta`.
        let cursors = [self.prev_cursor(), self.next_cursor()];
        let cursors_len: usize = cursors.iter().flatten().map(|cursor| 2 * cursor.len()).sum();
        CURSOR_LEN + cursors_len + 2 * self.list().url_len_without_position() + self.list().config().url.len()
    }

    /// Writes `links` as `{"first":null,"last":null,"prev":URL,"next":URL}`, and `meta` as
    /// `{"path":"..","per_page":20,"next_cursor":"..","prev_cursor":".."}`.
    fn write_links_and_meta(&self, out: &mut Buffer) {
        out.put(br#","links":{"first":null,"last":null,"prev":"#);
        write_cursor_url(out, self.list(), self.prev_cursor());
        out.put(br#","next":"#);
        write_cursor_url(out, self.list(), self.next_cursor());
        out.put(br#"},"meta":{"path":""#);
        escape(out, &self.list().config().url);
        out.piece(|piece: &mut Piece<'_, 48>| {
            piece.put_nullable_number(br#"","per_page":"#, Some(self.per_page().get().into()));
            piece.put(br#","next_cursor":"#);
        });
        write_cursor(out, self.next_cursor());
        out.put(br#","prev_cursor":"#);
        write_cursor(out, self.prev_cursor());
        out.put(b"}}");
    }
}

/// Writes `"URL"` or `null`.
fn write_cursor_url(out: &mut Buffer, list: &ListParameters, cursor: Option<&str>) {
    let Some(cursor) = cursor else { return out.put(b"null") };
    out.put(br#"""#);
    for part in list.before_position() {
        escape(out, part);
    }
    out.put_slice(cursor.as_bytes());
    escape(out, list.after_position());
    out.put(br#"""#);
}

/// Writes `"CURSOR"` or `null`. No character of base64url needs an escape.
fn write_cursor(out: &mut Buffer, cursor: Option<&str>) {
    let Some(cursor) = cursor else { return out.put(b"null") };
    out.put(br#"""#);
    out.put_slice(cursor.as_bytes());
    out.put(br#"""#);
}

/// The URL of page 1 in the output, from which the URLs of the other pages are copied.
struct WrittenUrl {
    before_page: Range<usize>,
    after_page: Range<usize>,
}

impl WrittenUrl {
    /// Writes the URL of page 1, without quotes.
    fn write_first(out: &mut Buffer, list: &ListParameters) -> Self {
        let start = out.len();
        for part in list.before_position() {
            escape(out, part);
        }
        let before_page = start..out.len();
        out.put(b"1");
        let start = out.len();
        escape(out, list.after_position());
        Self { before_page, after_page: start..out.len() }
    }

    /// Writes the URL of a page, without quotes.
    #[inline(always)]
    fn write(&self, out: &mut Buffer, page: u64) {
        out.repeat(self.before_page.clone());
        out.put_number(page);
        if !self.after_page.is_empty() {
            out.repeat(self.after_page.clone());
        }
    }

    /// Writes `"URL"` or `null`.
    fn write_nullable(&self, out: &mut Buffer, page: Option<u64>) {
        let Some(page) = page else { return out.put(b"null") };
        out.put(br#"""#);
        self.write(out, page);
        out.put(br#"""#);
    }

    /// Writes `,{"url":"URL","label":"7","page":7,"active":true}`.
    fn write_numbered_link(&self, out: &mut Buffer, page: u64, is_active: bool) {
        out.put(br#",{"url":""#);
        self.write(out, page);
        out.piece(|piece: &mut Piece<'_, 96>| {
            piece.put_nullable_number(br#"","label":""#, Some(page));
            piece.put_nullable_number(br#"","page":"#, Some(page));
            if is_active {
                piece.put(br#","active":true}"#);
            } else {
                piece.put(br#","active":false}"#);
            }
        });
    }

    /// Writes `"URL","label":"Next »","page":7,"active":false}`, the rest of an entry. The entry is a link to the
    /// previous page, a link to the next page, or a gap.
    fn write_link_without_number(&self, out: &mut Buffer, label: &str, page: Option<u64>) {
        self.write_nullable(out, page);
        out.put(br#","label":""#);
        escape(out, label);
        out.piece(|piece: &mut Piece<'_, 64>| {
            piece.put_nullable_number(br#"","page":"#, page);
            piece.put(br#","active":false}"#);
        });
    }
}
