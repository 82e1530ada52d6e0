//! Secrets and digests, which must not appear in the `Debug` output of a server or a store.

use std::error::Error;

use chrono::DateTime;
use tokenfolio::{AccessToken, Authenticator, BearerToken, ListQuery, TokenId, TokenStore};
use tokenfolio_acceptance::LeakDetector;
use tokenfolio_demo::{Demo, MySqlUrl};
use tokenfolio_postgres::PostgresStore;
use tokenfolio_sqlite::SqliteStore;

use crate::start::{arguments, stores};

const SECRET: &str = "7|for-tests-only";

#[tokio::test]
async fn a_server_prints_no_secret_or_digest() {
    let (stores, _schema, _database) = stores();
    for store in stores {
        let demo = Demo::start(arguments(store)).await.expect("the store opens");
        let message = serde_json::to_value(&demo.startup_message).expect("a startup message is JSON");
        let secrets = ["good", "expired", "revoked", "single", "ip_denied"].map(|name| message[name].as_str().unwrap());
        LeakDetector::for_secrets(secrets).expect_no_leak(format!("{demo:?} {demo:#?}"));
    }
}

/// Prints a store, the values that it returns, and its errors.
macro_rules! print {
    ($store:expr) => {{
        let store = $store;
        let tokens = [1, 2].map(|id| AccessToken::new(id, "CI", DateTime::UNIX_EPOCH));
        store.insert(7, tokens.to_vec()).await.unwrap();
        store.set_secret(7, TokenId(1), SECRET).await.unwrap();
        let bearer = BearerToken::from_values([format!("Bearer {SECRET}").as_bytes()]).unwrap();
        let found = store.find(&bearer).await.unwrap().expect("a token with that secret");
        let list = store.list(&ListQuery::new(7)).await.unwrap();
        let taken = store.set_secret(7, TokenId(2), SECRET).await.unwrap_err();
        let missing = store.set_secret(7, TokenId(3), SECRET).await.unwrap_err();
        let taken_cause = taken.source().unwrap().to_string();
        let missing_cause = missing.source().unwrap().to_string();
        let errors = format!("{taken:?} {taken:#?} {taken_cause} {missing:?} {missing:#?} {missing_cause}");
        format!("{store:?} {store:#?} {found:?} {list:?} {errors}")
    }};
}

#[tokio::test]
async fn a_store_prints_no_secret_or_digest() {
    let (_, schema, _database) = stores();
    let postgres = PostgresStore::new(schema.url().parse().unwrap()).unwrap();
    postgres.migrate().await.unwrap();
    let printed = [print!(SqliteStore::in_memory().await.unwrap()), print!(postgres)];
    let detector = LeakDetector::for_secrets([SECRET]);
    for printed in printed {
        detector.expect_no_leak(printed);
    }
}

#[tokio::test]
async fn a_store_does_not_print_the_password_of_its_database() {
    let store = PostgresStore::new("postgres://app:never-to-be-printed@db-3/tokens".parse().unwrap()).unwrap();
    let url: MySqlUrl = "mysql://app:never-to-be-printed@db-3/laravel".parse().unwrap();
    for printed in [format!("{store:?} {store:#?}"), format!("{url:?} {url:#?}")] {
        assert!(printed.contains("db-3") && !printed.contains("never"), "{printed}");
    }
}
