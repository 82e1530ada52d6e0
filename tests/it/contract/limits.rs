//! Tables with limits. A table may reject tokens, and it may truncate the fractions of times. It must not change tokens
//! in any other way.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Timelike, Utc};
use pollster::block_on;
use tokenfolio::contract::{self, Fixture, FixtureError, FixtureFuture, Limits};
use tokenfolio::{AccessToken, MemoryStore, TokenId};

use super::OPTIONAL;
use super::harness::{names, sleep};

const INSTANTS: &str = "instants_come_back_to_the_microsecond";
const IDS: &str = "ids_are_ordered_as_signed_numbers";
const FILTER: &str = "a_status_filter_agrees_with_the_derived_status";

/// A table that stores each token after a function has changed or rejected the token. Some of the functions break the
/// contract.
struct Limited {
    memory: MemoryStore<u64>,
    owners: AtomicU64,
    limits: Limits,
    stored: fn(AccessToken) -> Option<AccessToken>,
}

impl Fixture for Limited {
    type Owner = u64;
    type Store = MemoryStore<u64>;

    fn store(&self) -> &MemoryStore<u64> {
        &self.memory
    }

    fn fresh_owner(&self) -> u64 {
        self.owners.fetch_add(1, Ordering::Relaxed)
    }

    async fn insert(&self, owner: &u64, token: AccessToken) -> Result<(), FixtureError> {
        self.memory.insert(*owner, (self.stored)(token).ok_or("out of range")?);
        Ok(())
    }

    async fn remove(&self, owner: &u64, id: TokenId) -> Result<(), FixtureError> {
        self.memory.remove(owner, id).map(drop).ok_or_else(|| "no such token".into())
    }

    async fn sleep(&self, duration: Duration) {
        sleep(duration).await;
    }

    fn limits(&self) -> Limits {
        self.limits.clone()
    }

    fn stop_backend(&self) -> Option<FixtureFuture<'_>> {
        None
    }

    fn start_backend(&self) -> Option<FixtureFuture<'_>> {
        None
    }

    fn corrupt_row(&self, _owner: u64, _id: TokenId) -> Option<FixtureFuture<'_>> {
        None
    }
}

/// Checks that a table with these limits breaks exactly these clauses.
#[track_caller]
fn check(limits: Limits, stored: fn(AccessToken) -> Option<AccessToken>, breaks: &[&str]) {
    let fixture = Limited { memory: MemoryStore::new(), owners: AtomicU64::new(0), limits, stored };
    match block_on(contract::check_all(&fixture)) {
        Ok(skipped) => {
            assert_eq!(skipped.clauses(), OPTIONAL);
            assert_eq!(breaks, [""; 0]);
        }
        Err(violations) => assert_eq!(names(Some(&violations)), breaks, "{violations}"),
    }
}

fn unsigned() -> Limits {
    Limits::default().with_min_id(TokenId(0))
}

/// Returns the limits of a column that stores seconds since 1970 in 32 bits.
fn in_32_bits() -> Limits {
    let end = DateTime::UNIX_EPOCH + TimeDelta::seconds(i32::MAX.into());
    Limits::default().with_times(DateTime::UNIX_EPOCH..=end)
}

fn whole_seconds() -> Limits {
    Limits::default().with_fraction_digits(0)
}

/// Changes every time of a token, unless one of the changes fails.
fn with_times(mut token: AccessToken, change: impl Fn(DateTime<Utc>) -> Option<DateTime<Utc>>) -> Option<AccessToken> {
    let changed = |time: Option<DateTime<Utc>>| time.map_or(Some(None), |time| change(time).map(Some));
    token.created_at = change(token.created_at)?;
    token.last_used_at = changed(token.last_used_at)?;
    token.expires_at = changed(token.expires_at)?;
    token.revoked_at = changed(token.revoked_at)?;
    Some(token)
}

fn is_in_32_bits(time: DateTime<Utc>) -> bool {
    time.timestamp() >= 0 && time <= DateTime::UNIX_EPOCH + TimeDelta::seconds(i32::MAX.into())
}

#[test]
fn a_table_may_reject_what_it_cannot_hold() {
    check(unsigned(), |token| Some(token).filter(|token| token.id.0 >= 0), &[]);
    check(in_32_bits(), |token| with_times(token, |time| Some(time).filter(|time| is_in_32_bits(*time))), &[]);
    check(whole_seconds(), |token| with_times(token, |time| Some(time).filter(|time| time.nanosecond() == 0)), &[]);
}

#[test]
fn a_table_may_hold_more_than_its_limits() {
    check(unsigned(), Some, &[]);
    check(in_32_bits(), Some, &[]);
}

#[test]
fn a_table_truncates_times_to_its_digits() {
    check(whole_seconds(), |token| with_times(token, |time| Some(time.trunc_subsecs(0))), &[]);
    let millis = Limits::default().with_fraction_digits(3);
    check(millis, |token| with_times(token, |time| Some(time.trunc_subsecs(3))), &[]);
    check(whole_seconds(), |token| with_times(token, |time| Some(time.round_subsecs(0))), &[INSTANTS]);
    check(whole_seconds(), |token| with_times(token, |time| Some(time.trunc_subsecs(3))), &[INSTANTS]);
    let to_minutes = |mut token: AccessToken| {
        token.expires_at = token.expires_at.and_then(|time| time.trunc_subsecs(0).with_second(0));
        with_times(token, |time| Some(time.trunc_subsecs(0)))
    };
    check(whole_seconds(), to_minutes, &[FILTER, INSTANTS]);
}

#[test]
fn a_value_beyond_a_limit_may_not_be_altered() {
    let clamped = |mut token: AccessToken| {
        token.id.0 = token.id.0.max(0);
        Some(token)
    };
    check(unsigned(), clamped, &[IDS]);
    let clamped = |token| with_times(token, |time| Some(time.max(DateTime::UNIX_EPOCH)));
    check(in_32_bits(), clamped, &[INSTANTS]);
}

#[test]
fn a_value_within_the_limits_may_not_be_rejected() {
    check(
        unsigned(),
        |token| Some(token).filter(|token| token.id.0 >= 1),
        &[IDS, "rows_and_total_are_of_one_snapshot", "dropped_futures_leave_the_store_usable"],
    );
    let early = |token| with_times(token, |time| Some(time).filter(|time| time.timestamp() < i64::from(i32::MAX)));
    check(in_32_bits(), early, &[INSTANTS]);
    check(Limits::default(), |token| Some(token).filter(|token| token.id.0 >= 0), &[IDS]);
}
