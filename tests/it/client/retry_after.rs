//! The `Retry-After` header as a client reads it.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use http::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use proptest::prelude::*;
use tokenfolio::{Problem, StoreError, StoreErrorKind, parse_retry_after};

/// The example of RFC 9110, section 5.6.7.
fn example() -> DateTime<Utc> {
    "1994-11-06T08:49:37Z".parse().expect("an instant")
}

fn delay(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header value");
    parse_retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value)]), now)
}

#[test]
fn seconds_are_read() {
    for (value, seconds) in [
        ("0", 0),
        ("1", 1),
        ("007", 7),
        (" 120 ", 120),
        ("18446744073709551615", u64::MAX),
        ("18446744073709551616", u64::MAX),
    ] {
        assert_eq!(delay(value, example()), Some(Duration::from_secs(seconds)), "{value}");
    }
}

#[test]
fn every_form_of_a_date_is_read() {
    let now = example() - TimeDelta::milliseconds(1_500);
    for date in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
        assert_eq!(delay(date, now), Some(Duration::from_millis(1_500)), "{date}");
        assert_eq!(delay(date, example()), Some(Duration::ZERO), "{date}");
        assert_eq!(delay(date, DateTime::<Utc>::MAX_UTC), Some(Duration::ZERO), "{date}");
        assert!(delay(date, DateTime::<Utc>::MIN_UTC).is_some());
    }
}

/// RFC 9110, section 5.6.7: a date that appears to be more than 50 years in the future is in the past.
#[test]
fn a_year_of_two_digits_is_at_most_fifty_years_ahead() {
    for (now, date, year) in [
        ("2026-11-27T00:00:00Z", "Sunday, 06-Nov-94 08:49:37 GMT", 1994),
        ("2026-11-27T00:00:00Z", "Sunday, 06-Nov-77 08:49:37 GMT", 1977),
        ("2026-11-27T00:00:00Z", "Friday, 06-Nov-76 08:49:37 GMT", 2076),
        ("2026-11-27T00:00:00Z", "Friday, 27-Nov-76 00:00:00 GMT", 2076),
        ("2026-11-27T00:00:00Z", "Saturday, 27-Nov-76 00:00:01 GMT", 1976),
        ("2026-11-27T00:00:00Z", "Friday, 27-Nov-26 00:00:10 GMT", 2026),
        ("2026-11-27T00:00:00Z", "Saturday, 06-Nov-00 08:49:37 GMT", 2000),
        ("2099-06-01T00:00:00Z", "Monday, 01-Jun-05 00:00:00 GMT", 2105),
        ("2099-06-01T00:00:00Z", "Monday, 01-Jun-49 00:00:00 GMT", 2149),
        ("2099-06-01T00:00:00Z", "Monday, 02-Jun-49 00:00:00 GMT", 2049),
        ("1994-11-06T00:00:00Z", "Monday, 01-Jan-40 00:00:00 GMT", 2040),
        // 2100 has no such day.
        ("2090-01-01T00:00:00Z", "Monday, 29-Feb-00 00:00:00 GMT", 2000),
    ] {
        let now: DateTime<Utc> = now.parse().unwrap();
        let (_, rest) = date.split_once('-').unwrap();
        let (month, _) = rest.split_once('-').unwrap();
        let text = format!("{} {month} {year} {}", &date[date.find(',').unwrap() + 2..][..2], &date[date.len() - 12..]);
        let expected = NaiveDateTime::parse_from_str(&text, "%d %b %Y %H:%M:%S GMT").unwrap().and_utc();
        assert_eq!(delay(date, now), Some((expected - now).to_std().unwrap_or_default()), "{date} at {now}");
    }
    for date in ["Sun, 06-Nov-94 08:49:37 GMT", "Someday, 06-Nov-94 08:49:37 GMT", "Sunday, 31-Feb-94 08:49:37 GMT"] {
        assert_eq!(delay(date, example()), None, "{date}");
    }
}

#[test]
fn the_last_header_wins() {
    let values = |values: &[&'static str]| {
        let values = values.iter().map(|value| (RETRY_AFTER, HeaderValue::from_static(value)));
        let headers: HeaderMap = values.collect();
        parse_retry_after(&headers, example())
    };
    assert_eq!(values(&["120", "5"]), Some(Duration::from_secs(5)));
    assert_eq!(values(&["soon", "5"]), Some(Duration::from_secs(5)));
    assert_eq!(values(&["5", "soon"]), None);
}

#[test]
fn another_value_is_ignored() {
    for value in [
        "",
        "-1",
        "+1",
        "1.5",
        "1s",
        "1, 2",
        "soon",
        "é",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
        "Sunday, 06-Nov-94208:49:37 GMT",
    ] {
        assert_eq!(delay(value, example()), None, "{value}");
    }
    assert_eq!(parse_retry_after(&HeaderMap::new(), example()), None);
}

#[test]
fn the_header_of_our_endpoint_is_read() {
    let problem = Problem::from(StoreError::new(StoreErrorKind::Unavailable, "no connection"));
    let response: Response<Vec<u8>> = problem.into();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(parse_retry_after(response.headers(), example()), Some(Duration::from_secs(1)));
}

proptest! {
    #[test]
    fn any_value_is_read_without_a_panic(value in "[0-9A-Za-z ,:+-]{0,40}", second in -1_000_000_000_000..1_000_000_000_000_i64) {
        delay(&value, DateTime::from_timestamp(second, 0).unwrap());
    }

    #[test]
    fn a_date_as_servers_write_it_is_read(second in 0..4_000_000_000_i64, ahead in 0..100_000_u32) {
        let date = DateTime::from_timestamp(second, 0).unwrap();
        let now = date - TimeDelta::seconds(ahead.into());
        let text = date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        prop_assert_eq!(delay(&text, now), Some(Duration::from_secs(ahead.into())));
    }
}
