use std::error::Error;

use chrono::DateTime;
use rusqlite::Connection;
use tokenfolio::{AccessToken, Authenticator, BearerToken, ListQuery, StoreErrorKind, TokenStore};
use tokenfolio_sqlite::SqliteStore;

fn token() -> AccessToken {
    AccessToken::new(1, "CI", DateTime::UNIX_EPOCH)
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_corrupt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let mut used = token();
    used.usage_count = 1;
    store.insert(7, vec![used]).await.unwrap();
    store.set_secret(7, token().id, "7|secret").await.unwrap();
    let secret = BearerToken::from_values([&b"Bearer 7|secret"[..]]).unwrap();

    let other = Connection::open(&path).unwrap();
    for damage in [
        "access_token SET allowed_ips = '10.0.0.0/24'",
        "access_token SET allowed_ips = '[\"10.0.0.0/33\"]'",
        "access_token SET allowed_ips = 'null'",
        "access_token SET allowed_ips = NULL, created_at = 9223372036854775807",
        "access_token SET created_at = 0, name = CAST(x'ff' AS TEXT)",
        "access_token SET name = 'CI'; UPDATE token_usage SET usage_count = -1",
        "token_usage SET usage_count = 1, last_used_at = 9223372036854775807",
    ] {
        other.execute_batch(&format!("UPDATE {damage}")).unwrap();
        let error = store.list(&ListQuery::new(7)).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{damage}: {:?}", error.source());
        let error = store.find(&secret).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{damage}: {:?}", error.source());
    }
}

#[tokio::test]
async fn a_usage_count_above_i64_max_is_rejected() {
    let store = SqliteStore::in_memory().await.unwrap();
    let mut token = token();
    token.usage_count = i64::MAX.unsigned_abs() + 1;
    assert_eq!(store.insert(7, vec![token]).await.unwrap_err().kind(), StoreErrorKind::Other);
    assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_failing_insert_adds_no_tokens() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.insert(7, vec![token(), token()]).await.unwrap_err();
    assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_writer_that_waits_for_a_lock_times_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(store.insert(7, vec![token()]).await.unwrap_err().kind(), StoreErrorKind::Timeout);
    assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 0, "readers are not blocked");

    other.execute_batch("ROLLBACK").unwrap();
    store.insert(7, vec![token()]).await.unwrap();
}

#[tokio::test]
async fn a_path_that_cannot_be_opened_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("no/such/folder"), "".into()] {
        let error = SqliteStore::open(&path).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{}: {:?}", path.display(), error.source());
    }
}

#[tokio::test]
async fn a_file_that_is_not_a_database_is_corrupt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    std::fs::write(&path, "this is a long text".repeat(100)).unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{:?}", error.source());
}
