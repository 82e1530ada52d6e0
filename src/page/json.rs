//! Encodes a page as JSON bytes.
//!
//! serde hands a value to a format one member at a time. This encoder knows both the type and the format: text that
//! never changes is written in one piece, digits are computed in registers, and the part that all URLs of a page share
//! is escaped once and copied afterwards. The bytes are the same as serde_json's.

use std::mem;
use std::ops::Range;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::page::paginator::Paginator;
use crate::page::request::PageRequest;
use crate::text::buffer::{Buffer, Piece};
use crate::text::digits;
use crate::text::json_escape::escape;
use crate::token::TokenResource;
use crate::token::allowed_ips::{AllowedIps, WrittenEntry};
use crate::token::status::{ReportedStatus, TokenStatus};
use crate::token::timestamp::Timestamp;

/// A token without a name, numbers, nullable times and an allow-list, and the comma after it.
const TOKEN_LEN: usize = r#"{"id":,"name":"","status":"revoked","last_used_at":,"usage_count":,"expires_at":,"#.len()
    + r#""created_at":"2024-03-01T18:11:00Z","allowed_ips":null},"#.len();
const NULL_LEN: usize = "null".len();
const TIMESTAMP_LEN: usize = r#""2024-03-01T18:11:00Z""#.len();
/// An entry of an allow-list, with its quotes and comma.
const ALLOWED_IP_LEN: usize = r#""203.0.113.128/25","#.len();
/// An entry of the link array, without its URL, label and page.
const LINK_LEN: usize = r#",{"url":"","label":"","page":,"active":false}"#.len();
/// `links` and `meta` without the link array, URLs, the path and numbers.
const LINKS_AND_META_LEN: usize = r#"{"data":[],"links":{"first":"","last":"","prev":,"next":},"meta":{"#.len()
    + r#""current_page":,"from":,"last_page":,"links":[],"path":""}"#.len();
/// The maximum length of the end of `meta`, with its numbers: a u32 and two u64.
const META_END_LEN: usize = r#"","per_page":4294967295,"to":,"total":}}"#.len() + 2 * 20;

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
        out.clear();
        out.extend_from_slice(br#"{"data":"#);
        serde_json::to_writer(&mut *out, self.items())?;
        let mut buffer = Buffer::append_to(mem::take(out), estimated_links_and_meta_len(self));
        write_links_and_meta(&mut buffer, self);
        *out = buffer.finish();
        Ok(())
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
        // A buffer that was used before is most likely large enough, and grows if it is not.
        let estimated_len = if out.capacity() == 0 { estimated_len(self) } else { 0 };
        let mut buffer = Buffer::overwrite(mem::take(out), estimated_len);
        write_page(&mut buffer, self);
        *out = buffer.finish();
    }
}

/// Estimates the length of a page of tokens. Escapes and IPv6 addresses can make the page longer.
fn estimated_len(page: &Paginator<TokenResource>) -> usize {
    let tokens = page.items();
    let mut len = tokens.len() * (TOKEN_LEN + 2 * NULL_LEN);
    // The highest bits of all ids, and of all counts: a number that is as long as the longest.
    let mut ids = 0;
    let mut counts = 0;
    for token in tokens {
        ids |= token.id.0.unsigned_abs();
        counts |= token.usage_count;
        let times = usize::from(token.last_used_at.is_some()) + usize::from(token.expires_at.is_some());
        let allowed_ips = token.allowed_ips.as_ref().map_or(0, |allowed| allowed.entries().len());
        len += token.name.len() + times * (TIMESTAMP_LEN - NULL_LEN) + allowed_ips * ALLOWED_IP_LEN;
    }
    len += tokens.len() * (digits::max_len(ids) + digits::max_len(counts));
    len + estimated_links_and_meta_len(page)
}

/// Estimates the length of the part of a page that follows its items. Escapes can make it longer.
fn estimated_links_and_meta_len<T>(page: &Paginator<T>) -> usize {
    let before_page = page.request().before_page().into_iter().map(str::len).sum::<usize>();
    let url_without_page = before_page + page.request().after_page().len();
    let url_len = |page: u64| url_without_page + digits::max_len(page);
    let number_len = |number: Option<u64>| number.map_or(NULL_LEN, digits::max_len);
    let prev = page.prev_page();
    let next = page.next_page();
    let nullable_url_len = |page: Option<u64>| page.map_or(NULL_LEN, |page| url_len(page) + r#""""#.len());

    let mut len = LINKS_AND_META_LEN + page.config().url.len() + META_END_LEN;
    len += url_len(1) + url_len(page.last_linked_page()) + nullable_url_len(prev) + nullable_url_len(next);
    len += number_len(Some(page.current_page())) + number_len(page.from()) + number_len(Some(page.last_page()));
    if let Some(labels) = page.style().array() {
        for (label, page) in [(&labels.previous, prev), (&labels.next, next)] {
            len += LINK_LEN + label.len() + nullable_url_len(page) + number_len(page);
        }
        for run in page.runs() {
            let links = usize::try_from(run.end() - run.start() + 1).unwrap_or_default();
            len += links * (LINK_LEN + url_len(*run.end()) + 2 * digits::max_len(*run.end()));
            len += LINK_LEN + labels.gap.len() + 2 * NULL_LEN;
        }
    }
    len
}

/// Writes `{"data":[TOKEN,TOKEN],"links":{..},"meta":{..}}`.
fn write_page(out: &mut Buffer, page: &Paginator<TokenResource>) {
    out.put(br#"{"data":["#);
    for (index, token) in page.items().iter().enumerate() {
        if index > 0 {
            out.put(b",");
        }
        write_token(out, token);
    }
    out.put(b"]");
    write_links_and_meta(out, page);
}

/// Writes `,"links":{"first":URL,"last":URL,"prev":URL,"next":URL},"meta":{..}}`, up to the end of the page.
///
/// `meta` is `{"current_page":1,"from":1,"last_page":1,"links":[LINK,..],"path":"..","per_page":20,"to":1,"total":1}`.
fn write_links_and_meta<T>(out: &mut Buffer, page: &Paginator<T>) {
    let prev = page.prev_page();
    let next = page.next_page();
    out.put(br#","links":{"first":""#);
    let url = WrittenUrl::write_first(out, page.request());
    out.put(br#"","last":""#);
    url.write(out, page.last_linked_page());
    out.put(br#"","prev":"#);
    url.write_nullable(out, prev);
    out.put(br#","next":"#);
    url.write_nullable(out, next);
    out.piece(|piece: &mut Piece<'_, 128>| {
        put_number(piece, br#"},"meta":{"current_page":"#, Some(page.current_page()));
        put_number(piece, br#","from":"#, page.from());
        put_number(piece, br#","last_page":"#, Some(page.last_page()));
    });
    if let Some(labels) = page.style().array() {
        out.put(br#","links":[{"url":"#);
        url.write_link_without_number(out, &labels.previous, prev);
        for (index, run) in page.runs().enumerate() {
            if index > 0 {
                out.put(br#",{"url":"#);
                url.write_link_without_number(out, &labels.gap, None);
            }
            for number in run {
                url.write_numbered_link(out, number, number == page.current_page());
            }
        }
        out.put(br#",{"url":"#);
        url.write_link_without_number(out, &labels.next, next);
        out.put(b"]");
    }
    out.put(br#","path":""#);
    escape(out, &page.config().url);
    out.piece(|piece: &mut Piece<'_, META_END_LEN>| {
        put_number(piece, br#"","per_page":"#, Some(page.per_page().get().into()));
        put_number(piece, br#","to":"#, page.to());
        put_number(piece, br#","total":"#, Some(page.total()));
        piece.put(b"}}");
    });
}

/// The URL of page 1 in the output, from which the URLs of the other pages are copied.
struct WrittenUrl {
    before_page: Range<usize>,
    after_page: Range<usize>,
}

impl WrittenUrl {
    /// Writes the URL of page 1, without quotes.
    fn write_first(out: &mut Buffer, request: &PageRequest) -> Self {
        let start = out.len();
        for part in request.before_page() {
            escape(out, part);
        }
        let before_page = start..out.len();
        out.put(b"1");
        let start = out.len();
        escape(out, request.after_page());
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
            put_number(piece, br#"","label":""#, Some(page));
            put_number(piece, br#"","page":"#, Some(page));
            if is_active {
                piece.put(br#","active":true}"#);
            } else {
                piece.put(br#","active":false}"#);
            }
        });
    }

    /// Writes `"URL","label":"Next »","page":7,"active":false}`, the rest of a link to the previous or the next page, or
    /// of a gap.
    fn write_link_without_number(&self, out: &mut Buffer, label: &str, page: Option<u64>) {
        self.write_nullable(out, page);
        out.put(br#","label":""#);
        escape(out, label);
        out.piece(|piece: &mut Piece<'_, 64>| {
            put_number(piece, br#"","page":"#, page);
            piece.put(br#","active":false}"#);
        });
    }
}

/// Writes `{"id":1,"name":"..","status":"active","last_used_at":null,"usage_count":0,"expires_at":null,
/// "created_at":"..","allowed_ips":null}`.
fn write_token(out: &mut Buffer, token: &TokenResource) {
    out.piece(|piece: &mut Piece<'_, 40>| {
        piece.put(br#"{"id":"#);
        if token.id.0 < 0 {
            piece.put(b"-");
        }
        piece.put_number(token.id.0.unsigned_abs());
        piece.put(br#","name":""#);
    });
    escape(out, &token.name);
    if let ReportedStatus::Other(status) = &token.status {
        out.put(br#"","status":""#);
        escape(out, status.as_str());
    }
    out.piece(|piece: &mut Piece<'_, 200>| {
        match token.status {
            ReportedStatus::Known(TokenStatus::Active) => piece.put(br#"","status":"active""#),
            ReportedStatus::Known(TokenStatus::Expired) => piece.put(br#"","status":"expired""#),
            ReportedStatus::Known(TokenStatus::Revoked) => piece.put(br#"","status":"revoked""#),
            ReportedStatus::Other(_) => piece.put(br#"""#),
        }
        put_timestamp(piece, br#","last_used_at":"#, token.last_used_at);
        put_number(piece, br#","usage_count":"#, Some(token.usage_count));
        put_timestamp(piece, br#","expires_at":"#, token.expires_at);
        put_timestamp(piece, br#","created_at":"#, Some(token.created_at));
        piece.put(br#","allowed_ips":"#);
    });
    match &token.allowed_ips {
        Some(allowed) => write_allowed_ips(out, allowed),
        None => out.put(b"null}"),
    }
}

/// Writes `["10.0.0.0/24","203.0.113.12"]}`, the allow-list and the end of its token.
fn write_allowed_ips(out: &mut Buffer, allowed: &AllowedIps) {
    out.put(b"[");
    for (index, entry) in allowed.written_entries().enumerate() {
        if index > 0 {
            out.put(b",");
        }
        out.put(br#"""#);
        match entry {
            WrittenEntry::Known(entry) => out.piece(|piece| entry.write(piece)),
            WrittenEntry::Unknown(text) => escape(out, text),
        }
        out.put(br#"""#);
    }
    out.put(b"]}");
}

/// Writes a key, which includes its colon, and a number or `null`.
#[inline(always)]
fn put_number<const N: usize, const KEY: usize>(piece: &mut Piece<'_, N>, key: &[u8; KEY], number: Option<u64>) {
    piece.put(key);
    match number {
        Some(number) => piece.put_number(number),
        None => piece.put(b"null"),
    }
}

/// Writes a key, which includes its colon, and `"2024-03-01T18:11:00Z"` or `null`.
#[inline(always)]
fn put_timestamp<const N: usize, const KEY: usize>(
    piece: &mut Piece<'_, N>,
    key: &[u8; KEY],
    time: Option<DateTime<Utc>>,
) {
    piece.put(key);
    let Some(time) = time else { return piece.put(b"null") };
    let text = Timestamp(time).to_text();
    piece.put(br#"""#);
    piece.put(&text.year_and_month);
    piece.put(&text.day_and_minute);
    piece.put(&text.second);
    piece.put(br#"""#);
}
