use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Connection;
use tokenfolio::{AccessToken, Authenticator, BearerToken, ListQuery, StoreErrorKind, TokenId, TokenStore, TokenUsage};
use tokenfolio_sqlite::SqliteStore;

const MAX_COUNT: u64 = i64::MAX.unsigned_abs();

fn time(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
}

fn usage(owner: i64, id: i64, count: u64, last_used_at: DateTime<Utc>) -> TokenUsage<i64> {
    let mut usage = TokenUsage::new(owner, id, last_used_at);
    usage.count = count;
    usage
}

fn token(id: i64, usage_count: u64, last_used_at: Option<DateTime<Utc>>) -> AccessToken {
    let mut token = AccessToken::new(id, "CI", time(0));
    token.usage_count = usage_count;
    token.last_used_at = last_used_at;
    token
}

async fn store_of(tokens: Vec<AccessToken>) -> SqliteStore {
    let store = SqliteStore::in_memory().await.expect("memory is there");
    store.insert(7, tokens).await.expect("new tokens");
    store
}

/// Lists the usage of an owner's tokens.
async fn listed_usage(store: &SqliteStore, owner: i64) -> Vec<(u64, Option<DateTime<Utc>>)> {
    let list = store.list(&ListQuery::new(owner)).await.expect("a working database");
    list.tokens.into_iter().map(|token| (token.usage_count, token.last_used_at)).collect()
}

#[tokio::test]
async fn a_batch_adds_counts_and_the_latest_time_wins() {
    let store = store_of(vec![token(1, 0, None), token(2, 42, Some(time(9))), token(3, 5, None)]).await;
    store.insert(8, vec![token(1, 0, None)]).await.unwrap();
    let batch = [usage(7, 1, 3, time(1)), usage(7, 2, 1, time(8)), usage(7, 3, 1, time(2))];
    store.record_usage(&batch).await.unwrap();
    assert_eq!(listed_usage(&store, 7).await, [(3, Some(time(1))), (43, Some(time(9))), (6, Some(time(2)))]);
    store.record_usage(&batch[..1]).await.unwrap();
    store.record_usage(&[usage(7, 2, 1, time(10))]).await.unwrap();
    assert_eq!(listed_usage(&store, 7).await, [(6, Some(time(1))), (44, Some(time(10))), (6, Some(time(2)))]);
    assert_eq!(listed_usage(&store, 8).await, [(0, None)]);
}

#[tokio::test]
async fn a_count_without_a_time_and_a_time_without_a_count_are_stored() {
    let store = store_of(vec![token(1, 0, Some(time(1))), token(2, 1, None)]).await;
    assert_eq!(listed_usage(&store, 7).await, [(0, Some(time(1))), (1, None)]);
}

#[tokio::test]
async fn an_authenticated_token_has_its_usage() {
    let store = store_of(vec![token(1, 0, None)]).await;
    store.set_secret(7, TokenId(1), "7|secret").await.unwrap();
    store.record_usage(&[usage(7, 1, 3, time(1))]).await.unwrap();
    let secret = BearerToken::from_values([&b"Bearer 7|secret"[..]]).unwrap();
    let found = store.find(&secret).await.unwrap().unwrap();
    assert_eq!(found.token, token(1, 3, Some(time(1))));
}

#[tokio::test]
async fn usage_of_removed_tokens_is_ignored() {
    let store = store_of(vec![token(1, 5, Some(time(1))), token(2, 0, None)]).await;
    store.remove(7, TokenId(1)).await.unwrap();
    store.record_usage(&[usage(6, 1, 1, time(1)), usage(7, 1, 1, time(1)), usage(7, 2, 1, time(1))]).await.unwrap();
    assert_eq!(listed_usage(&store, 7).await, [(1, Some(time(1)))]);
    assert_eq!(listed_usage(&store, 6).await, []);

    store.insert(7, vec![token(1, 0, None)]).await.unwrap();
    assert_eq!(listed_usage(&store, 7).await[0], (0, None), "a new token with the same id starts at zero");
}

#[tokio::test]
async fn counts_saturate_at_i64_max() {
    let store = store_of(vec![token(1, 0, None), token(2, MAX_COUNT - 1, None), token(3, MAX_COUNT, None)]).await;
    for second in 1..=2 {
        let batch =
            [usage(7, 1, u64::MAX, time(second)), usage(7, 2, 1, time(second)), usage(7, 3, MAX_COUNT, time(second))];
        store.record_usage(&batch).await.unwrap();
        assert_eq!(listed_usage(&store, 7).await, [(MAX_COUNT, Some(time(second))); 3]);
    }
}

#[tokio::test]
async fn a_failing_batch_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    let store = SqliteStore::open(&path).await.unwrap();
    store.insert(7, vec![token(1, 0, None), token(2, 0, None)]).await.unwrap();
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER reject BEFORE INSERT ON token_usage WHEN NEW.token_id = 2
            BEGIN SELECT RAISE(ABORT, 'asked to fail'); END",
        )
        .unwrap();
    let batch = [usage(7, 1, 1, time(1)), usage(7, 2, 1, time(1))];
    store.record_usage(&batch).await.unwrap_err();
    assert_eq!(listed_usage(&store, 7).await, [(0, None); 2]);

    other.execute_batch("DROP TRIGGER reject; BEGIN IMMEDIATE").unwrap();
    assert_eq!(store.record_usage(&batch).await.unwrap_err().kind(), StoreErrorKind::Timeout);
    other.execute_batch("ROLLBACK").unwrap();
    store.record_usage(&batch).await.unwrap();
    assert_eq!(listed_usage(&store, 7).await, [(1, Some(time(1))); 2]);
}

#[tokio::test]
async fn a_file_of_the_first_schema_preserves_usage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../../migrations/0001_access_tokens.sql")).unwrap();
    old.execute_batch(
        "INSERT INTO access_token (owner_id, id, name, created_at, last_used_at, usage_count)
        VALUES (7, 1, 'CI', 0, NULL, 0), (7, 2, 'CI', 0, 1000000, 42), (7, 3, 'CI', 0, NULL, 1);
        PRAGMA user_version = 1",
    )
    .unwrap();
    drop(old);

    let store = SqliteStore::open(&path).await.unwrap();
    let tokens = store.list(&ListQuery::new(7)).await.unwrap().tokens;
    assert_eq!(tokens, [token(1, 0, None), token(2, 42, Some(time(1))), token(3, 1, None)]);
}
