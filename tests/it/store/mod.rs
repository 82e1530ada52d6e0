//! The query and the errors of a store.

mod dyn_trait;
mod memory;
pub(crate) mod usage;

use std::error::Error;
use std::num::NonZeroU32;

use chrono::{DateTime, TimeDelta};
use tokenfolio::{AccessToken, ListQuery, StatusFilter, StoreError, StoreErrorKind, TokenOrder, TokenStatus};

use crate::endpoint::now;

#[test]
fn a_store_error_says_its_kind_and_never_its_source() {
    for (kind, message) in [
        (StoreErrorKind::Corrupt, "the token store holds corrupt data"),
        (StoreErrorKind::Other, "the token store failed"),
        (StoreErrorKind::Timeout, "the token store took too long"),
        (StoreErrorKind::Unavailable, "the token store is unavailable"),
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
fn a_query_begins_with_the_first_20_by_id() {
    let query = ListQuery::new("ada");
    assert_eq!((query.owner, query.offset, query.limit), ("ada", 0, NonZeroU32::new(20).unwrap()));
    assert_eq!((query.order, query.status), (TokenOrder::OldestFirst, None));
    assert_eq!(TokenOrder::default(), TokenOrder::OldestFirst);
}

#[test]
fn a_status_filter_follows_its_instant() {
    let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
    token.expires_at = Some(now());
    let matches = |status, now| StatusFilter { status, now }.matches(&token);
    let before = now() - TimeDelta::nanoseconds(1);
    assert!(matches(TokenStatus::Active, before) && !matches(TokenStatus::Expired, before));
    assert!(matches(TokenStatus::Expired, now()) && !matches(TokenStatus::Active, now()));
}
