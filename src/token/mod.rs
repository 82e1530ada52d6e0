//! A token as a service stores it, and its form on the wire.

pub(crate) mod allowed_ips;
mod ip_ranges;
pub(crate) mod json;
pub(crate) mod status;
pub(crate) mod timestamp;

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::text::object::{Form, Nullable, Plain, read_object};
use crate::token::allowed_ips::AllowedIps;
use crate::token::status::{ReportedStatus, TokenStatus};
use crate::token::timestamp::Timestamp;

/// The number of a token. It is unique among the tokens of its owner.
///
/// # Examples
///
/// ```
/// use tokenfolio::TokenId;
///
/// # fn main() -> Result<(), std::num::ParseIntError> {
/// let id: TokenId = "42".parse()?;
/// assert_eq!(id, TokenId(42));
/// assert_eq!(i64::from(id), 42);
/// assert_eq!(id.to_string(), "42");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(transparent)]
pub struct TokenId(pub i64);

impl From<i64> for TokenId {
    fn from(id: i64) -> Self {
        Self(id)
    }
}

impl From<TokenId> for i64 {
    fn from(id: TokenId) -> Self {
        id.0
    }
}

impl FromStr for TokenId {
    type Err = ParseIntError;

    /// Parses a decimal number, as `i64` does.
    ///
    /// # Errors
    ///
    /// Fails if `text` is not a decimal number from `i64::MIN` to `i64::MAX`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for TokenId {
    /// Reads an integer, an integer as text, or a float without a fraction.
    ///
    /// A float above 2^53 is an error, because it may have been rounded.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::read(deserializer).map(Self)
    }
}

/// An access token as a service stores it, without its secret.
///
/// It contains no secret and no digest, so a response, a log line or a debug output cannot leak them. It does not
/// implement [`Serialize`], because its status depends on the time. [`into_resource`](Self::into_resource) takes the time,
/// and returns the form that is serialized.
///
/// # Examples
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use tokenfolio::{AccessToken, TokenStatus};
///
/// let created = DateTime::UNIX_EPOCH;
/// let token = AccessToken::new(1, "CI Deployments", created).with_expires_at(created + TimeDelta::days(30));
///
/// assert_eq!(token.status(created), TokenStatus::Active);
/// assert_eq!(token.next_change(created), token.expires_at);
/// assert_eq!(token.status(created + TimeDelta::days(30)), TokenStatus::Expired);
/// ```
///
/// A store sets every field:
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use tokenfolio::{AccessToken, AllowedIps, TokenStatus};
///
/// # fn main() -> Result<(), tokenfolio::AllowedIpError> {
/// let created = DateTime::UNIX_EPOCH;
/// let revoked = created + TimeDelta::days(2);
/// let token = AccessToken::new(1, "CI Deployments", created)
///     .with_last_used_at(created + TimeDelta::days(1))
///     .with_usage_count(42)
///     .with_expires_at(None)
///     .with_revoked_at(revoked)
///     .with_allowed_ips(AllowedIps::parse(["203.0.113.12"])?);
///
/// let resource = token.into_resource(revoked);
/// assert_eq!(resource.status, TokenStatus::Revoked);
/// assert_eq!(resource.usage_count, 42);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "personal access token")]
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AccessToken {
    /// The number, which is unique among the owner's tokens. Lists are ordered by this number.
    pub id: TokenId,
    /// The name that its owner chose. It can be any text, including an empty one. Clones share it.
    pub name: Arc<str>,
    /// The time when it was created.
    pub created_at: DateTime<Utc>,
    /// The time when it was last accepted; `None` if never.
    pub last_used_at: Option<DateTime<Utc>>,
    /// The number of times that it was accepted.
    pub usage_count: u64,
    /// The time from which it is expired; `None` if it does not expire.
    pub expires_at: Option<DateTime<Utc>>,
    /// The time from which it is revoked, which can be in the future; `None` if it is not revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// The addresses from which it may be used; `None` for no restriction.
    pub allowed_ips: Option<AllowedIps>,
}

impl AccessToken {
    /// Creates a token that was never used, does not expire and has no allow-list.
    #[must_use]
    pub fn new(id: impl Into<TokenId>, name: impl Into<Arc<str>>, created_at: DateTime<Utc>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            created_at,
            last_used_at: None,
            usage_count: 0,
            expires_at: None,
            revoked_at: None,
            allowed_ips: None,
        }
    }

    /// Sets the time when the token was last accepted. Use `None` for a token that was never used.
    #[must_use]
    pub fn with_last_used_at(self, last_used_at: impl Into<Option<DateTime<Utc>>>) -> Self {
        Self { last_used_at: last_used_at.into(), ..self }
    }

    /// Sets the number of times that the token was accepted.
    #[must_use]
    pub fn with_usage_count(self, usage_count: u64) -> Self {
        Self { usage_count, ..self }
    }

    /// Sets the time from which the token is expired. Use `None` for a token that does not expire.
    #[must_use]
    pub fn with_expires_at(self, expires_at: impl Into<Option<DateTime<Utc>>>) -> Self {
        Self { expires_at: expires_at.into(), ..self }
    }

    /// Sets the time from which the token is revoked. Use `None` for a token that is not revoked.
    #[must_use]
    pub fn with_revoked_at(self, revoked_at: impl Into<Option<DateTime<Utc>>>) -> Self {
        Self { revoked_at: revoked_at.into(), ..self }
    }

    /// Sets the addresses from which the token may be used. Use `None` for no restriction.
    #[must_use]
    pub fn with_allowed_ips(self, allowed_ips: impl Into<Option<AllowedIps>>) -> Self {
        Self { allowed_ips: allowed_ips.into(), ..self }
    }

    /// Derives the status at `now`, by the rule of [`TokenStatus::derive`].
    #[inline]
    #[must_use]
    pub fn status(&self, now: DateTime<Utc>) -> TokenStatus {
        TokenStatus::derive(self.revoked_at, self.expires_at, now)
    }

    /// Returns the first time after `now` at which [`status`](Self::status) changes. `None` if it does not change.
    #[must_use]
    pub fn next_change(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        TokenStatus::next_change(self.revoked_at, self.expires_at, now)
    }

    /// Converts the token to its wire form at `now`. Does not allocate.
    #[inline]
    #[must_use]
    pub fn into_resource(self, now: DateTime<Utc>) -> TokenResource {
        TokenResource {
            status: self.status(now).into(),
            id: self.id,
            name: self.name,
            last_used_at: self.last_used_at,
            usage_count: self.usage_count,
            expires_at: self.expires_at,
            created_at: self.created_at,
            allowed_ips: self.allowed_ips,
        }
    }
}

/// A token on the wire. It always has all eight members. A member without a value is null.
///
/// Times are written in UTC, truncated to whole seconds. They are read with any fraction and offset of RFC 3339.
///
/// Clients read the same type, and reading is tolerant. Unknown members are ignored. A nullable member that is missing
/// is null. A number may be text or a float without a fraction. Unknown statuses and unknown allow-list entries are
/// preserved as text. A usage count above `u64::MAX` is read as `u64::MAX`. The last of duplicate members wins. An
/// error names the member.
///
/// # Examples
///
/// ```
/// use chrono::DateTime;
/// use tokenfolio::{AccessToken, TokenResource};
///
/// # fn main() -> serde_json::Result<()> {
/// let resource = AccessToken::new(7, "CI", DateTime::UNIX_EPOCH).into_resource(DateTime::UNIX_EPOCH);
/// let json = serde_json::to_string(&resource)?;
/// assert_eq!(
///     json,
///     concat!(
///         r#"{"id":7,"name":"CI","status":"active","last_used_at":null,"usage_count":0,"#,
///         r#""expires_at":null,"created_at":"1970-01-01T00:00:00Z","allowed_ips":null}"#,
///     )
/// );
/// assert_eq!(serde_json::from_str::<TokenResource>(&json)?, resource);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TokenResource {
    /// The number of the token.
    pub id: TokenId,
    /// The name that its owner chose.
    pub name: Arc<str>,
    /// Its status at the time of the request.
    pub status: ReportedStatus,
    /// The time when it was last accepted; `None` if never.
    pub last_used_at: Option<DateTime<Utc>>,
    /// The number of times that it was accepted.
    pub usage_count: u64,
    /// The time from which it is expired; `None` if it does not expire.
    pub expires_at: Option<DateTime<Utc>>,
    /// The time when it was created.
    pub created_at: DateTime<Utc>,
    /// The addresses from which it may be used; `None` for no restriction.
    pub allowed_ips: Option<AllowedIps>,
}

read_object!(TokenResource: "a token" {
    id: Plain<TokenId>,
    name: Plain<Arc<str>>,
    status: Plain<ReportedStatus>,
    last_used_at: Nullable<Timestamp>,
    usage_count: u64,
    expires_at: Nullable<Timestamp>,
    created_at: Timestamp,
    allowed_ips: Nullable<Plain<AllowedIps>>,
});

impl Serialize for TokenResource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut resource = serializer.serialize_struct("TokenResource", 8)?;
        resource.serialize_field("id", &self.id)?;
        resource.serialize_field("name", &*self.name)?;
        resource.serialize_field("status", &self.status)?;
        resource.serialize_field("last_used_at", &self.last_used_at.map(Timestamp))?;
        resource.serialize_field("usage_count", &self.usage_count)?;
        resource.serialize_field("expires_at", &self.expires_at.map(Timestamp))?;
        resource.serialize_field("created_at", &Timestamp(self.created_at))?;
        resource.serialize_field("allowed_ips", &self.allowed_ips)?;
        resource.end()
    }
}
