//! The rule that decides whether a token may be used, as a pure function of three times.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

/// The status of a token at a time.
///
/// The status is derived and never stored, so it cannot contradict the times of the token. You can match on the
/// three variants without a wildcard, because a fourth status would be a breaking change.
///
/// # Examples
///
/// ```
/// use tokenfolio::TokenStatus;
///
/// let now = chrono::DateTime::UNIX_EPOCH;
/// assert_eq!(TokenStatus::derive(None, None, now), TokenStatus::Active);
/// assert_eq!(TokenStatus::derive(None, Some(now), now), TokenStatus::Expired);
/// assert_eq!(TokenStatus::derive(Some(now), Some(now), now), TokenStatus::Revoked);
///
/// assert_eq!(TokenStatus::Active.as_str(), "active");
/// assert_eq!("revoked".parse(), Ok(TokenStatus::Revoked));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TokenStatus {
    /// The token may be used.
    Active,
    /// The time of `expires_at` has come.
    Expired,
    /// The time of `revoked_at` has come. The token can be expired too.
    Revoked,
}

impl TokenStatus {
    /// Derives the status at `now`.
    ///
    /// Revocation takes precedence over expiry. Both take effect exactly at their time: the token is expired at
    /// `expires_at`, and active just before. A time in the future has no effect yet.
    #[inline]
    #[must_use]
    pub fn derive(revoked_at: Option<DateTime<Utc>>, expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let has_come = |time: Option<DateTime<Utc>>| time.is_some_and(|time| time <= now);
        if has_come(revoked_at) {
            Self::Revoked
        } else if has_come(expires_at) {
            Self::Expired
        } else {
            Self::Active
        }
    }

    /// Returns the first time after `now` at which the result of [`derive`](Self::derive) changes. `None` if it does not
    /// change.
    ///
    /// # Examples
    ///
    /// ```
    /// use chrono::{DateTime, TimeDelta};
    /// use tokenfolio::TokenStatus;
    ///
    /// let now = DateTime::UNIX_EPOCH;
    /// let later = now + TimeDelta::hours(1);
    /// assert_eq!(TokenStatus::next_change(None, Some(later), now), Some(later));
    /// assert_eq!(TokenStatus::next_change(Some(now), Some(later), now), None);
    /// ```
    #[must_use]
    pub fn next_change(
        revoked_at: Option<DateTime<Utc>>,
        expires_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        // Only a time in the future can change the status.
        match Self::derive(revoked_at, expires_at, now) {
            Self::Active => revoked_at.into_iter().chain(expires_at).min(),
            Self::Expired => revoked_at,
            Self::Revoked => None,
        }
    }

    /// Returns the word for the status: `active`, `expired` or `revoked`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl fmt::Display for TokenStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for TokenStatus {
    type Err = UnknownStatus;

    /// Parses `active`, `expired` or `revoked`.
    ///
    /// # Errors
    ///
    /// Fails if `text` is anything else, such as `Active` or ` active`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "active" => Ok(Self::Active),
            "expired" => Ok(Self::Expired),
            "revoked" => Ok(Self::Revoked),
            _ => Err(UnknownStatus(text.into())),
        }
    }
}

impl Serialize for TokenStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for TokenStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The status of a token as a client reads it.
///
/// A newer server can send a status that this version does not know. It is preserved as [`Other`](Self::Other), so the
/// client can still read the page. There will be no third variant: a status is known or unknown.
///
/// # Examples
///
/// ```
/// use tokenfolio::{ReportedStatus, TokenStatus};
///
/// assert_eq!(ReportedStatus::from("active"), TokenStatus::Active);
/// assert_eq!(ReportedStatus::from("suspended").as_str(), "suspended");
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum ReportedStatus {
    /// A status that this version knows.
    Known(TokenStatus),
    /// Any other text.
    Other(UnknownStatus),
}

/// The text of a status that this version does not know.
///
/// It is the error of parsing a [`TokenStatus`], and the content of [`ReportedStatus::Other`].
///
/// # Examples
///
/// ```
/// use tokenfolio::TokenStatus;
///
/// let error = "suspended".parse::<TokenStatus>().unwrap_err();
/// assert_eq!(error.as_str(), "suspended");
/// assert_eq!(error.to_string(), "unknown status `suspended`, expected `active`, `expired` or `revoked`");
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[error("unknown status `{0}`, expected `active`, `expired` or `revoked`")]
pub struct UnknownStatus(Box<str>);

impl UnknownStatus {
    /// Returns the text of the status.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ReportedStatus {
    /// Returns the word for the status, or the text of an unknown status.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(status) => status.as_str(),
            Self::Other(unknown) => unknown.as_str(),
        }
    }
}

impl From<TokenStatus> for ReportedStatus {
    fn from(status: TokenStatus) -> Self {
        Self::Known(status)
    }
}

impl From<&str> for ReportedStatus {
    fn from(text: &str) -> Self {
        text.parse().map_or_else(Self::Other, Self::Known)
    }
}

impl PartialEq<TokenStatus> for ReportedStatus {
    fn eq(&self, other: &TokenStatus) -> bool {
        matches!(self, Self::Known(status) if status == other)
    }
}

impl PartialEq<ReportedStatus> for TokenStatus {
    fn eq(&self, other: &ReportedStatus) -> bool {
        other == self
    }
}

impl fmt::Display for ReportedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for ReportedStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ReportedStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::from(&*text))
    }
}
