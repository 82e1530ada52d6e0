//! The limits of a table.

use std::ops::RangeInclusive;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use crate::token::{AccessToken, TokenId};

/// The limits of a table that cannot hold every token, as a [`Fixture`](crate::contract::Fixture) states them.
///
/// A table may reject a token beyond a limit. An inserted token must come back unchanged, except that its times are
/// truncated toward the past. A table without limits can store every id, and every time from the year 1 to the year 9999,
/// to the microsecond.
///
/// # Examples
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use tokenfolio::TokenId;
/// use tokenfolio::contract::Limits;
///
/// // The id is an unsigned integer, and a time is a number of seconds in 32 bits.
/// let end = DateTime::UNIX_EPOCH + TimeDelta::seconds(i32::MAX.into());
/// let limits = Limits::default()
///     .with_min_id(TokenId(0))
///     .with_times(DateTime::UNIX_EPOCH..=end)
///     .with_fraction_digits(0);
/// assert_ne!(limits, Limits::default());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits {
    min_id: TokenId,
    times: RangeInclusive<DateTime<Utc>>,
    fraction_digits: u8,
}

impl Default for Limits {
    fn default() -> Self {
        const YEAR_1: i64 = -62_135_596_800;
        const YEAR_10000: i64 = 253_402_300_800;
        let second = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let times = second(YEAR_1)..=second(YEAR_10000) - TimeDelta::microseconds(1);
        Self { min_id: TokenId(i64::MIN), times, fraction_digits: 6 }
    }
}

impl Limits {
    /// Sets the lowest id. It must be at most 0, because the checks insert tokens with id 0.
    #[must_use]
    pub fn with_min_id(self, min_id: TokenId) -> Self {
        Self { min_id, ..self }
    }

    /// Sets the first and the last time. The range must contain 2024-04-11 to 2024-04-18, because the checks use
    /// these days.
    #[must_use]
    pub fn with_times(self, times: RangeInclusive<DateTime<Utc>>) -> Self {
        Self { times, ..self }
    }

    /// Sets the number of digits in the fraction of a second: 0 for whole seconds, and at most 6.
    #[must_use]
    pub fn with_fraction_digits(self, fraction_digits: u8) -> Self {
        Self { fraction_digits, ..self }
    }

    pub(crate) fn times(&self) -> &RangeInclusive<DateTime<Utc>> {
        &self.times
    }

    /// Returns the difference between two neighbouring times that the table can hold.
    pub(crate) fn time_unit(&self) -> TimeDelta {
        TimeDelta::microseconds(10_i64.pow(6_u32.saturating_sub(self.fraction_digits.into())))
    }

    /// Returns whether the table must hold a token.
    pub(crate) fn hold(&self, token: &AccessToken) -> bool {
        let mut times = [Some(token.created_at), token.last_used_at, token.expires_at, token.revoked_at].into_iter();
        token.id >= self.min_id
            && times.all(|time| time.is_none_or(|time| self.times.contains(&time) && self.truncate(time) == time))
    }

    /// Returns a token as the table holds it.
    pub(crate) fn truncated(&self, token: AccessToken) -> AccessToken {
        AccessToken {
            created_at: self.truncate(token.created_at),
            last_used_at: token.last_used_at.map(|time| self.truncate(time)),
            expires_at: token.expires_at.map(|time| self.truncate(time)),
            revoked_at: token.revoked_at.map(|time| self.truncate(time)),
            ..token
        }
    }

    fn truncate(&self, time: DateTime<Utc>) -> DateTime<Utc> {
        time.trunc_subsecs(self.fraction_digits.into())
    }
}
