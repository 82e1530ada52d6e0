//! The `Retry-After` header as a client reads it (RFC 9110, section 10.2.3).

use std::time::Duration;

use chrono::{DateTime, Datelike, Months, NaiveDateTime, Utc};
use http::header::{HeaderMap, RETRY_AFTER};

/// The forms of an HTTP date with four digits for the year (RFC 9110, section 5.6.7): IMF-fixdate and asctime.
const DATES: [&str; 2] = ["%a, %d %b %Y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
/// The form of RFC 850, without the name of the day and the comma.
const SHORT_DATE: &str = "%d-%b-%y %H:%M:%S GMT";
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const FIFTY_YEARS: Months = Months::new(50 * 12);

/// Parses `Retry-After`, given in seconds or as an HTTP date. A date in the past yields `Duration::ZERO`.
///
/// Returns `None` if there is no such header, or if its value is malformed. The last of several headers wins, because a
/// proxy appends its own.
///
/// A year of two digits is read as the latest year with these digits that is at most 50 years after `now` (RFC 9110,
/// section 5.6.7). The name of the day in such a date is not checked, because the sender may have meant another
/// century.
///
/// A service can ask for any time up to `u64::MAX` seconds, so set a maximum for the time that you wait.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use chrono::DateTime;
/// use http::header::{HeaderMap, HeaderValue, RETRY_AFTER};
/// use tokenfolio::parse_retry_after;
///
/// let headers = |value| HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(value))]);
/// let now = DateTime::UNIX_EPOCH;
/// assert_eq!(parse_retry_after(&headers("120"), now), Some(Duration::from_secs(120)));
/// assert_eq!(parse_retry_after(&headers("Thu, 01 Jan 1970 00:01:00 GMT"), now), Some(Duration::from_secs(60)));
/// assert_eq!(parse_retry_after(&headers("soon"), now), None);
/// ```
#[must_use]
pub fn parse_retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let value = headers.get_all(RETRY_AFTER).iter().next_back()?.to_str().ok()?.trim_ascii();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = DATES.iter().find_map(|form| NaiveDateTime::parse_from_str(value, form).ok());
    let date = date.map(|date| date.and_utc()).or_else(|| parse_short_date(value, now))?;
    Some((date - now).to_std().unwrap_or_default())
}

/// Parses the form of RFC 850, whose year has two digits (RFC 9110, section 5.6.7).
fn parse_short_date(value: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (day, date) = value.split_once(", ")?;
    if !DAYS.iter().any(|known| known.eq_ignore_ascii_case(day)) {
        return None;
    }
    let date = NaiveDateTime::parse_from_str(date, SHORT_DATE).ok()?.and_utc();
    let latest = now.checked_add_months(FIFTY_YEARS).unwrap_or(DateTime::<Utc>::MAX_UTC);
    let year = latest.year() - (latest.year() - date.year()).rem_euclid(100);
    // The 29th of February may exist in only one of the two centuries.
    [year, year - 100].into_iter().find_map(|year| date.with_year(year).filter(|date| *date <= latest))
}
