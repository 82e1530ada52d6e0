//! The token, and its wire form.

mod allowed_ips;
mod ip_ranges;
mod status;
mod timestamp;

use std::marker::PhantomData;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use tokenfolio::{AccessToken, AllowedIps, ReportedStatus, TokenId, TokenResource, TokenStatus};

#[track_caller]
fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Returns a token with a value in every field.
fn full() -> AccessToken {
    let mut token = AccessToken::new(23145, "CI Deployments", instant("2024-03-01T18:11:00Z"));
    token.last_used_at = Some(instant("2024-04-11T14:35:05.999999Z"));
    token.usage_count = 12;
    token.expires_at = Some(instant("2024-12-31T06:00:00Z"));
    token.revoked_at = Some(instant("2024-06-01T00:00:00Z"));
    token.allowed_ips = Some(AllowedIps::parse(["10.0.0.0/24", "203.0.113.12"]).unwrap());
    token
}

const FULL: &str = concat!(
    r#"{"id":23145,"name":"CI Deployments","status":"active","last_used_at":"2024-04-11T14:35:05Z","usage_count":12,"#,
    r#""expires_at":"2024-12-31T06:00:00Z","created_at":"2024-03-01T18:11:00Z","#,
    r#""allowed_ips":["10.0.0.0/24","203.0.113.12"]}"#,
);

#[test]
fn a_resource_is_its_eight_members_in_order() {
    let resource = full().into_resource(instant("2024-05-01T00:00:00Z"));
    assert_eq!(serde_json::to_string(&resource).unwrap(), FULL);
}

#[test]
fn a_missing_value_is_null() {
    let mut token = AccessToken::new(1, "Production Deploy", instant("2024-03-01T18:11:00Z"));
    token.last_used_at = Some(instant("2024-04-11T14:35:05Z"));
    token.usage_count = 42;
    assert_eq!(
        serde_json::to_string(&token.into_resource(instant("2024-05-01T00:00:00Z"))).unwrap(),
        concat!(
            r#"{"id":1,"name":"Production Deploy","status":"active","last_used_at":"2024-04-11T14:35:05Z","#,
            r#""usage_count":42,"expires_at":null,"created_at":"2024-03-01T18:11:00Z","allowed_ips":null}"#,
        )
    );
    let bare = AccessToken::new(i64::MIN, "", DateTime::UNIX_EPOCH).into_resource(DateTime::UNIX_EPOCH);
    assert_eq!(
        serde_json::to_string(&bare).unwrap(),
        concat!(
            r#"{"id":-9223372036854775808,"name":"","status":"active","last_used_at":null,"usage_count":0,"#,
            r#""expires_at":null,"created_at":"1970-01-01T00:00:00Z","allowed_ips":null}"#,
        )
    );
}

#[test]
fn a_resource_has_the_status_at_its_time() {
    for (now, status) in [
        ("2024-05-31T23:59:59.999999999Z", TokenStatus::Active),
        ("2024-06-01T00:00:00Z", TokenStatus::Revoked),
        ("2025-01-01T00:00:00Z", TokenStatus::Revoked),
    ] {
        assert_eq!(full().into_resource(instant(now)).status, ReportedStatus::Known(status), "{now}");
    }
    let mut token = full();
    token.revoked_at = None;
    let expiry = instant("2024-12-31T06:00:00Z");
    assert_eq!(token.clone().into_resource(expiry).status.as_str(), "expired");
    assert_eq!(token.into_resource(expiry - TimeDelta::nanoseconds(1)).status.as_str(), "active");
}

#[test]
fn the_status_is_derived_from_the_full_time() {
    let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
    token.expires_at = Some(instant("2024-12-31T06:00:00.5Z"));
    let resource = token.into_resource(instant("2024-12-31T06:00:00.4Z"));
    assert_eq!(resource.status.as_str(), "active");
    assert_eq!(serde_json::to_value(&resource).unwrap()["expires_at"], "2024-12-31T06:00:00Z");
}

#[test]
fn becoming_a_resource_does_not_copy_the_heap() {
    let token = full();
    let name = Arc::clone(&token.name);
    let entries = token.allowed_ips.as_ref().map(|allowed| allowed.entries().as_ptr());
    let resource = token.into_resource(DateTime::UNIX_EPOCH);
    assert!(Arc::ptr_eq(&resource.name, &name));
    assert_eq!(resource.allowed_ips.as_ref().map(|allowed| allowed.entries().as_ptr()), entries);
}

#[test]
fn text_is_escaped_as_json_needs_and_no_further() {
    let name = "a\"b\\c/d\u{8}\t\n\u{0}\u{7f}é日🦀<&>";
    let resource = AccessToken::new(1, name, DateTime::UNIX_EPOCH).into_resource(DateTime::UNIX_EPOCH);
    let json = serde_json::to_string(&resource).unwrap();
    assert!(json.contains(concat!(r#""name":"a\"b\\c/d\b\t\n\u0000"#, "\u{7f}é日🦀<&>\"")), "{json}");
    assert_eq!(*serde_json::from_str::<TokenResource>(&json).unwrap().name, *name);
}

#[test]
fn a_written_resource_is_read_back() {
    let resource = serde_json::from_str::<TokenResource>(FULL).unwrap();
    assert_eq!(resource.id, TokenId(23145));
    assert_eq!(&*resource.name, "CI Deployments");
    assert_eq!(resource.status, ReportedStatus::Known(TokenStatus::Active));
    assert_eq!(resource.last_used_at, Some(instant("2024-04-11T14:35:05Z")));
    assert_eq!(resource.usage_count, 12);
    assert_eq!(resource.expires_at, Some(instant("2024-12-31T06:00:00Z")));
    assert_eq!(resource.created_at, instant("2024-03-01T18:11:00Z"));
    assert_eq!(resource.allowed_ips, Some(AllowedIps::parse(["10.0.0.0/24", "203.0.113.12"]).unwrap()));
    assert_eq!(serde_json::to_string(&resource).unwrap(), FULL);
}

#[track_caller]
fn read(json: Value) -> TokenResource {
    serde_json::from_value(json).unwrap()
}

/// Returns the members of [`FULL`] after a change.
fn members(change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> Value {
    let mut members = serde_json::from_str(FULL).unwrap();
    change(&mut members);
    Value::Object(members)
}

#[test]
fn unknown_members_are_ignored() {
    let extended = members(|members| {
        members.insert("abilities".to_owned(), json!(["*"]));
        members.insert("revoked_at".to_owned(), json!("not even an instant"));
    });
    assert_eq!(read(extended), read(members(|_| ())));
}

#[test]
fn a_nullable_member_that_is_missing_is_null() {
    for name in ["last_used_at", "expires_at", "allowed_ips"] {
        let missing = read(members(|members| drop(members.remove(name))));
        let null = read(members(|members| drop(members.insert(name.to_owned(), Value::Null))));
        assert_eq!(missing, null, "{name}");
        assert_eq!(serde_json::to_value(&missing).unwrap()[name], Value::Null, "{name}");
        assert_ne!(missing, read(members(|_| ())), "{name}");
    }
}

#[test]
fn a_required_member_that_is_missing_or_null_is_rejected() {
    for name in ["id", "name", "status", "usage_count", "created_at"] {
        let missing = members(|members| drop(members.remove(name)));
        let error = serde_json::from_value::<TokenResource>(missing).unwrap_err();
        assert_eq!(error.to_string(), format!("`{name}`: missing member"));
        let null = members(|members| drop(members.insert(name.to_owned(), Value::Null)));
        let error = serde_json::from_value::<TokenResource>(null).unwrap_err();
        assert!(error.to_string().starts_with(&format!("`{name}`: invalid type: null, expected ")), "{error}");
    }
}

#[test]
fn numbers_that_do_not_fit_are_rejected() {
    for (name, number) in [
        ("id", json!(9_223_372_036_854_775_808_u64)),
        ("id", json!(1.5)),
        ("id", json!(-1e300)),
        // 2^53 + 2 as a float, which could have been 2^53 + 1.
        ("id", json!(9_007_199_254_740_994.0)),
        ("id", json!("9223372036854775808")),
        ("id", json!("1.5")),
        ("id", json!("one")),
        ("id", json!("inf")),
        ("id", json!("NaN")),
        ("id", json!("")),
        ("id", json!("0x1")),
        ("id", json!(true)),
        ("id", json!([1])),
        ("id", json!({ "1": 1 })),
        ("usage_count", json!(-1)),
        ("usage_count", json!("-1")),
        ("usage_count", json!(0.5)),
    ] {
        let json = members(|members| drop(members.insert(name.to_owned(), number.clone())));
        let error = serde_json::from_value::<TokenResource>(json).unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{name}`: invalid ")), "{name} {number}: {error}");
        assert!(error.contains(", expected a whole number "), "{name} {number}: {error}");
    }
    let extreme = read(members(|members| {
        members.insert("id".to_owned(), json!(i64::MAX));
        members.insert("usage_count".to_owned(), json!(u64::MAX));
    }));
    assert_eq!((extreme.id, extreme.usage_count), (TokenId(i64::MAX), u64::MAX));
}

#[test]
fn a_number_may_be_text_or_a_float_without_a_fraction() {
    for (number, expected) in [
        ("7", 7),
        ("7.0", 7),
        ("7e0", 7),
        ("70e-1", 7),
        ("-0", 0),
        ("-0.0", 0),
        (r#""7""#, 7),
        (r#""007""#, 7),
        (r#"" 7\n""#, 7),
        (r#""+7""#, 7),
        (r#""7.00""#, 7),
        ("9007199254740993", 9_007_199_254_740_993),
        ("9007199254740992.0", 9_007_199_254_740_992),
        (r#""9223372036854775807""#, i64::MAX),
    ] {
        let json = FULL.replace("23145", number).replace(":12,", &format!(":{number},"));
        let token = serde_json::from_str::<TokenResource>(&json).unwrap_or_else(|error| panic!("{number}: {error}"));
        assert_eq!((token.id, token.usage_count), (TokenId(expected), expected.unsigned_abs()), "{number}");
        assert_eq!(serde_json::from_str::<TokenId>(number).unwrap(), TokenId(expected), "{number}");
    }
    assert_eq!(serde_json::from_str::<TokenId>("-7.0").unwrap(), TokenId(-7));
}

#[test]
fn a_count_that_is_too_large_is_the_largest() {
    for number in ["18446744073709551615", "18446744073709551616", "1e20", "1e308", r#""18446744073709551616""#] {
        let token: TokenResource = serde_json::from_str(&FULL.replace(":12,", &format!(":{number},"))).unwrap();
        assert_eq!(token.usage_count, u64::MAX, "{number}");
    }
}

#[test]
fn the_last_of_duplicate_members_wins() {
    let twice = format!("{{\"id\":1,\"name\":\"first\",\"expires_at\":null,{}", &FULL[1..]);
    assert_eq!(serde_json::from_str::<TokenResource>(&twice).unwrap(), read(members(|_| ())));
}

#[test]
fn an_error_names_the_member_and_the_item_in_it() {
    for (name, value, text) in [
        ("created_at", json!("now"), "`created_at`: `now` is not an RFC 3339 date-time"),
        ("expires_at", json!(true), "`expires_at`: invalid type: boolean `true`, expected a string"),
        ("name", json!(true), "`name`: invalid type: boolean `true`, expected a "),
        ("status", json!(null), "`status`: invalid type: null, expected a string"),
        ("allowed_ips", json!(["::1", null]), "`allowed_ips[1]`: invalid type: null, expected a "),
        ("allowed_ips", json!("::1"), "`allowed_ips`: invalid type: string \"::1\", expected a list"),
    ] {
        let json = members(|members| drop(members.insert(name.to_owned(), value)));
        let error = serde_json::from_value::<TokenResource>(json).unwrap_err().to_string();
        assert!(error.starts_with(text), "{error}");
    }
}

#[test]
fn a_token_with_an_unknown_status_is_read() {
    let resource = read(members(|members| drop(members.insert("status".to_owned(), json!("suspended")))));
    assert_eq!(resource.status.as_str(), "suspended");
    assert!(matches!(resource.status, ReportedStatus::Other(_)));
}

#[test]
fn an_id_is_its_number() {
    assert_eq!(TokenId::from(-7).to_string(), "-7");
    assert_eq!(format!("{:>4}|{:04}", TokenId(7), TokenId(7)), "   7|0007");
    assert_eq!(serde_json::to_string(&TokenId(i64::MIN)).unwrap(), i64::MIN.to_string());
    assert_eq!(serde_json::from_str::<TokenId>("9223372036854775807").unwrap(), TokenId(i64::MAX));
    assert!(TokenId(-1) < TokenId(0));
}

/// Finds out whether a type is `Serialize`: the inherent method takes precedence if its bound holds.
struct Probe<T>(PhantomData<T>);

impl<T: Serialize> Probe<T> {
    fn is_serialize(&self) -> bool {
        true
    }
}

trait Fallback {
    fn is_serialize(&self) -> bool {
        false
    }
}

impl<T> Fallback for Probe<T> {}

#[test]
fn the_record_is_not_serialize() {
    assert!(!Probe::<AccessToken>(PhantomData).is_serialize());
    assert!(!Probe::<tokenfolio::BearerToken>(PhantomData).is_serialize());
    assert!(Probe::<TokenResource>(PhantomData).is_serialize());
}

#[test]
fn a_token_shows_no_more_than_its_fields() {
    let names = |debug: String| -> Vec<String> {
        debug
            .lines()
            .filter_map(|line| line.strip_prefix("    ")?.split_once(':'))
            .map(|(name, _)| name)
            .filter(|name| !name.starts_with([' ', ')', ']', '}']))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(
        names(format!("{:#?}", full())),
        ["id", "name", "created_at", "last_used_at", "usage_count", "expires_at", "revoked_at", "allowed_ips"]
    );
}

#[test]
fn an_id_is_a_decimal_int64_as_text() {
    for id in [i64::MIN, -1, 0, 1, i64::MAX] {
        assert_eq!(id.to_string().parse(), Ok(TokenId(id)));
        assert_eq!(i64::from(TokenId(id)), id);
    }
    for text in ["", "1.0", " 1", "0x1", "9223372036854775808", "-9223372036854775809"] {
        let error = text.parse::<TokenId>().unwrap_err();
        assert_eq!(Err(error), text.parse::<i64>());
    }
}

#[test]
fn each_setter_sets_its_own_field() {
    let bare = AccessToken::new(23145, "CI Deployments", instant("2024-03-01T18:11:00Z"));
    let full = full();
    let set = bare
        .clone()
        .with_last_used_at(full.last_used_at)
        .with_usage_count(full.usage_count)
        .with_expires_at(full.expires_at)
        .with_revoked_at(full.revoked_at)
        .with_allowed_ips(full.allowed_ips.clone());
    assert_eq!(set, full);
    let unset = set
        .with_last_used_at(None)
        .with_usage_count(0)
        .with_expires_at(None)
        .with_revoked_at(None)
        .with_allowed_ips(None);
    assert_eq!(unset, bare);
    let time = instant("2024-05-01T00:00:00Z");
    assert_eq!(bare.clone().with_last_used_at(time).last_used_at, Some(time));
    assert_eq!(bare.clone().with_expires_at(time).expires_at, Some(time));
    assert_eq!(bare.clone().with_revoked_at(time).revoked_at, Some(time));
    assert_eq!(bare.with_allowed_ips(AllowedIps::deny_all()).allowed_ips, Some(AllowedIps::deny_all()));
}
