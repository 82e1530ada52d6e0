use chrono::{DateTime, TimeDelta, Utc};
use tokenfolio::{AccessToken, ListQuery, StatusFilter, TokenStatus, TokenStore};

use crate::database::Database;

/// A time zone with an unusual offset, another date style, and backslashes that escape.
const UNUSUAL: &str = " -c timezone=Asia/Kathmandu -c datestyle=German -c standard_conforming_strings=off";

#[tokio::test]
async fn session_settings_do_not_change_values() {
    let store = Database::with_options(UNUSUAL).await;
    for (id, seconds) in (1..).zip([0, -1, 1_712_846_105, -62_135_596_800, 253_402_300_799]) {
        let mut token = AccessToken::new(id, "a\\b", DateTime::from_timestamp(seconds, 999_999_000).unwrap());
        token.expires_at = Some(token.created_at);
        store.insert(7, vec![token.clone()]).await.unwrap();
        let listed = store.list(&ListQuery::new(7)).await.unwrap().tokens;
        assert_eq!(listed.last(), Some(&token));
    }
}

#[tokio::test]
async fn times_are_truncated_toward_the_past() {
    let store = Database::create().await;
    for (id, (nanos, truncated)) in (1..).zip([(1_999, 1_000), (-1, -1_000), (-1_000, -1_000), (500, 0), (0, 0)]) {
        let time = |nanos| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::nanoseconds(nanos);
        store.insert(7, vec![AccessToken::new(id, "CI", time(nanos))]).await.unwrap();
        let listed = store.list(&ListQuery::new(7)).await.unwrap().tokens;
        assert_eq!(listed.last().unwrap().created_at, time(truncated), "{nanos}");
    }
}

#[tokio::test]
async fn any_time_can_be_compared() {
    let store = Database::create().await;
    let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
    token.expires_at = Some(DateTime::UNIX_EPOCH);
    store.insert(7, vec![token]).await.unwrap();
    for (now, total) in [(DateTime::<Utc>::MIN_UTC, 0), (DateTime::UNIX_EPOCH, 1), (DateTime::<Utc>::MAX_UTC, 1)] {
        let status = Some(StatusFilter { status: TokenStatus::Expired, now });
        let mut query = ListQuery::new(7);
        query.status = status;
        assert_eq!(store.list(&query).await.unwrap().total, total, "{now}");
    }
}
