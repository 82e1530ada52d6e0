//! The `Retry-After` header as a client reads it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use proptest::prelude::*;
use tokenfolio::{Problem, StoreError, StoreErrorKind, parse_retry_after};

/// The example of RFC 9110, section 5.6.7.
fn example() -> DateTime<Utc> {
    "1994-11-06T08:49:37Z".parse().expect("an instant")
}

fn wait(value: &str, now: DateTime<Utc>) -> Option<Duration> {
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
        assert_eq!(wait(value, example()), Some(Duration::from_secs(seconds)), "{value}");
    }
}

#[test]
fn every_form_of_a_date_is_read() {
    let now = example() - TimeDelta::milliseconds(1_500);
    for date in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
        assert_eq!(wait(date, now), Some(Duration::from_millis(1_500)), "{date}");
        assert_eq!(wait(date, example()), Some(Duration::ZERO), "{date}");
        assert_eq!(wait(date, DateTime::<Utc>::MAX_UTC), Some(Duration::ZERO), "{date}");
        assert!(wait(date, DateTime::<Utc>::MIN_UTC).is_some());
    }
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
        assert_eq!(wait(value, example()), None, "{value}");
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
        wait(&value, DateTime::from_timestamp(second, 0).unwrap());
    }

    #[test]
    fn a_date_as_servers_write_it_is_read(second in 0..4_000_000_000_i64, ahead in 0..100_000_u32) {
        let date = DateTime::from_timestamp(second, 0).unwrap();
        let now = date - TimeDelta::seconds(ahead.into());
        let text = date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        prop_assert_eq!(wait(&text, now), Some(Duration::from_secs(ahead.into())));
    }
}
