use std::error::Error;

use chrono::{DateTime, TimeDelta};
use tokenfolio::{AccessToken, AllowedIps, Authenticator, BearerToken, TokenId};

use crate::database::Database;

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
    token.allowed_ips = AllowedIps::parse(["10.0.0.0/24", "203.0.113.12", "203.0.113.12/32", "2001:db8::7"]).ok();
    token
}

#[tokio::test]
async fn a_secret_finds_its_token_with_every_member() {
    let store = Database::create().await;
    store.insert(7, vec![full_token(1), full_token(2)]).await.unwrap();
    store.insert(8, vec![full_token(2)]).await.unwrap();
    store.set_secret(7, TokenId(2), "7|secret").await.unwrap();
    store.set_secret(8, TokenId(2), "8|secret").await.unwrap();

    for owner in [7, 8] {
        let found = store.find(&bearer(&format!("{owner}|secret"))).await.unwrap().unwrap();
        assert_eq!((found.owner, found.token), (owner, full_token(2)));
    }
}

#[tokio::test]
async fn an_unknown_secret_finds_nothing() {
    let store = Database::create().await;
    store.insert(7, vec![full_token(1)]).await.unwrap();
    store.set_secret(7, TokenId(1), "7|secret").await.unwrap();

    // The routing prefix is part of the secret.
    for unknown in ["x", "8|secret", "secret", "7|", "+7|secret", "07|secret", "9223372036854775808|secret"] {
        assert!(store.find(&bearer(unknown)).await.unwrap().is_none(), "{unknown}");
    }
}

#[tokio::test]
async fn a_new_secret_replaces_the_old_one() {
    let store = Database::create().await;
    store.insert(7, vec![full_token(1)]).await.unwrap();
    for secret in ["7|old", "7|new", "7|new"] {
        store.set_secret(7, TokenId(1), secret).await.unwrap();
    }

    assert!(store.find(&bearer("7|old")).await.unwrap().is_none());
    assert!(store.find(&bearer("7|new")).await.unwrap().is_some());
}

#[tokio::test]
async fn removing_a_token_removes_its_secret() {
    let store = Database::create().await;
    store.insert(7, vec![full_token(1)]).await.unwrap();
    store.set_secret(7, TokenId(1), "7|secret").await.unwrap();
    assert!(store.remove(7, TokenId(1)).await.unwrap());
    assert!(!store.remove(7, TokenId(1)).await.unwrap());

    store.insert(7, vec![full_token(1)]).await.unwrap();
    assert!(store.find(&bearer("7|secret")).await.unwrap().is_none());
}

#[tokio::test]
async fn a_secret_without_a_token_or_an_owner_prefix_is_rejected() {
    let store = Database::create().await;
    store.set_secret(7, TokenId(1), "7|secret").await.unwrap_err();
    store.insert(7, vec![full_token(1), full_token(2)]).await.unwrap();
    for rejected in ["secret", "8|secret"] {
        store.set_secret(7, TokenId(1), rejected).await.unwrap_err();
    }
    store.set_secret(7, TokenId(1), "7|secret").await.unwrap();
    store.set_secret(7, TokenId(2), "7|secret").await.unwrap_err();
}

#[tokio::test]
async fn the_error_for_a_rejected_secret_does_not_contain_its_digest() {
    let store = Database::create().await;
    store.insert(7, vec![full_token(1), full_token(2)]).await.unwrap();
    store.set_secret(7, TokenId(1), "7|never-to-be-found").await.unwrap();
    // The database's own message contains the existing values.
    let taken = store.set_secret(7, TokenId(2), "7|never-to-be-found").await.unwrap_err();
    let cause = taken.source().expect("the database's error").to_string();
    // On Citus, the server reports the name of the shard's constraint, or no name.
    let is_named = cause.starts_with("a value violates the constraint \"token_secret_pkey");
    assert!(is_named || cause == "a value violates a constraint (SQLSTATE 23505)", "{cause}");
    assert!(cause.ends_with(" (SQLSTATE 23505)"), "{cause}");
    let nowhere = store.set_secret(7, TokenId(3), "7|never-to-be-found").await.unwrap_err();
    for error in [taken, nowhere] {
        let printed = format!("{error:?} {error:#?} {}", error.source().unwrap());
        assert!(!printed.contains("679da0ae") && !printed.contains("never-to-be-found"), "{printed}");
    }
}

#[tokio::test]
async fn the_table_contains_the_digest_and_not_the_secret() {
    let store = Database::create().await;
    store.insert(7, vec![full_token(1)]).await.unwrap();
    store.set_secret(7, TokenId(1), "7|never-to-be-found").await.unwrap();

    let row = store.client().await.query_one("SELECT digest, token_secret::text FROM token_secret", &[]).await.unwrap();
    // As `printf '7|never-to-be-found' | sha256sum` prints it.
    assert!(row.get::<_, Vec<u8>>(0).starts_with(b"\x67\x9d\xa0\xae\xc7\x47\x7c\xa1"));
    assert!(!row.get::<_, String>(1).contains("never-to-be-found"));
}
