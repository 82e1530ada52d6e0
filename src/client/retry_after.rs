//! The `Retry-After` header as a client reads it (RFC 9110, section 10.2.3).

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use http::header::{HeaderMap, RETRY_AFTER};

/// The three forms of an HTTP date (RFC 9110, section 5.6.7): today's, RFC 850's and asctime's.
const DATES: [&str; 3] = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// Tells how long a response asks its client to wait before the next request, as of `now`: by seconds or by a date, of
/// which one that has passed is no time at all. `None` if it asks nothing, or nothing that can be understood.
///
/// How long is too long is for the caller to say: a service may ask for anything up to `u64::MAX` seconds.
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
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim_ascii();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = DATES.iter().find_map(|form| NaiveDateTime::parse_from_str(value, form).ok())?;
    Some((date.and_utc() - now).to_std().unwrap_or_default())
}
