use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Connection;
use tokenfolio::{AccessToken, Authenticator, BearerToken, ListQuery, StoreErrorKind, TokenId, TokenStore, TokenUsage};
use tokenfolio_sqlite::SqliteStore;

const MOST: u64 = i64::MAX.unsigned_abs();

fn at(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
}

/// So many uses of a token, the last of them then.
fn uses(owner: i64, id: i64, count: u64, last_used_at: DateTime<Utc>) -> TokenUsage<i64> {
    let mut uses = TokenUsage::new(owner, id, last_used_at);
    uses.count = count;
    uses
}

fn token(id: i64, usage_count: u64, last_used_at: Option<DateTime<Utc>>) -> AccessToken {
    let mut token = AccessToken::new(id, "CI", at(0));
    (token.usage_count, token.last_used_at) = (usage_count, last_used_at);
    token
}

async fn store_of(tokens: Vec<AccessToken>) -> SqliteStore {
    let store = SqliteStore::in_memory().await.expect("memory is there");
    store.insert(7, tokens).await.expect("new tokens");
    store
}

/// Lists the usage of an owner's tokens.
async fn usage(store: &SqliteStore, owner: i64) -> Vec<(u64, Option<DateTime<Utc>>)> {
    let slice = store.list(&ListQuery::new(owner)).await.expect("a working database");
    slice.tokens.into_iter().map(|token| (token.usage_count, token.last_used_at)).collect()
}

#[tokio::test]
async fn a_batch_adds_its_counts_and_keeps_the_later_time() {
    let store = store_of(vec![token(1, 0, None), token(2, 42, Some(at(9))), token(3, 5, None)]).await;
    store.insert(8, vec![token(1, 0, None)]).await.unwrap();
    let batch = [uses(7, 1, 3, at(1)), uses(7, 2, 1, at(8)), uses(7, 3, 1, at(2))];
    store.record_usage(&batch).await.unwrap();
    assert_eq!(usage(&store, 7).await, [(3, Some(at(1))), (43, Some(at(9))), (6, Some(at(2)))]);
    store.record_usage(&batch[..1]).await.unwrap();
    store.record_usage(&[uses(7, 2, 1, at(10))]).await.unwrap();
    assert_eq!(usage(&store, 7).await, [(6, Some(at(1))), (44, Some(at(10))), (6, Some(at(2)))]);
    assert_eq!(usage(&store, 8).await, [(0, None)]);
}

#[tokio::test]
async fn a_count_and_a_time_come_back_one_without_the_other() {
    let store = store_of(vec![token(1, 0, Some(at(1))), token(2, 1, None)]).await;
    assert_eq!(usage(&store, 7).await, [(0, Some(at(1))), (1, None)]);
}

#[tokio::test]
async fn who_presents_a_token_meets_its_uses_too() {
    let store = store_of(vec![token(1, 0, None)]).await;
    store.set_secret(7, TokenId(1), "7|secret").await.unwrap();
    store.record_usage(&[uses(7, 1, 3, at(1))]).await.unwrap();
    let secret = BearerToken::from_values([&b"Bearer 7|secret"[..]]).unwrap();
    let found = store.find(&secret).await.unwrap().unwrap();
    assert_eq!(found.token, token(1, 3, Some(at(1))));
}

#[tokio::test]
async fn uses_of_tokens_that_are_gone_are_passed_over() {
    let store = store_of(vec![token(1, 5, Some(at(1))), token(2, 0, None)]).await;
    store.remove(7, TokenId(1)).await.unwrap();
    store.record_usage(&[uses(6, 1, 1, at(1)), uses(7, 1, 1, at(1)), uses(7, 2, 1, at(1))]).await.unwrap();
    assert_eq!(usage(&store, 7).await, [(1, Some(at(1)))]);
    assert_eq!(usage(&store, 6).await, []);

    store.insert(7, vec![token(1, 0, None)]).await.unwrap();
    assert_eq!(usage(&store, 7).await[0], (0, None), "another token of that id begins anew");
}

#[tokio::test]
async fn counts_stop_at_the_highest_number_of_a_column() {
    let store = store_of(vec![token(1, 0, None), token(2, MOST - 1, None), token(3, MOST, None)]).await;
    for second in 1..=2 {
        let batch = [uses(7, 1, u64::MAX, at(second)), uses(7, 2, 1, at(second)), uses(7, 3, MOST, at(second))];
        store.record_usage(&batch).await.unwrap();
        assert_eq!(usage(&store, 7).await, [(MOST, Some(at(second))); 3]);
    }
}

#[tokio::test]
async fn a_batch_is_written_all_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    let store = SqliteStore::open(&path).await.unwrap();
    store.insert(7, vec![token(1, 0, None), token(2, 0, None)]).await.unwrap();
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER refuse BEFORE INSERT ON token_usage WHEN NEW.token_id = 2
            BEGIN SELECT RAISE(ABORT, 'asked to fail'); END",
        )
        .unwrap();
    let batch = [uses(7, 1, 1, at(1)), uses(7, 2, 1, at(1))];
    store.record_usage(&batch).await.unwrap_err();
    assert_eq!(usage(&store, 7).await, [(0, None); 2]);

    other.execute_batch("DROP TRIGGER refuse; BEGIN IMMEDIATE").unwrap();
    assert_eq!(store.record_usage(&batch).await.unwrap_err().kind(), StoreErrorKind::Timeout);
    other.execute_batch("ROLLBACK").unwrap();
    store.record_usage(&batch).await.unwrap();
    assert_eq!(usage(&store, 7).await, [(1, Some(at(1))); 2]);
}

#[tokio::test]
async fn a_file_of_the_first_schema_keeps_its_uses() {
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
    assert_eq!(tokens, [token(1, 0, None), token(2, 42, Some(at(1))), token(3, 1, None)]);
}
