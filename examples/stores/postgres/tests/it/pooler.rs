use std::error::Error;

use chrono::DateTime;
use tokenfolio::{AccessToken, ListQuery, TokenStore};
use tokenfolio_postgres::PostgresStore;
use tokenfolio_postgres_server::{PoolMode, Pooler, Server};

use crate::database::config;

/// Starts a server with tables, and a pooler in front of it.
async fn start(mode: PoolMode) -> (Server, Pooler) {
    let server = Server::start().unwrap_or_else(|error| panic!("{error}"));
    store(&server.url()).migrate().await.expect("the migrations run");
    let pooler = Pooler::start(&server, mode).unwrap_or_else(|error| panic!("{error}"));
    (server, pooler)
}

fn store(url: &str) -> PostgresStore {
    PostgresStore::new(config(url)).expect("a well-formed pool")
}

#[tokio::test]
async fn migrations_run_behind_a_pooler_of_sessions() {
    let server = Server::start().unwrap_or_else(|error| panic!("{error}"));
    let pooler = Pooler::start(&server, PoolMode::Session).unwrap_or_else(|error| panic!("{error}"));
    let store = store(&pooler.url());
    store.migrate().await.unwrap();
    store.migrate_block_counts().await.unwrap();
    store.insert(7, vec![AccessToken::new(1, "CI", DateTime::UNIX_EPOCH)]).await.unwrap();
    for store in [store.clone(), store.with_block_counts()] {
        assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 1);
    }
}

#[tokio::test]
async fn a_pooler_of_transactions_or_statements_is_rejected() {
    const TRANSACTION: &str = "the database is behind a connection pool that changes the server process between \
        transactions; the store needs session pooling (PgBouncer: `pool_mode = session`)";
    const STATEMENT: &str = "transaction blocks not allowed in statement pooling mode (SQLSTATE 08P01)";
    for (mode, message) in [(PoolMode::Transaction, TRANSACTION), (PoolMode::Statement, STATEMENT)] {
        let (_server, pooler) = start(mode).await;
        let store = store(&pooler.url());
        // Every call fails, not only the first one.
        let listed = store.list(&ListQuery::new(7)).await.unwrap_err();
        let listed_again = store.list(&ListQuery::new(7)).await.unwrap_err();
        let migrated = store.migrate().await.unwrap_err();
        for error in [listed, listed_again, migrated] {
            assert_eq!(error.source().unwrap().to_string(), message);
        }
    }
}
