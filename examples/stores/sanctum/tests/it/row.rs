use chrono::{DateTime, TimeDelta, Utc};
use tokenfolio::{
    AccessToken, Authenticator, ListQuery, StatusFilter, StoreError, StoreErrorKind, TokenId, TokenList, TokenStatus,
    TokenStore,
};
use tokenfolio_sanctum::SanctumStore;

use crate::database::{Application, TEAM, USER, bearer, user};

fn time(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time in UTC")
}

async fn tokens(store: &SanctumStore) -> Vec<AccessToken> {
    store.list(&ListQuery::new(user(7))).await.expect("a working database").tokens
}

#[track_caller]
fn assert_corrupt<T: std::fmt::Debug>(result: Result<T, StoreError>, context: &str) {
    let error = result.expect_err(context);
    assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{context}: {error:?}");
}

#[tokio::test]
async fn times_are_what_laravel_writes_in_every_time_zone_of_the_server() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    application.run("UPDATE personal_access_tokens SET expires_at = '2024-07-01 02:30:00'");
    let store = application.store().await;
    let [token] = &tokens(&store).await[..] else { panic!("one token") };
    assert_eq!(token.created_at, time("2024-03-01T18:11:00Z"));
    assert_eq!(token.expires_at, Some(time("2024-07-01T02:30:00Z")));

    let mut written = AccessToken::new(2, "CI", time("2024-03-01T18:11:00.999999Z"));
    written.last_used_at = Some(time("2024-12-31T23:59:59Z"));
    store.insert(&user(7), &[written]).await.unwrap();
    let sql = "SELECT concat(created_at, ' ', last_used_at) FROM personal_access_tokens WHERE id = 2";
    let read: String = sqlx::query_scalar(sql).fetch_one(&application.pool().await).await.unwrap();
    assert_eq!(read, "2024-03-01 18:11:00 2024-12-31 23:59:59");
}

#[tokio::test]
async fn a_token_expires_at_the_same_instant_in_every_time_zone_of_the_server() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    application.run("UPDATE personal_access_tokens SET expires_at = '2024-07-01 02:30:00'");
    let store = application.store().await;
    let expires_at = time("2024-07-01T02:30:00Z");
    for (now, status) in [
        (expires_at - TimeDelta::microseconds(1), TokenStatus::Active),
        (expires_at, TokenStatus::Expired),
        (expires_at + TimeDelta::microseconds(1), TokenStatus::Expired),
    ] {
        assert_eq!(store.find(&bearer("1|text-1")).await.unwrap().unwrap().token.status(now), status, "{now}");
        let query = ListQuery::new(user(7)).with_status(StatusFilter { status, now });
        assert_eq!(store.list(&query).await.unwrap().total, 1, "{now}");
    }
}

#[tokio::test]
async fn a_zero_date_is_corrupt_and_not_a_missing_time() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    let zero = |column: &str| {
        let clear = "SET SESSION sql_mode = ''; UPDATE personal_access_tokens SET created_at = '2024-03-01', \
            last_used_at = NULL, expires_at = NULL";
        application.run(&format!("{clear}; UPDATE personal_access_tokens SET {column} = '0000-00-00 00:00:00'"));
    };
    let plain = application.store().await;
    let migrated = application.migrated_store().await;
    for column in ["created_at", "last_used_at", "expires_at"] {
        zero(column);
        for store in [&plain, &migrated] {
            assert_corrupt(store.list(&ListQuery::new(user(7))).await, column);
            assert_corrupt(store.find(&bearer("1|text-1")).await, column);
        }
    }
    zero("revoked_at");
    assert_corrupt(migrated.list(&ListQuery::new(user(7))).await, "revoked_at");
    assert_corrupt(migrated.find(&bearer("1|text-1")).await, "revoked_at");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_corrupt() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    let store = application.migrated_store().await;
    for damage in [
        "allowed_ips = '[\"10.0.0.0/33\"]'",
        "allowed_ips = '{}'",
        "allowed_ips = 'x'",
        "allowed_ips = NULL, usage_count = -1",
        "usage_count = 0, id = 9223372036854775808",
    ] {
        application.run(&format!("UPDATE personal_access_tokens SET {damage}"));
        assert_corrupt(store.list(&ListQuery::new(user(7))).await, damage);
        assert_corrupt(store.find(&bearer("text-1")).await, damage);
    }
}

#[tokio::test]
async fn a_token_without_a_creation_time_has_the_oldest_time() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    application.run("UPDATE personal_access_tokens SET created_at = NULL, updated_at = NULL");
    let store = application.store().await;
    let now = time("2024-03-01T18:11:00Z");
    let [token] = &tokens(&store).await[..] else { panic!("one token") };
    assert_eq!((token.created_at, token.status(now)), (DateTime::UNIX_EPOCH, TokenStatus::Active));

    let store = store.with_expiration(TimeDelta::days(365));
    let found = store.find(&bearer("1|text-1")).await.unwrap().unwrap();
    assert_eq!(found.token.status(now), TokenStatus::Expired);
    let query = ListQuery::new(user(7)).with_status(StatusFilter { status: TokenStatus::Expired, now });
    assert_eq!(store.list(&query).await.unwrap().total, 1);
}

#[tokio::test]
async fn a_filter_agrees_with_the_status_after_an_expiration() {
    let application = Application::create();
    let migrated = application.migrated_store().await.with_expiration(TimeDelta::days(30));
    let created_at = time("2024-03-01T18:11:00Z");
    let days = |days| Some(created_at + TimeDelta::days(days));
    let ends = [(None, None), (days(31), None), (days(29), None), (days(29), days(14)), (None, days(60))];
    let mut inserted = Vec::new();
    for (id, (expires_at, revoked_at)) in (1..).zip(ends) {
        let token = AccessToken::new(id, "CI", created_at).with_expires_at(expires_at).with_revoked_at(revoked_at);
        inserted.push(token);
    }
    migrated.insert(&user(7), &inserted).await.unwrap();
    let all = tokens(&migrated).await;
    for day in [13, 14, 28, 29, 30, 31, 59, 60] {
        let now = created_at + TimeDelta::days(day);
        for status in [TokenStatus::Active, TokenStatus::Expired, TokenStatus::Revoked] {
            let expected: Vec<_> = all.iter().filter(|token| token.status(now) == status).cloned().collect();
            let total = expected.len() as u64;
            let query = ListQuery::new(user(7)).with_status(StatusFilter { status, now });
            assert_eq!(migrated.list(&query).await.unwrap(), TokenList::new(expected, total), "{status} on day {day}");
        }
    }
}

#[tokio::test]
async fn any_time_can_be_compared() {
    let application = Application::create();
    let store = application.store().await;
    let token = AccessToken::new(1, "CI", time("2024-03-01T18:11:00Z")).with_expires_at(time("2024-03-02T00:00:00Z"));
    store.insert(&user(7), &[token]).await.unwrap();
    for store in [store.clone(), store.with_expiration(TimeDelta::MAX)] {
        for (now, total) in [
            (DateTime::<Utc>::MIN_UTC, 0),
            (time("1969-12-31T23:59:59Z"), 0),
            (time("2038-01-19T03:14:08Z"), 1),
            (time("2500-01-01T00:00:00Z"), 1),
            (DateTime::<Utc>::MAX_UTC, 1),
        ] {
            let query = ListQuery::new(user(7)).with_status(StatusFilter { status: TokenStatus::Expired, now });
            assert_eq!(store.list(&query).await.unwrap().total, total, "{now}");
        }
    }
}

#[tokio::test]
async fn values_that_the_table_cannot_hold_are_rejected() {
    let application = Application::create();
    let plain = application.store().await;
    let migrated = application.migrated_store().await;
    let created_at = time("2024-03-01T18:11:00Z");
    let mut overused = AccessToken::new(1, "CI", created_at);
    overused.usage_count = i64::MAX.unsigned_abs() + 1;
    let long = AccessToken::new(1, "x".repeat(256), created_at);
    let negative = AccessToken::new(-1, "CI", created_at);
    let late = AccessToken::new(1, "CI", time("2039-01-01T00:00:00Z"));
    let early = AccessToken::new(1, "CI", time("1969-01-01T00:00:00Z"));
    let later = AccessToken::new(1, "CI", DateTime::<Utc>::MAX_UTC);
    for rejected in [overused, long, negative, late, early, later] {
        let error = migrated.insert(&user(7), std::slice::from_ref(&rejected)).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Other, "{rejected:?}: {error:?}");
    }
    let revoked = AccessToken::new(1, "CI", created_at).with_revoked_at(created_at);
    let used = AccessToken::new(2, "CI", created_at).with_usage_count(1);
    for rejected in [revoked, used] {
        let error = plain.insert(&user(7), std::slice::from_ref(&rejected)).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Other, "{rejected:?}: {error:?}");
        migrated.insert(&user(7), &[rejected]).await.unwrap();
    }
    assert_eq!(tokens(&plain).await.len(), 2);
}

#[tokio::test]
async fn a_failing_insert_adds_no_tokens() {
    let application = Application::create();
    let store = application.store().await;
    let token = AccessToken::new(1, "CI", time("2024-03-01T18:11:00Z"));
    store.insert(&user(7), &[]).await.unwrap();
    store.insert(&user(7), &[token.clone(), token.clone()]).await.unwrap_err();
    assert_eq!(tokens(&store).await, []);
    let many: Vec<_> = (1..=5_000).map(|id| AccessToken::new(id, "CI", token.created_at)).collect();
    store.insert(&user(7), &many).await.unwrap();
    assert_eq!(store.list(&ListQuery::new(user(7))).await.unwrap().total, 5_000);
}

#[tokio::test]
async fn zero_is_an_id() {
    let application = Application::create();
    let store = application.store().await;
    store.insert(&user(7), &[AccessToken::new(0, "CI", time("2024-03-01T18:11:00Z"))]).await.unwrap();
    assert_eq!(tokens(&store).await[0].id, TokenId(0));
}

#[tokio::test]
async fn rows_of_another_model_with_the_same_id_are_not_listed() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    application.add_token(2, TEAM, 7);
    let [token] = &tokens(&application.store().await).await[..] else { panic!("one token") };
    assert_eq!(token.id, TokenId(1));
}
