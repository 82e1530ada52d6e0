//! Times as Laravel writes them.

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};

/// The first and the last time that a DATETIME can hold, in seconds since 1970. The first is in the year 1.
const EARLIEST: DateTime<Utc> = DateTime::from_timestamp(-62_135_596_800, 0).expect("a year that chrono has");
const LATEST: DateTime<Utc> = DateTime::from_timestamp(253_402_300_799, 0).expect("a year that chrono has");

/// Returns a time as the text of its date and time in UTC, without a time zone.
///
/// Laravel writes this text into TIMESTAMP columns without setting the session's time zone, and reads it back unchanged in
/// every zone of the server. A value with a zone would be converted by the server.
///
/// A time is truncated to the column's number of fraction digits, toward the past. MySQL would round it to the nearest
/// value, and MariaDB truncates it.
pub(crate) fn wall_time(time: DateTime<Utc>, fraction_digits: u16) -> NaiveDateTime {
    time.trunc_subsecs(fraction_digits).naive_utc()
}

/// Returns a time for comparisons with columns: the nearest time that a DATETIME can hold.
pub(crate) fn comparable(time: DateTime<Utc>) -> NaiveDateTime {
    wall_time(time.clamp(EARLIEST, LATEST), 6)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn times_are_truncated_toward_the_past() {
        for (micros, digits, text) in [
            (1_999_999, 0, "1970-01-01 00:00:01"),
            (1_999_999, 3, "1970-01-01 00:00:01.999"),
            (1_999_999, 6, "1970-01-01 00:00:01.999999"),
            (-1, 0, "1969-12-31 23:59:59"),
            (-1, 6, "1969-12-31 23:59:59.999999"),
        ] {
            let time = DateTime::UNIX_EPOCH + TimeDelta::microseconds(micros) + TimeDelta::nanoseconds(999);
            assert_eq!(wall_time(time, digits).to_string(), text, "{micros} {digits}");
        }
    }
}
