//! The wire form of an instant: `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339, section 5.6).
//!
//! Writing is narrow and cannot fail; reading takes whatever RFC 3339 allows.

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use crate::text::digits;

/// 0000-01-01T00:00:00Z, the first second that four digits can name.
const FIRST_SECOND: i64 = -62_167_219_200;
/// 9999-12-31T23:59:59Z, the last one.
const LAST_SECOND: i64 = 253_402_300_799;

/// An instant as the wire sees it.
#[derive(Clone, Copy)]
pub(crate) struct Timestamp(pub(crate) DateTime<Utc>);

impl Timestamp {
    /// Returns the twenty characters, as two words and the rest.
    ///
    /// Cuts fractions, which also turns a leap second into :59, and moves an instant that four digits of year cannot name
    /// to the nearest one that they can: a record must never make a page unreadable.
    #[inline]
    pub(crate) fn to_words(self) -> ([u8; 8], [u8; 8], [u8; 4]) {
        let (date, time) = (self.0.naive_utc().date(), self.0.naive_utc().time());
        let year = match u32::try_from(date.year()) {
            Err(_) => return (*b"0000-01-", *b"01T00:00", *b":00Z"),
            Ok(10_000..) => return (*b"9999-12-", *b"31T23:59", *b":59Z"),
            Ok(year) => year,
        };
        let seconds = time.num_seconds_from_midnight();
        let at = |place: u32, number| u64::from(digits::pair(number)) << (8 * place);
        let day = at(0, date.day());
        let date = at(0, year / 100) | at(2, year) | at(5, date.month()) | u64::from_le_bytes(*b"\0\0\0\0-\0\0-");
        let time = day | at(3, seconds / 3600) | at(6, seconds / 60 % 60) | u64::from_le_bytes(*b"\0\0T\0\0:\0\0");
        let [tens, ones] = digits::pair(seconds % 60).to_le_bytes();
        (date.to_le_bytes(), time.to_le_bytes(), [b':', tens, ones, b'Z'])
    }

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
        let (date, time, rest) = self.to_words();
        let mut text = [0; 20];
        text[..8].copy_from_slice(&date);
        text[8..16].copy_from_slice(&time);
        text[16..].copy_from_slice(&rest);
        serializer.serialize_str(std::str::from_utf8(&text).map_err(serde::ser::Error::custom)?)
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
