//! The encoder: an envelope's bytes without detours.
//!
//! serde describes a value to a format it does not know, member by member. Here both are known, so what never varies is
//! one piece of text, digits are made in registers, and the part that all URLs of a page share is escaped once and
//! copied. It is safe code throughout, and generated pages prove that its bytes are serde_json's.

use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::page::paginator::Paginator;
use crate::page::urls::PageUrls;
use crate::text::buffer::{Buffer, Piece};
use crate::text::json_escape::escape;
use crate::token::TokenResource;
use crate::token::allowed_ips::AllowedIps;
use crate::token::status::{ReportedStatus, TokenStatus};
use crate::token::timestamp::Timestamp;

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
pub(crate) fn tokens(out: &mut Buffer, page: &Paginator<TokenResource>) {
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
pub(crate) fn links_and_meta<T>(out: &mut Buffer, page: &Paginator<T>) {
    let (prev, next) = (page.prev(), page.next());
    out.put(b",\"links\":{\"first\":\"");
    let url = Url::write_first(out, page.urls());
    out.put(b"\",\"last\":\"");
    url.write(out, page.last_linked());
    out.put(b"\",\"prev\":");
    url.write_nullable(out, prev);
    out.put(b",\"next\":");
    url.write_nullable(out, next);
    out.piece(|piece: &mut Piece<'_, 128>| {
        number(piece, b"},\"meta\":{\"current_page\":", Some(page.current_page()));
        number(piece, b",\"from\":", page.from());
        number(piece, b",\"last_page\":", Some(page.last_page()));
    });
    if let Some(labels) = page.style().array() {
        out.put(b",\"links\":[{\"url\":");
        url.write_link(out, &labels.previous, prev);
        for (at, run) in page.runs().enumerate() {
            if at > 0 {
                out.put(b",{\"url\":");
                url.write_link(out, &labels.gap, None);
            }
            for number in run {
                url.write_page(out, number, number == page.current_page());
            }
        }
        out.put(b",{\"url\":");
        url.write_link(out, &labels.next, next);
        out.put(b"]");
    }
    out.put(b",\"path\":\"");
    escape(out, page.urls().path());
    out.piece(|piece: &mut Piece<'_, 128>| {
        number(piece, b"\",\"per_page\":", Some(page.per_page().get().into()));
        number(piece, b",\"to\":", page.to());
        number(piece, b",\"total\":", Some(page.total()));
        piece.put(b"}}");
    });
}

/// What all URLs of a page share, as the places in the output where it stands already.
struct Url {
    prefix: Range<usize>,
    suffix: Range<usize>,
}

impl Url {
    /// Writes the URL of page 1, from which the others are copied.
    fn write_first(out: &mut Buffer, urls: &PageUrls) -> Self {
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
    fn write(&self, out: &mut Buffer, page: u64) {
        out.put_again(self.prefix.clone());
        out.put_number(page);
        if !self.suffix.is_empty() {
            out.put_again(self.suffix.clone());
        }
    }

    fn write_nullable(&self, out: &mut Buffer, page: Option<u64>) {
        let Some(page) = page else { return out.put(b"null") };
        out.put(b"\"");
        self.write(out, page);
        out.put(b"\"");
    }

    /// Writes the entry of the link array for a page by its number.
    fn write_page(&self, out: &mut Buffer, page: u64, is_active: bool) {
        out.put(b",{\"url\":\"");
        self.write(out, page);
        out.piece(|piece: &mut Piece<'_, 96>| {
            number(piece, b"\",\"label\":\"", Some(page));
            number(piece, b"\",\"page\":", Some(page));
            if is_active {
                piece.put(b",\"active\":true}");
            } else {
                piece.put(b",\"active\":false}");
            }
        });
    }

    /// Writes the rest of the entry of the link array for the page before or after, or for a gap.
    fn write_link(&self, out: &mut Buffer, label: &str, page: Option<u64>) {
        self.write_nullable(out, page);
        out.put(b",\"label\":\"");
        escape(out, label);
        out.piece(|piece: &mut Piece<'_, 64>| {
            number(piece, b"\",\"page\":", page);
            piece.put(b",\"active\":false}");
        });
    }
}

/// Writes a token: the eight members of its wire form.
fn token(out: &mut Buffer, token: &TokenResource) {
    out.piece(|piece: &mut Piece<'_, 40>| {
        piece.put(b"{\"id\":");
        if token.id.0 < 0 {
            piece.put(b"-");
        }
        piece.put_number(token.id.0.unsigned_abs());
        piece.put(b",\"name\":\"");
    });
    escape(out, &token.name);
    if let ReportedStatus::Other(status) = &token.status {
        out.put(b"\",\"status\":\"");
        escape(out, status.as_str());
    }
    out.piece(|piece: &mut Piece<'_, 200>| {
        match token.status {
            ReportedStatus::Known(TokenStatus::Active) => piece.put(b"\",\"status\":\"active\""),
            ReportedStatus::Known(TokenStatus::Expired) => piece.put(b"\",\"status\":\"expired\""),
            ReportedStatus::Known(TokenStatus::Revoked) => piece.put(b"\",\"status\":\"revoked\""),
            ReportedStatus::Other(_) => piece.put(b"\""),
        }
        instant(piece, b",\"last_used_at\":", token.last_used_at);
        number(piece, b",\"usage_count\":", Some(token.usage_count));
        instant(piece, b",\"expires_at\":", token.expires_at);
        instant(piece, b",\"created_at\":", Some(token.created_at));
        piece.put(b",\"allowed_ips\":");
    });
    match &token.allowed_ips {
        Some(allowed) => allowed_ips(out, allowed),
        None => out.put(b"null}"),
    }
}

/// Writes a member that is a number, or null.
#[inline(always)]
fn number<const N: usize, const KEY: usize>(piece: &mut Piece<'_, N>, key: &[u8; KEY], number: Option<u64>) {
    piece.put(key);
    match number {
        Some(number) => piece.put_number(number),
        None => piece.put(b"null"),
    }
}

/// Writes a member that is an instant, or null.
#[inline(always)]
fn instant<const N: usize, const KEY: usize>(piece: &mut Piece<'_, N>, key: &[u8; KEY], at: Option<DateTime<Utc>>) {
    piece.put(key);
    let Some(at) = at else { return piece.put(b"null") };
    let (date, time, rest) = Timestamp(at).to_words();
    piece.put(b"\"");
    piece.put(&date);
    piece.put(&time);
    piece.put(&rest);
    piece.put(b"\"");
}

/// Writes an allow-list, and the end of its token.
fn allowed_ips(out: &mut Buffer, allowed: &AllowedIps) {
    out.put(b"[");
    for (at, entry) in allowed.entries().iter().enumerate() {
        if at > 0 {
            out.put(b",");
        }
        out.put(b"\"");
        out.piece(|piece| entry.write(piece));
        out.put(b"\"");
    }
    out.put(b"]}");
}
