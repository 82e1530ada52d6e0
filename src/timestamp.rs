//! The wire form of an instant: `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339, section 5.6).
//!
//! Writing is narrow and cannot fail; reading takes whatever RFC 3339 allows.

use std::fmt;

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

/// 0000-01-01T00:00:00Z, the first second that four digits can name.
const FIRST_SECOND: i64 = -62_167_219_200;
/// 9999-12-31T23:59:59Z, the last one.
const LAST_SECOND: i64 = 253_402_300_799;

/// An instant as the wire sees it.
#[derive(Clone, Copy)]
pub(crate) struct Timestamp(pub(crate) DateTime<Utc>);

impl fmt::Display for Timestamp {
    /// Cuts fractions, which also turns a leap second into :59, and moves an instant that four digits of year cannot
    /// name to the nearest one that they can: a record must never make a page unreadable.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.timestamp().clamp(FIRST_SECOND, LAST_SECOND);
        let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        let (year, month, day) = (at.year(), at.month(), at.day());
        let (hour, minute, second) = (at.hour(), at.minute(), at.second());
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl Timestamp {
    fn parse(text: &str) -> Option<Self> {
        // chrono also takes a blank for the `T` and a Unicode minus in the offset; RFC 3339's grammar has neither.
        let separator = text.as_bytes().get(10)?;
        if !text.is_ascii() || !matches!(separator, b'T' | b't') {
            return None;
        }
        let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        // An offset can carry the instant out of the years that can be written again.
        (FIRST_SECOND..=LAST_SECOND).contains(&at.timestamp()).then_some(Self(at))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format_args!(
                "`{text}` is not an RFC 3339 date-time with an offset, in the years 0000 to 9999 UTC"
            ))
        })
    }
}

/// Reads a required instant, for serde's `deserialize_with`.
pub(crate) fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    Timestamp::deserialize(deserializer).map(|timestamp| timestamp.0)
}

/// Reads an instant or null, for serde's `deserialize_with`.
pub(crate) fn nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    Ok(Option::<Timestamp>::deserialize(deserializer)?.map(|timestamp| timestamp.0))
}
