//! Timestamps on the wire (RFC 3339), in a token.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::json;
use tokenfolio::{AccessToken, TokenResource};

/// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
const SECONDS: std::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;

fn written(time: DateTime<Utc>) -> String {
    let mut token = AccessToken::new(1, "CI", time);
    token.last_used_at = Some(time);
    token.expires_at = Some(time);
    let json = serde_json::to_value(token.into_resource(DateTime::UNIX_EPOCH)).unwrap();
    assert_eq!((&json["last_used_at"], &json["expires_at"]), (&json["created_at"], &json["created_at"]));
    json["created_at"].as_str().unwrap().to_owned()
}

fn read(text: &str) -> serde_json::Result<DateTime<Utc>> {
    let members = |created_at, last_used_at, expires_at| {
        serde_json::from_value::<TokenResource>(json!({
            "id": 1, "name": "CI", "status": "active", "usage_count": 0,
            "created_at": created_at, "last_used_at": last_used_at, "expires_at": expires_at,
        }))
    };
    let time = members(json!(text), json!(null), json!(null)).map(|resource| resource.created_at);
    let epoch = json!("1970-01-01T00:00:00Z");
    let used = members(epoch.clone(), json!(text), json!(null)).map(|resource| resource.last_used_at);
    let expires = members(epoch, json!(null), json!(text)).map(|resource| resource.expires_at);
    assert_eq!(used.ok(), time.as_ref().ok().copied().map(Some), "{text:?}");
    assert_eq!(expires.ok(), time.as_ref().ok().copied().map(Some), "{text:?}");
    time
}

#[track_caller]
fn expect_error(text: &str) {
    let error = read(text).expect_err(text);
    assert_eq!(
        error.to_string(),
        format!("`created_at`: `{text}` is not an RFC 3339 date-time with an offset, in the years 0000 to 9999 UTC")
    );
}

#[track_caller]
fn instant(seconds: i64, nanoseconds: u32) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, nanoseconds).unwrap()
}

const NOON: i64 = 1_712_846_105;

#[test]
fn a_fraction_is_truncated() {
    assert_eq!(written(instant(NOON, 0)), "2024-04-11T14:35:05Z");
    assert_eq!(written(instant(NOON, 999_999_000)), "2024-04-11T14:35:05Z");
    assert_eq!(written(instant(NOON, 999_999_999)), "2024-04-11T14:35:05Z");
    assert_eq!(written(instant(-1, 999_999_999)), "1969-12-31T23:59:59Z");
    assert_eq!(written(instant(-1, 0)), "1969-12-31T23:59:59Z");
}

#[test]
fn every_spelling_of_an_instant_is_read() {
    for (text, nanoseconds) in [
        ("2024-04-11T14:35:05Z", 0),
        ("2024-04-11t14:35:05z", 0),
        ("2024-04-11T14:35:05.123Z", 123_000_000),
        ("2024-04-11T14:35:05.1Z", 100_000_000),
        ("2024-04-11T14:35:05.123456789Z", 123_456_789),
        ("2024-04-11T14:35:05.1234567899Z", 123_456_789),
        ("2024-04-11T16:35:05+02:00", 0),
        ("2024-04-12T14:34:05+23:59", 0),
        ("2024-04-10T14:36:05-23:59", 0),
        ("2024-04-11T14:35:05-00:00", 0),
        ("2024-04-11T14:35:05+00:00", 0),
    ] {
        assert_eq!(read(text).unwrap(), instant(NOON, nanoseconds), "{text}");
    }
}

#[test]
fn a_text_that_is_not_a_timestamp_is_rejected_with_its_text() {
    for text in [
        "",
        "null",
        "2024-04-11",
        "2024-04-11T14:35:05",
        "2024-04-11T14:35Z",
        "2024-04-11T14:35:05Z ",
        " 2024-04-11T14:35:05Z",
        "2024-04-11T14:35:05 Z",
        "2024-04-11T24:00:00Z",
        "2024-04-11T23:60:00Z",
        "2024-04-11T23:59:61Z",
        "2024-02-30T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2024-00-11T00:00:00Z",
        "2024-13-11T00:00:00Z",
        "2024-04-00T00:00:00Z",
        "2024-04-31T00:00:00Z",
        "2024-4-11T14:35:05Z",
        "2024-04-1T14:35:05Z",
        "2024-04-11T4:35:05Z",
        "24-04-11T14:35:05Z",
        "20240411T143505Z",
        "2024-04-11T14:35:05.Z",
        "2024-04-11T14:35:05,5Z",
        "2024-04-11T14:35:05+0200",
        "2024-04-11T14:35:05+02",
        "2024-04-11T14:35:05+2:00",
        "2024-04-11T14:35:05+24:00",
        "2024-04-11T14:35:05+02:60",
        "2024-04-11T14:35:05+02:00:00",
        "2024-04-11T14:35:05UTC",
        "2024-04-11T14:35:05+02:00[Europe/Vilnius]",
        "1712846105",
    ] {
        expect_error(text);
    }
}

#[test]
fn a_spelling_that_only_chrono_allows_is_rejected() {
    for text in [
        "2024-04-11 14:35:05Z",
        "2024-04-11_14:35:05Z",
        "2024-04-11T16:35:05\u{2212}02:00",
        "2024-04-11T14:35:05\u{a0}Z",
        "+2024-04-11T14:35:05Z",
        "-2024-04-11T14:35:05Z",
        "+12024-04-11T14:35:05Z",
        "２024-04-11T14:35:05Z",
    ] {
        expect_error(text);
    }
}

#[test]
fn a_leap_second_is_read_and_written_as_the_second_before() {
    let leap = read("2016-12-31T23:59:60Z").unwrap();
    assert_eq!(leap.timestamp(), 1_483_228_799);
    assert_eq!(written(leap), "2016-12-31T23:59:59Z");
    assert_eq!(written(read("2016-12-31T23:59:60.999Z").unwrap()), "2016-12-31T23:59:59Z");
    assert_eq!(written(read("2017-01-01T01:59:60+02:00").unwrap()), "2016-12-31T23:59:59Z");
    assert_eq!(written(read("9999-12-31T23:59:60Z").unwrap()), "9999-12-31T23:59:59Z");
}

#[test]
fn a_time_out_of_range_is_clamped_when_written() {
    let first = "0000-01-01T00:00:00Z";
    let last = "9999-12-31T23:59:59Z";
    assert_eq!(written(instant(*SECONDS.start(), 0)), first);
    assert_eq!(written(instant(SECONDS.start() + 1, 0)), "0000-01-01T00:00:01Z");
    assert_eq!(written(instant(SECONDS.start() - 1, 0)), first);
    assert_eq!(written(instant(SECONDS.start() - 1, 999_999_999)), first);
    assert_eq!(written(instant(*SECONDS.end(), 999_999_999)), last);
    assert_eq!(written(instant(SECONDS.end() - 1, 0)), "9999-12-31T23:59:58Z");
    assert_eq!(written(instant(SECONDS.end() + 1, 0)), last);
    assert_eq!(written(DateTime::<Utc>::MIN_UTC), first);
    assert_eq!(written(DateTime::<Utc>::MAX_UTC), last);
}

#[test]
fn a_time_out_of_range_is_rejected() {
    assert_eq!(read("0000-01-01T00:00:00Z").unwrap(), instant(*SECONDS.start(), 0));
    assert_eq!(read("9999-12-31T23:59:59.999999999Z").unwrap(), instant(*SECONDS.end(), 999_999_999));
    assert_eq!(read("0000-01-01T02:00:00+02:00").unwrap(), instant(*SECONDS.start(), 0));
    assert_eq!(read("9999-12-31T21:59:59-02:00").unwrap(), instant(*SECONDS.end(), 0));
    for text in [
        "10000-01-01T00:00:00Z",
        "+10000-01-01T00:00:00Z",
        "-0001-12-31T23:59:59Z",
        "-1-12-31T23:59:59Z",
        "0000-01-01T00:00:00+00:01",
        "0000-01-01T01:59:59+02:00",
        "9999-12-31T23:59:59-00:01",
        "9999-12-31T22:00:00-02:00",
    ] {
        expect_error(text);
    }
}

#[test]
fn only_a_string_is_a_timestamp() {
    for json in [json!(1_712_846_105), json!(1.5), json!(true), json!([]), json!({})] {
        let resource = json!({"id": 1, "name": "", "status": "active", "usage_count": 0, "created_at": json});
        assert!(serde_json::from_value::<TokenResource>(resource).is_err(), "{json}");
    }
}

/// Parses a date-time by RFC 3339, section 5.6, and returns its second if it is in range.
fn model(text: &str) -> Option<i64> {
    fn number(text: &mut &[u8], digits: usize) -> Option<i64> {
        let (number, rest) = text.split_at_checked(digits)?;
        *text = rest;
        number.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
    }
    fn one_of(text: &mut &[u8], accepted: &[u8]) -> Option<u8> {
        let (first, rest) = text.split_first()?;
        *text = rest;
        accepted.contains(first).then_some(*first)
    }
    let text = &mut text.as_bytes();
    let year = number(text, 4)?;
    one_of(text, b"-")?;
    let month = number(text, 2)?;
    one_of(text, b"-")?;
    let day = number(text, 2)?;
    one_of(text, b"Tt")?;
    let hour = number(text, 2)?;
    one_of(text, b":")?;
    let minute = number(text, 2)?;
    one_of(text, b":")?;
    let second = number(text, 2)?;
    if text.first() == Some(&b'.') {
        let digits = text[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        *text = &text[1 + digits..];
        (digits > 0).then_some(())?;
    }
    let offset = match one_of(text, b"Zz+-")? {
        sign @ (b'+' | b'-') => {
            let hours = number(text, 2)?;
            one_of(text, b":")?;
            let minutes = number(text, 2)?;
            (hours < 24 && minutes < 60).then_some(())?;
            (hours * 60 + minutes) * if sign == b'+' { 60 } else { -60 }
        }
        _ => 0,
    };
    text.is_empty().then_some(())?;
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = |year, month| match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    };
    ((1..=days(year, month)).contains(&day) && hour < 24 && minute < 60 && second <= 60).then_some(())?;
    let years: i64 = (0..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    let months: i64 = (1..month).map(|month| days(year, month)).sum();
    let seconds = ((years + months + day - 1) * 24 + hour) * 3600 + minute * 60 + second.min(59) - offset;
    let time = SECONDS.start() + seconds;
    SECONDS.contains(&time).then_some(time)
}

#[test]
fn every_text_one_character_away_from_an_instant_is_read_as_the_grammar_says() {
    for valid in
        ["2024-02-29T19:35:05Z", "1999-12-31T23:59:59.25+02:00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-00:00"]
    {
        assert!(model(valid).is_some());
        let agree = |text: String| {
            assert_eq!(read(&text).ok().map(|time| time.timestamp()), model(&text), "{text:?}");
        };
        for index in 0..=valid.len() {
            let (before, after) = valid.split_at(index);
            agree(before.to_owned());
            if let Some(rest) = after.get(1..) {
                agree(format!("{before}{rest}"));
            }
            for c in '\0'..='\u{ff}' {
                agree(format!("{before}{c}{after}"));
                if let Some(rest) = after.get(1..) {
                    agree(format!("{before}{c}{rest}"));
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn a_written_timestamp_is_read_as_its_whole_second(
        seconds in SECONDS,
        nanoseconds in 0..1_000_000_000_u32,
    ) {
        let text = written(instant(seconds, nanoseconds));
        prop_assert_eq!(text.len(), 20);
        prop_assert_eq!(model(&text), Some(seconds));
        prop_assert_eq!(read(&text).unwrap(), instant(seconds, 0));
    }

    #[test]
    fn an_offset_is_another_spelling_of_the_same_instant(
        seconds in SECONDS,
        minutes in -1439..=1439_i64,
    ) {
        let local = instant(seconds, 0) + TimeDelta::minutes(minutes);
        prop_assume!(SECONDS.contains(&local.timestamp()));
        let sign = if minutes < 0 { '-' } else { '+' };
        let ahead = minutes.abs();
        let text = written(local).replace('Z', &format!("{sign}{:02}:{:02}", ahead / 60, ahead % 60));
        prop_assert_eq!(read(&text).unwrap(), instant(seconds, 0));
    }

    #[test]
    fn no_text_panics(text in "\\PC*") {
        prop_assert_eq!(read(&text).ok().map(|time| time.timestamp()), model(&text));
    }
}
