//! Writes tokens as JSON bytes, the same as serde_json's.

use chrono::{DateTime, Utc};

use crate::text::buffer::{Buffer, Piece};
use crate::text::digits;
use crate::text::json_escape::escape;
use crate::token::allowed_ips::{AllowedIps, WrittenEntry};
use crate::token::status::{ReportedStatus, TokenStatus};
use crate::token::timestamp::Timestamp;
use crate::token::{AccessToken, TokenId, TokenResource};

/// The length of a token with a comma, not counting its name, numbers and nullable times. Its allow-list is `null`.
const TOKEN_LEN: usize = r#"{"id":,"name":"","status":"revoked","last_used_at":,"usage_count":,"expires_at":,"#.len()
    + r#""created_at":"2024-03-01T18:11:00Z","allowed_ips":null},"#.len();
const NULL_LEN: usize = "null".len();
const TIMESTAMP_LEN: usize = r#""2024-03-01T18:11:00Z""#.len();
/// The expected length of an entry of an allow-list, with its quotes and comma.
const ALLOWED_IP_LEN: usize = r#""203.0.113.128/25","#.len();

/// A token to write: a [`TokenResource`], or an [`AccessToken`] with the time at which its status is derived.
///
/// The encoder is compiled for each of the two types, so that an `AccessToken` is written without becoming a resource
/// first.
pub(crate) trait WrittenToken {
    fn id(&self) -> TokenId;
    fn name(&self) -> &str;
    fn status(&self) -> WrittenStatus<'_>;
    fn last_used_at(&self) -> Option<DateTime<Utc>>;
    fn usage_count(&self) -> u64;
    fn expires_at(&self) -> Option<DateTime<Utc>>;
    fn created_at(&self) -> DateTime<Utc>;
    fn allowed_ips(&self) -> Option<&AllowedIps>;
}

pub(crate) enum WrittenStatus<'t> {
    Known(TokenStatus),
    /// A text that can need escapes.
    Other(&'t str),
}

/// An [`AccessToken`], and the time at which its status is derived.
pub(crate) struct RecordAt<'t> {
    pub(crate) record: &'t AccessToken,
    pub(crate) now: DateTime<Utc>,
}

/// Implements [`WrittenToken`] for a type. `$fields` has the fields of a token, and `$status` is its status.
macro_rules! written_token {
    ($type:ty, |$token:ident| $fields:expr, $status:expr) => {
        impl WrittenToken for $type {
            #[inline(always)]
            fn id(&self) -> TokenId {
                let $token = self;
                $fields.id
            }

            #[inline(always)]
            fn name(&self) -> &str {
                let $token = self;
                &$fields.name
            }

            #[inline(always)]
            fn status(&self) -> WrittenStatus<'_> {
                let $token = self;
                $status
            }

            #[inline(always)]
            fn last_used_at(&self) -> Option<DateTime<Utc>> {
                let $token = self;
                $fields.last_used_at
            }

            #[inline(always)]
            fn usage_count(&self) -> u64 {
                let $token = self;
                $fields.usage_count
            }

            #[inline(always)]
            fn expires_at(&self) -> Option<DateTime<Utc>> {
                let $token = self;
                $fields.expires_at
            }

            #[inline(always)]
            fn created_at(&self) -> DateTime<Utc> {
                let $token = self;
                $fields.created_at
            }

            #[inline(always)]
            fn allowed_ips(&self) -> Option<&AllowedIps> {
                let $token = self;
                $fields.allowed_ips.as_ref()
            }
        }
    };
}

written_token!(RecordAt<'_>, |token| token.record, WrittenStatus::Known(token.record.status(token.now)));
written_token!(
    &TokenResource,
    |token| token,
    match &token.status {
        ReportedStatus::Known(status) => WrittenStatus::Known(*status),
        ReportedStatus::Other(status) => WrittenStatus::Other(status.as_str()),
    }
);

/// Estimates the length of tokens with commas between them. Escapes and IPv6 addresses can make them longer.
pub(crate) fn estimated_tokens_len(tokens: impl ExactSizeIterator<Item = impl WrittenToken>) -> usize {
    let token_count = tokens.len();
    let mut len = token_count * (TOKEN_LEN + 2 * NULL_LEN);
    // A bitwise OR of all ids is at least as long as the longest id. The same holds for the counts.
    let mut ids = 0;
    let mut counts = 0;
    for token in tokens {
        ids |= token.id().0.unsigned_abs();
        counts |= token.usage_count();
        let times = [token.last_used_at(), token.expires_at()].iter().flatten().count();
        let allowed_ips = token.allowed_ips().map_or(0, |allowed| allowed.entries().len());
        len += token.name().len() + times * (TIMESTAMP_LEN - NULL_LEN) + allowed_ips * ALLOWED_IP_LEN;
    }
    len += token_count * (digits::max_len(ids) + digits::max_len(counts));
    len
}

/// Writes `TOKEN,TOKEN`.
pub(crate) fn write_tokens(out: &mut Buffer, tokens: impl Iterator<Item = impl WrittenToken>) {
    for (index, token) in tokens.enumerate() {
        if index > 0 {
            out.put(b",");
        }
        write_token(out, &token);
    }
}

/// Writes `{"id":1,"name":"..","status":"active","last_used_at":null,"usage_count":0,"expires_at":null,
/// "created_at":"..","allowed_ips":null}`.
fn write_token(out: &mut Buffer, token: &impl WrittenToken) {
    out.piece(|piece: &mut Piece<'_, 40>| {
        piece.put(br#"{"id":"#);
        if token.id().0 < 0 {
            piece.put(b"-");
        }
        piece.put_number(token.id().0.unsigned_abs());
        piece.put(br#","name":""#);
    });
    escape(out, token.name());
    let status = token.status();
    if let WrittenStatus::Other(status) = status {
        out.put(br#"","status":""#);
        escape(out, status);
    }
    out.piece(|piece: &mut Piece<'_, 200>| {
        match status {
            WrittenStatus::Known(TokenStatus::Active) => piece.put(br#"","status":"active""#),
            WrittenStatus::Known(TokenStatus::Expired) => piece.put(br#"","status":"expired""#),
            WrittenStatus::Known(TokenStatus::Revoked) => piece.put(br#"","status":"revoked""#),
            WrittenStatus::Other(_) => piece.put(br#"""#),
        }
        put_timestamp(piece, br#","last_used_at":"#, token.last_used_at());
        piece.put_nullable_number(br#","usage_count":"#, Some(token.usage_count()));
        put_timestamp(piece, br#","expires_at":"#, token.expires_at());
        put_timestamp(piece, br#","created_at":"#, Some(token.created_at()));
        piece.put(br#","allowed_ips":"#);
    });
    match token.allowed_ips() {
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
