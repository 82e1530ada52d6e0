//! The status of a token, and when it changes.

use std::cmp::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tokenfolio::{AccessToken, ReportedStatus, StatusFilter, TokenStatus};

const KNOWN: [(TokenStatus, &str); 3] =
    [(TokenStatus::Active, "active"), (TokenStatus::Expired, "expired"), (TokenStatus::Revoked, "revoked")];

/// Returns a fixed instant plus some nanoseconds.
fn instant(nanoseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_nanos(1_712_846_105_000_000_000 + nanoseconds)
}

fn token(revoked_at: Option<DateTime<Utc>>, expires_at: Option<DateTime<Utc>>) -> AccessToken {
    let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
    token.revoked_at = revoked_at;
    token.expires_at = expires_at;
    token
}

/// The rule as a table: each timestamp compared with now.
fn model(revoked: Option<Ordering>, expires: Option<Ordering>) -> TokenStatus {
    match (revoked, expires) {
        (Some(Ordering::Less | Ordering::Equal), _) => TokenStatus::Revoked,
        (None | Some(Ordering::Greater), Some(Ordering::Less | Ordering::Equal)) => TokenStatus::Expired,
        (None | Some(Ordering::Greater), None | Some(Ordering::Greater)) => TokenStatus::Active,
    }
}

#[test]
fn the_status_follows_the_table_for_every_order_of_the_three_instants() {
    let day = 86_400_000_000_000;
    let edges = [None, Some(-day), Some(-1), Some(0), Some(1), Some(day)].map(|edge| edge.map(instant));
    let extremes = [None, Some(DateTime::<Utc>::MIN_UTC), Some(DateTime::<Utc>::MAX_UTC)];
    let instants: Vec<_> = edges.into_iter().chain(extremes).collect();
    for now in [instant(-1), instant(0), instant(1), DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        for revoked_at in &instants {
            for expires_at in &instants {
                let expected = model(revoked_at.map(|time| time.cmp(&now)), expires_at.map(|time| time.cmp(&now)));
                let case = format!("revoked {revoked_at:?}, expires {expires_at:?}, now {now:?}");
                assert_eq!(TokenStatus::derive(*revoked_at, *expires_at, now), expected, "{case}");

                let token = token(*revoked_at, *expires_at);
                assert_eq!(token.status(now), expected, "{case}");
                for (status, _) in KNOWN {
                    assert_eq!(StatusFilter { status, now }.matches(&token), status == expected, "{case}");
                }
            }
        }
    }
}

#[test]
fn a_token_expires_at_the_exact_nanosecond() {
    let expires = |nanoseconds| TokenStatus::derive(None, Some(instant(nanoseconds)), instant(0));
    assert_eq!(
        [expires(0), expires(-1), expires(1)],
        [TokenStatus::Expired, TokenStatus::Expired, TokenStatus::Active]
    );
}

#[test]
fn a_future_revocation_has_no_effect_yet() {
    assert_eq!(TokenStatus::derive(Some(instant(1)), None, instant(0)), TokenStatus::Active);
    assert_eq!(TokenStatus::derive(Some(instant(1)), Some(instant(0)), instant(0)), TokenStatus::Expired);
    assert_eq!(TokenStatus::derive(Some(instant(1)), Some(instant(0)), instant(1)), TokenStatus::Revoked);
}

#[test]
fn the_next_change_is_the_first_nanosecond_with_another_status() {
    let instants: Vec<_> = std::iter::once(None).chain((0..=6).map(Some)).collect();
    for revoked in &instants {
        for expires in &instants {
            let token = token(revoked.map(instant), expires.map(instant));
            for now in -1..=7 {
                let changes = |later: &i64| token.status(instant(*later)) != token.status(instant(now));
                let expected = (now + 1..=8).find(changes).map(instant);
                assert_eq!(
                    token.next_change(instant(now)),
                    expected,
                    "revoked {revoked:?}, expires {expires:?}, now {now}"
                );
                assert_eq!(
                    TokenStatus::next_change(revoked.map(instant), expires.map(instant), instant(now)),
                    expected
                );
            }
        }
    }
}

fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    any::<i64>().prop_map(DateTime::from_timestamp_nanos)
}

/// Instants that often coincide, and some that are far apart.
fn near_or_far() -> impl Strategy<Value = DateTime<Utc>> {
    prop_oneof![
        (0..3_i64).prop_map(instant),
        any_instant(),
        Just(DateTime::<Utc>::MIN_UTC),
        Just(DateTime::<Utc>::MAX_UTC)
    ]
}

/// The rule as a timeline of events, each with the status after it.
fn timeline(revoked_at: Option<DateTime<Utc>>, expires_at: Option<DateTime<Utc>>) -> Vec<(DateTime<Utc>, TokenStatus)> {
    let expiry = expires_at.map(|time| (time, TokenStatus::Expired));
    let revocation = revoked_at.map(|time| (time, TokenStatus::Revoked));
    let mut events: Vec<_> = expiry.into_iter().chain(revocation).collect();
    events.sort_by_key(|(time, _)| *time);
    let mut story = vec![(DateTime::<Utc>::MIN_UTC, TokenStatus::Active)];
    for (time, status) in events {
        // A revoked token cannot expire.
        if story.iter().any(|(_, before)| *before == TokenStatus::Revoked) {
            continue;
        }
        // If both events are at one instant, the revocation replaces the expiry.
        story.retain(|(before, _)| *before != time);
        story.push((time, status));
    }
    story
}

proptest! {
    #[test]
    fn between_two_changes_the_status_is_constant(
        revoked_at in proptest::option::of(any_instant()),
        expires_at in proptest::option::of(any_instant()),
        now in any_instant(),
        later in any_instant(),
    ) {
        let status = |now| TokenStatus::derive(revoked_at, expires_at, now);
        match TokenStatus::next_change(revoked_at, expires_at, now) {
            Some(change) => {
                prop_assert!(change > now);
                prop_assert_ne!(status(change), status(now));
                prop_assert_eq!(status(change - TimeDelta::nanoseconds(1)), status(now));
                let within = later.clamp(now, change - TimeDelta::nanoseconds(1));
                prop_assert_eq!(status(within), status(now));
            }
            None => {
                prop_assert_eq!(status(later.max(now)), status(now));
                prop_assert_eq!(status(DateTime::<Utc>::MAX_UTC), status(now));
            }
        }
    }

    #[test]
    fn following_the_changes_gives_the_timeline(
        revoked_at in proptest::option::of(near_or_far()),
        expires_at in proptest::option::of(near_or_far()),
    ) {
        let status = |now| TokenStatus::derive(revoked_at, expires_at, now);
        let mut now = DateTime::<Utc>::MIN_UTC;
        let mut changes = vec![(now, status(now))];
        while let Some(change) = TokenStatus::next_change(revoked_at, expires_at, now) {
            now = change;
            changes.push((now, status(now)));
            prop_assert!(changes.len() <= 3);
        }
        prop_assert_eq!(changes, timeline(revoked_at, expires_at));
    }

    #[test]
    fn any_text_is_a_reported_status_and_comes_back(text in ".*") {
        let status = ReportedStatus::from(&*text);
        prop_assert_eq!(status.as_str(), &*text);
        let is_known = KNOWN.iter().any(|(_, word)| *word == text);
        prop_assert_eq!(matches!(status, ReportedStatus::Known(_)), is_known);
        let json = serde_json::to_string(&status).unwrap();
        prop_assert_eq!(&json, &serde_json::to_string(&text).unwrap());
        prop_assert_eq!(serde_json::from_str::<ReportedStatus>(&json).unwrap(), status);
    }
}

#[test]
fn a_known_word_is_a_known_status_however_it_is_read() {
    for (status, word) in KNOWN {
        let known = ReportedStatus::Known(status);
        assert_eq!(status.as_str(), word);
        assert_eq!(status.to_string(), word);
        assert_eq!(format!("{status:>8}|{known:<8}|"), format!("{word:>8}|{word:<8}|"));
        assert_eq!(known.as_str(), word);
        assert_eq!(ReportedStatus::from(status), known);
        assert_eq!(ReportedStatus::from(word), known);
        assert_eq!(serde_json::to_string(&known).unwrap(), format!("\"{word}\""));
        assert_eq!(serde_json::from_str::<ReportedStatus>(&format!("\"{word}\"")).unwrap(), known);
        let escaped: String = word.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        assert_eq!(serde_json::from_str::<ReportedStatus>(&format!("\"{escaped}\"")).unwrap(), known);
        assert_eq!(serde_json::from_value::<ReportedStatus>(word.into()).unwrap(), known);
    }
}

#[test]
fn another_word_is_preserved() {
    for word in ["suspended", "", "Active", "ACTIVE", " active", "active ", "activ", "actives", "ungültig"] {
        let status = ReportedStatus::from(word);
        let ReportedStatus::Other(unknown) = &status else { panic!("{word:?} is not a known status") };
        assert_eq!((unknown.as_str(), status.as_str(), &*status.to_string()), (word, word, word));
    }
}

#[test]
fn a_status_that_is_not_a_string_is_rejected() {
    for json in ["null", "1", "true", "[]", "{}"] {
        assert!(serde_json::from_str::<ReportedStatus>(json).is_err(), "{json}");
    }
}

#[test]
fn a_status_parses_from_its_word_and_from_no_other_text() {
    for (status, word) in KNOWN {
        assert_eq!(word.parse(), Ok(status));
        assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{word}\""));
        assert_eq!(serde_json::from_str::<TokenStatus>(&format!("\"{word}\"")).unwrap(), status);
    }
    for text in ["", "Active", " active", "active ", "activ", "suspended"] {
        let error = text.parse::<TokenStatus>().unwrap_err();
        assert_eq!(error.as_str(), text);
        let message = format!("unknown status `{text}`, expected `active`, `expired` or `revoked`");
        assert_eq!(error.to_string(), message);
        let json = serde_json::Value::from(text);
        assert_eq!(serde_json::from_value::<TokenStatus>(json).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_reported_status_equals_the_status_that_it_reports() {
    for (status, word) in KNOWN {
        for (other, _) in KNOWN {
            assert_eq!(ReportedStatus::from(word) == other, status == other);
            assert_eq!(other == ReportedStatus::from(word), status == other);
        }
        assert_ne!(ReportedStatus::from("suspended"), status);
        assert_ne!(status, ReportedStatus::from("suspended"));
    }
}
