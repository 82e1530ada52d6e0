//! The wire form of a time: `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339, section 5.6).
//!
//! Writing has one form and cannot fail. Parsing accepts every date-time of RFC 3339 that is in the years 0000 to 9999
//! in UTC.

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use crate::text::digits;
use crate::text::object::Form;

/// 0000-01-01T00:00:00Z, the first second of the years with four digits.
const FIRST_SECOND: i64 = -62_167_219_200;
/// 9999-12-31T23:59:59Z, the last second of the years with four digits.
const LAST_SECOND: i64 = 253_402_300_799;

/// A time with its form on the wire.
#[derive(Clone, Copy)]
pub(crate) struct Timestamp(pub(crate) DateTime<Utc>);

/// The 20 characters of a timestamp, in three parts. Each part is written with one copy of 8 or 4 bytes.
pub(crate) struct TimestampText {
    /// `YYYY-MM-`.
    pub(crate) year_and_month: [u8; 8],
    /// `DDTHH:MM`.
    pub(crate) day_and_minute: [u8; 8],
    /// `:SSZ`.
    pub(crate) second: [u8; 4],
}

impl Timestamp {
    /// Returns the text of the time.
    ///
    /// Truncates a fraction of a second. A leap second becomes `:59`, because chrono stores it as second 59 with a
    /// fraction of at least one second. A time outside the years 0000 to 9999 becomes the first or the last second of
    /// these years, so that every page can be read.
    #[inline]
    pub(crate) fn to_text(self) -> TimestampText {
        let date = self.0.naive_utc().date();
        let year = match u32::try_from(date.year()) {
            Err(_) => return TimestampText::FIRST,
            Ok(10_000..) => return TimestampText::LAST,
            Ok(year) => year,
        };
        let second_of_day = self.0.naive_utc().time().num_seconds_from_midnight();
        let [year_1, year_2] = digits::pair(year / 100).to_le_bytes();
        let [year_3, year_4] = digits::pair(year).to_le_bytes();
        let [month_1, month_2] = digits::pair(date.month()).to_le_bytes();
        let [day_1, day_2] = digits::pair(date.day()).to_le_bytes();
        let [hour_1, hour_2] = digits::pair(second_of_day / 3600).to_le_bytes();
        let [minute_1, minute_2] = digits::pair(second_of_day / 60 % 60).to_le_bytes();
        let [second_1, second_2] = digits::pair(second_of_day % 60).to_le_bytes();
        TimestampText {
            year_and_month: [year_1, year_2, year_3, year_4, b'-', month_1, month_2, b'-'],
            day_and_minute: [day_1, day_2, b'T', hour_1, hour_2, b':', minute_1, minute_2],
            second: [b':', second_1, second_2, b'Z'],
        }
    }

    fn parse(text: &str) -> Option<Self> {
        // chrono also accepts a space for the `T` and a Unicode minus in the offset. RFC 3339's grammar does not.
        let separator = text.as_bytes().get(10)?;
        if !text.is_ascii() || !matches!(separator, b'T' | b't') {
            return None;
        }
        let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        // The year in the text has four digits. But in UTC, the time can be before the year 0000 or after the year 9999.
        (FIRST_SECOND..=LAST_SECOND).contains(&time.timestamp()).then_some(Self(time))
    }
}

impl TimestampText {
    const FIRST: Self = Self { year_and_month: *b"0000-01-", day_and_minute: *b"01T00:00", second: *b":00Z" };
    const LAST: Self = Self { year_and_month: *b"9999-12-", day_and_minute: *b"31T23:59", second: *b":59Z" };
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let TimestampText { year_and_month, day_and_minute, second } = self.to_text();
        let mut text = [0; 20];
        text[..8].copy_from_slice(&year_and_month);
        text[8..16].copy_from_slice(&day_and_minute);
        text[16..].copy_from_slice(&second);
        serializer.serialize_str(std::str::from_utf8(&text).map_err(serde::ser::Error::custom)?)
    }
}

impl<'de> Form<'de> for Timestamp {
    type Value = DateTime<Utc>;

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map(|time| time.0).ok_or_else(|| {
            D::Error::custom(format_args!(
                "`{text}` is not an RFC 3339 date-time with an offset, in the years 0000 to 9999 UTC"
            ))
        })
    }
}
