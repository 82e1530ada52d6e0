//! The status of tokens.

use std::hint::black_box;

use chrono::{DateTime, Utc};
use tokenfolio::TokenStatus;

use crate::measure::{Table, Variant};
use crate::page;

const TOKENS: u32 = 1_000;

pub(crate) fn measure(table: &mut Table) {
    let tokens: Vec<_> = (0..i64::from(TOKENS)).map(page::token).collect();
    let now = page::now();
    for token in &tokens {
        assert_eq!(token.status(now), naive(token.revoked_at, token.expires_at, now));
    }
    let variants = vec![
        Variant::repeated("naive", TOKENS, || {
            for token in black_box(&tokens) {
                black_box(naive(token.revoked_at, token.expires_at, now));
            }
        }),
        Variant::repeated("ours", TOKENS, || {
            for token in black_box(&tokens) {
                black_box(token.status(now));
            }
        }),
        Variant::repeated("ours, a clock read for each", TOKENS, || {
            for token in black_box(&tokens) {
                black_box(token.status(Utc::now()));
            }
        }),
    ];
    table.measure("the status of a token", &[0], variants);
}

/// A common implementation. It subtracts times instead of comparing them.
fn naive(revoked_at: Option<DateTime<Utc>>, expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> TokenStatus {
    let is_reached = |time: Option<DateTime<Utc>>| time.is_some_and(|time| (now - time).num_milliseconds() >= 0);
    match (is_reached(revoked_at), is_reached(expires_at)) {
        (true, _) => TokenStatus::Revoked,
        (false, true) => TokenStatus::Expired,
        (false, false) => TokenStatus::Active,
    }
}
