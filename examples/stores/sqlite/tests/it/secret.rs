use std::error::Error;
use std::path::Path;

use chrono::{DateTime, TimeDelta};
use rusqlite::Connection;
use tokenfolio::{AccessToken, AllowedIps, Authenticator, BearerToken, ListQuery, TokenId, TokenStore};
use tokenfolio_sqlite::SqliteStore;

const SECRET: &str = "7|never-to-be-found-in-the-file";

fn bearer(secret: &str) -> BearerToken {
    BearerToken::from_values([format!("Bearer {secret}").as_bytes()]).expect("a well-formed secret")
}

fn full_token(id: i64) -> AccessToken {
    let created_at = DateTime::UNIX_EPOCH + TimeDelta::microseconds(1);
    let mut token = AccessToken::new(id, "CI", created_at);
    token.last_used_at = Some(created_at + TimeDelta::days(1));
    token.usage_count = 42;
    token.expires_at = Some(created_at + TimeDelta::days(2));
    token.revoked_at = Some(created_at + TimeDelta::days(3));
    token.allowed_ips = AllowedIps::parse(["10.0.0.0/24", "2001:db8::7"]).ok();
    token
}

#[tokio::test]
async fn a_secret_finds_its_token_with_every_member() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.insert(7, vec![full_token(1), full_token(2)]).await.unwrap();
    store.insert(8, vec![full_token(2)]).await.unwrap();
    store.set_secret(7, TokenId(2), SECRET).await.unwrap();

    let found = store.find(&bearer(SECRET)).await.unwrap().unwrap();
    assert_eq!((found.owner, found.token), (7, full_token(2)));
}

#[tokio::test]
async fn an_unknown_secret_finds_nothing() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.insert(7, vec![full_token(1)]).await.unwrap();
    store.set_secret(7, TokenId(1), SECRET).await.unwrap();

    // The routing prefix is part of the secret.
    for unknown in ["x", "8|never-to-be-found-in-the-file", "never-to-be-found-in-the-file", "7|"] {
        assert!(store.find(&bearer(unknown)).await.unwrap().is_none(), "{unknown}");
    }
}

#[tokio::test]
async fn a_new_secret_replaces_the_old_one() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.insert(7, vec![full_token(1)]).await.unwrap();
    store.set_secret(7, TokenId(1), "7|old").await.unwrap();
    store.set_secret(7, TokenId(1), "7|new").await.unwrap();

    assert!(store.find(&bearer("7|old")).await.unwrap().is_none());
    assert!(store.find(&bearer("7|new")).await.unwrap().is_some());
}

#[tokio::test]
async fn removing_a_token_removes_its_secret() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.insert(7, vec![full_token(1)]).await.unwrap();
    store.set_secret(7, TokenId(1), SECRET).await.unwrap();
    assert!(store.remove(7, TokenId(1)).await.unwrap());
    assert!(!store.remove(7, TokenId(1)).await.unwrap());

    store.insert(7, vec![full_token(1)]).await.unwrap();
    assert!(store.find(&bearer(SECRET)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_secret_without_a_token_is_rejected() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.set_secret(7, TokenId(1), SECRET).await.unwrap_err();
}

#[tokio::test]
async fn an_error_contains_no_secret_and_no_digest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    let store = SqliteStore::open(&path).await.unwrap();
    store.insert(7, vec![full_token(1), full_token(2)]).await.unwrap();
    store.set_secret(7, TokenId(1), SECRET).await.unwrap();

    let taken = store.set_secret(7, TokenId(2), SECRET).await.unwrap_err();
    let nowhere = store.set_secret(7, TokenId(3), SECRET).await.unwrap_err();
    Connection::open(&path).unwrap().execute_batch("DROP TABLE token_secret").unwrap();
    let unwritable = store.set_secret(7, TokenId(2), SECRET).await.unwrap_err();
    let unreadable = store.find(&bearer(SECRET)).await.unwrap_err();
    for error in [taken, nowhere, unwritable, unreadable] {
        let printed = format!("{error:?} {error:#?} {}", error.source().unwrap());
        // The first bytes of the digest, as hexadecimal and as decimal numbers.
        for secret in ["84261a26", "132, 38, 26", "never-to-be-found"] {
            assert!(!printed.to_lowercase().contains(secret), "{printed}");
        }
    }
}

#[tokio::test]
async fn the_file_contains_the_digest_and_not_the_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    let store = SqliteStore::open(&path).await.unwrap();
    store.insert(7, vec![full_token(1), full_token(2)]).await.unwrap();
    store.set_secret(7, TokenId(1), "abc").await.unwrap();
    store.set_secret(7, TokenId(2), SECRET).await.unwrap();

    let sql = "SELECT digest FROM token_secret WHERE token_id = 1";
    let digest: Vec<u8> = Connection::open(&path).unwrap().query_row(sql, (), |row| row.get(0)).unwrap();
    // FIPS 180-2, appendix B.1.
    assert!(digest.starts_with(b"\xba\x78\x16\xbf\x8f\x01\xcf\xea"));
    assert_eq!(digest.len(), 32);
    assert!(is_in_folder(folder.path(), &digest));
    assert!(!is_in_folder(folder.path(), b"never-to-be-found"));
}

/// Searches every file, including the write-ahead log.
#[track_caller]
fn is_in_folder(folder: &Path, bytes: &[u8]) -> bool {
    let files = folder.read_dir().expect("the folder is there");
    files
        .map(|file| std::fs::read(file.expect("the entry is there").path()).expect("the file can be read"))
        .any(|content| content.windows(bytes.len()).any(|window| window == bytes))
}

#[tokio::test]
async fn a_revoked_token_is_still_listed_and_found() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.insert(7, vec![full_token(1)]).await.unwrap();
    store.set_secret(7, TokenId(1), "7|secret").await.unwrap();
    let mut revoked = full_token(1);
    revoked.revoked_at = DateTime::from_timestamp_micros(1_700_000_000_000_001);
    assert!(store.revoke(7, TokenId(1), revoked.revoked_at.unwrap()).await.unwrap());
    assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().tokens, [revoked.clone()]);
    assert_eq!(store.find(&bearer("7|secret")).await.unwrap().unwrap().token, revoked);
    assert!(!store.revoke(8, TokenId(1), DateTime::UNIX_EPOCH).await.unwrap(), "another owner's");
}
