//! The query and the errors of a store.

mod dyn_trait;
mod hostile_owners;
mod memory;
pub(crate) mod usage;

use std::error::Error;
use std::num::NonZeroU32;

use chrono::{DateTime, TimeDelta};
use tokenfolio::{AccessToken, ListQuery, StatusFilter, StoreError, StoreErrorKind, TokenOrder, TokenStatus};

use crate::endpoint::now;

#[test]
fn a_store_error_prints_its_kind_and_never_its_source() {
    for (kind, message) in [
        (StoreErrorKind::Corrupt, "the store holds corrupt data"),
        (StoreErrorKind::Other, "the store failed"),
        (StoreErrorKind::Timeout, "the store took too long"),
        (StoreErrorKind::Unavailable, "the store is unavailable"),
    ] {
        let error = StoreError::new(kind, std::io::Error::other("s3cret"));
        assert_eq!(error.to_string(), message);
        assert_eq!(kind.to_string(), message);
        assert_eq!(error.kind(), kind);
        let source = error.source().unwrap();
        assert!(source.is::<std::io::Error>());
        assert_eq!(source.to_string(), "s3cret");
    }
}

#[test]
fn a_new_query_requests_the_first_20_by_id() {
    let query = ListQuery::new("ada");
    assert_eq!((query.owner, query.offset, query.limit), ("ada", 0, NonZeroU32::new(20).unwrap()));
    assert_eq!((query.order, query.status), (TokenOrder::OldestFirst, None));
    assert_eq!(TokenOrder::default(), TokenOrder::OldestFirst);
}

#[test]
fn a_status_filter_uses_its_own_time() {
    let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
    token.expires_at = Some(now());
    let matches = |status, now| StatusFilter { status, now }.matches(&token);
    let before = now() - TimeDelta::nanoseconds(1);
    assert!(matches(TokenStatus::Active, before) && !matches(TokenStatus::Expired, before));
    assert!(matches(TokenStatus::Expired, now()) && !matches(TokenStatus::Active, now()));
}

#[test]
fn each_setter_of_a_query_sets_its_own_field() {
    let limit = NonZeroU32::new(7).unwrap();
    let filter = StatusFilter { status: TokenStatus::Expired, now: now() };
    let query =
        ListQuery::new("ada").with_offset(40).with_limit(limit).with_order(TokenOrder::NewestFirst).with_status(filter);
    assert_eq!((query.owner, query.offset, query.limit), ("ada", 40, limit));
    assert_eq!((query.order, query.status), (TokenOrder::NewestFirst, Some(filter)));
    assert_eq!(query.with_status(None).status, None);
}

#[test]
fn an_order_parses_from_its_word_and_from_no_other_text() {
    for (order, word) in [(TokenOrder::OldestFirst, "asc"), (TokenOrder::NewestFirst, "desc")] {
        assert_eq!(word.parse(), Ok(order));
        assert_eq!((order.as_str(), format!("{order:>5}")), (word, format!("{word:>5}")));
    }
    for text in ["", "ASC", "asc ", "ascending", "id"] {
        let error = text.parse::<TokenOrder>().unwrap_err();
        assert_eq!(error.to_string(), format!("unknown order `{text}`, expected `asc` or `desc`"));
    }
}
