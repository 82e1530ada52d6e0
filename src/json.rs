//! The encoder: an envelope's bytes without detours.
//!
//! serde describes a value to a format it does not know, member by member. Here both are known, so what never varies is
//! one piece of text, digits are made in registers, and the part that all URLs of a page share is escaped once and
//! copied. It is safe code throughout, and generated pages prove that its bytes are serde_json's.

use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::address;
use crate::allowed_ips::AllowedIps;
use crate::buffer::Buffer;
use crate::escape::escape;
use crate::paginator::Paginator;
use crate::status::{ReportedStatus, TokenStatus};
use crate::timestamp::Timestamp;
use crate::token::TokenResource;
use crate::urls::PageUrls;

/// What a token needs beside its name and its allow-list, in bytes.
const TOKEN: usize = 192;
/// What an entry of an allow-list needs, in bytes.
const ALLOWED_IP: usize = 20;
/// What an entry of the link array needs beside its URL, in bytes.
const LINK: usize = 56;
/// What `links` and `meta` need beside URLs and the link array, in bytes.
const FRAME: usize = 320;

/// How many bytes a page of tokens takes, about: more only for escaped texts and long numbers.
pub(crate) fn expected_tokens(page: &Paginator<TokenResource>) -> usize {
    let ips = |token: &TokenResource| token.allowed_ips.as_ref().map_or(0, |allowed| allowed.entries().len());
    let tokens = page.items().iter().map(|token| TOKEN + token.name.len() + ALLOWED_IP * ips(token));
    tokens.sum::<usize>() + expected_links_and_meta(page)
}

/// How many bytes all of a page takes that follows its items, about.
pub(crate) fn expected_links_and_meta<T>(page: &Paginator<T>) -> usize {
    let url: usize = page.urls().before_page().into_iter().chain([page.urls().after_page()]).map(str::len).sum();
    // Both ends of the window, the current page, gaps, and the links to the pages before and after.
    let links = page.style().array().map_or(0, |_| 9 + 2 * usize::from(page.style().on_each_side));
    FRAME + 5 * url + links * (url + LINK)
}

/// Writes a page of tokens.
pub(crate) fn tokens(out: &mut Buffer<'_>, page: &Paginator<TokenResource>) {
    out.put(b"{\"data\":[");
    for (at, item) in page.items().iter().enumerate() {
        if at > 0 {
            out.put(b",");
        }
        token(out, item);
    }
    out.put(b"]");
    links_and_meta(out, page);
}

/// Writes all of a page that follows its items.
pub(crate) fn links_and_meta<T>(out: &mut Buffer<'_>, page: &Paginator<T>) {
    let (prev, next) = (page.prev(), page.next());
    out.put(b",\"links\":{\"first\":\"");
    let url = Url::write_first(out, page.urls());
    out.put(b"\",\"last\":\"");
    url.write(out, page.last_linked());
    out.put(b"\",\"prev\":");
    url.write_nullable(out, prev);
    out.put(b",\"next\":");
    url.write_nullable(out, next);
    out.put(b"},\"meta\":");
    out.put_number(b"{\"current_page\":", page.current_page());
    nullable(out, b",\"from\":", page.from());
    out.put_number(b",\"last_page\":", page.last_page());
    if let Some(labels) = page.style().array() {
        out.put(b",\"links\":[");
        url.write_link(out, &labels.previous, prev);
        for (at, run) in page.runs().enumerate() {
            if at > 0 {
                out.put(b",");
                url.write_link(out, &labels.gap, None);
            }
            for number in run {
                url.write_page(out, number, number == page.current_page());
            }
        }
        out.put(b",");
        url.write_link(out, &labels.next, next);
        out.put(b"]");
    }
    out.put(b",\"path\":\"");
    escape(out, page.urls().path());
    out.put_number(b"\",\"per_page\":", page.per_page().get().into());
    nullable(out, b",\"to\":", page.to());
    out.put_number(b",\"total\":", page.total());
    out.put(b"}}");
}

/// What all URLs of a page share, as the places in the output where it stands already.
struct Url {
    prefix: Range<usize>,
    suffix: Range<usize>,
}

impl Url {
    /// Writes the URL of page 1, from which the others are copied.
    fn write_first(out: &mut Buffer<'_>, urls: &PageUrls) -> Self {
        let start = out.len();
        for part in urls.before_page() {
            escape(out, part);
        }
        let prefix = start..out.len();
        out.put(b"1");
        let start = out.len();
        escape(out, urls.after_page());
        Self { prefix, suffix: start..out.len() }
    }

    #[inline(always)]
    fn write(&self, out: &mut Buffer<'_>, page: u64) {
        out.put_again(self.prefix.clone());
        out.put_number(b"", page);
        if !self.suffix.is_empty() {
            out.put_again(self.suffix.clone());
        }
    }

    fn write_nullable(&self, out: &mut Buffer<'_>, page: Option<u64>) {
        let Some(page) = page else { return out.put(b"null") };
        out.put(b"\"");
        self.write(out, page);
        out.put(b"\"");
    }

    /// Writes the entry of the link array for a page by its number.
    fn write_page(&self, out: &mut Buffer<'_>, page: u64, is_active: bool) {
        out.put(b",{\"url\":\"");
        self.write(out, page);
        out.put_number(b"\",\"label\":\"", page);
        out.put_number(b"\",\"page\":", page);
        if is_active {
            out.put(b",\"active\":true}");
        } else {
            out.put(b",\"active\":false}");
        }
    }

    /// Writes the entry of the link array for the page before or after, or for a gap.
    fn write_link(&self, out: &mut Buffer<'_>, label: &str, page: Option<u64>) {
        out.put(b"{\"url\":");
        self.write_nullable(out, page);
        out.put(b",\"label\":\"");
        escape(out, label);
        match page {
            Some(page) => out.put_number(b"\",\"page\":", page),
            None => out.put(b"\",\"page\":null"),
        }
        out.put(b",\"active\":false}");
    }
}

/// Writes a member that is a number, or null.
fn nullable<const N: usize>(out: &mut Buffer<'_>, key: &[u8; N], number: Option<u64>) {
    match number {
        Some(number) => out.put_number(key, number),
        None => {
            out.put(key);
            out.put(b"null");
        }
    }
}

/// Writes a token: the eight members of its wire form.
fn token(out: &mut Buffer<'_>, token: &TokenResource) {
    let id = token.id.0.unsigned_abs();
    if token.id.0 < 0 {
        out.put_number(b"{\"id\":-", id);
    } else {
        out.put_number(b"{\"id\":", id);
    }
    out.put(b",\"name\":\"");
    escape(out, &token.name);
    match &token.status {
        ReportedStatus::Known(TokenStatus::Active) => out.put(b"\",\"status\":\"active\""),
        ReportedStatus::Known(TokenStatus::Expired) => out.put(b"\",\"status\":\"expired\""),
        ReportedStatus::Known(TokenStatus::Revoked) => out.put(b"\",\"status\":\"revoked\""),
        ReportedStatus::Other(status) => {
            out.put(b"\",\"status\":\"");
            escape(out, status.as_str());
            out.put(b"\"");
        }
    }
    instant(out, b",\"last_used_at\":", token.last_used_at);
    out.put_number(b",\"usage_count\":", token.usage_count);
    instant(out, b",\"expires_at\":", token.expires_at);
    instant(out, b",\"created_at\":", Some(token.created_at));
    allowed_ips(out, token.allowed_ips.as_ref());
}

/// Writes a member that is an instant, or null.
#[inline(always)]
fn instant<const N: usize>(out: &mut Buffer<'_>, key: &[u8; N], at: Option<DateTime<Utc>>) {
    let Some(at) = at else {
        out.put(key);
        return out.put(b"null");
    };
    let (date, time, rest) = Timestamp(at).to_words();
    // Room for the longest key, and the instant in quotes.
    out.piece(|room: &mut [u8; 40]| {
        room[..N].copy_from_slice(key);
        room[N] = b'"';
        room[N + 1..N + 9].copy_from_slice(&date);
        room[N + 9..N + 17].copy_from_slice(&time);
        room[N + 17..N + 21].copy_from_slice(&rest);
        room[N + 21] = b'"';
        N + 22
    });
}

/// Writes the last member of a token: an allow-list, or null.
fn allowed_ips(out: &mut Buffer<'_>, allowed: Option<&AllowedIps>) {
    let Some(allowed) = allowed else { return out.put(b",\"allowed_ips\":null}") };
    out.put(b",\"allowed_ips\":[");
    for (at, entry) in allowed.entries().iter().enumerate() {
        if at > 0 {
            out.put(b",");
        }
        out.put(b"\"");
        address::write(out, entry.range().addr());
        if !entry.is_bare() {
            out.put_number(b"/", entry.range().prefix_len().into());
        }
        out.put(b"\"");
    }
    out.put(b"]}");
}
