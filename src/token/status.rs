//! Whether a token may be used, as a pure rule over three instants.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

/// The operational status of a token at one instant.
///
/// It is derived, never stored, so that it cannot disagree with the timestamps it comes from. The three variants are
/// all there are, and callers may match on them without a wildcard: a fourth would change what "may be used" means,
/// which is a breaking change by nature.
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
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TokenStatus {
    /// The token may be used.
    Active,
    /// The instant of `expires_at` has come.
    Expired,
    /// The instant of `revoked_at` has come, whatever `expires_at` says.
    Revoked,
}

impl TokenStatus {
    /// Derives the status at `now`.
    ///
    /// Revocation beats expiry. At the very instant of either timestamp it already counts; before it, it does not, so
    /// a revocation planned for later leaves the token usable until then.
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

    /// Returns the first instant after `now` at which [`derive`](Self::derive) will answer differently, if there is
    /// one.
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
        // What does not count yet lies ahead.
        match Self::derive(revoked_at, expires_at, now) {
            Self::Active => revoked_at.into_iter().chain(expires_at).min(),
            Self::Expired => revoked_at,
            Self::Revoked => None,
        }
    }

    /// Returns the word on the wire: `active`, `expired` or `revoked`.
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

    /// Parses a word of the wire.
    ///
    /// # Errors
    ///
    /// Fails if `text` is not exactly `active`, `expired` or `revoked`. Case and whitespace count.
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

/// The status that a resource carries and a client reads.
///
/// A client outlives the server it was written against. A status that did not exist yet is preserved as
/// [`Other`](Self::Other) instead of failing the whole page. The two variants are complete: a status is known or it is
/// not.
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
    /// Returns the text as it was read.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ReportedStatus {
    /// Returns the word on the wire.
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
