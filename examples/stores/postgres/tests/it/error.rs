use std::error::Error;
use std::net::TcpListener;
use std::process::Command;

use chrono::DateTime;
use tokenfolio::{AccessToken, Authenticator, BearerToken, ListQuery, StoreError, StoreErrorKind, TokenStore};
use tokenfolio_postgres::PostgresStore;
use tokenfolio_postgres_server::Server;

use crate::database::{Database, config, connect};

fn token() -> AccessToken {
    AccessToken::new(1, "CI", DateTime::UNIX_EPOCH)
}

#[track_caller]
fn assert_kind(error: &StoreError, kind: StoreErrorKind, context: &str) {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    assert_eq!(error.kind(), kind, "{context}: {cause}");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_corrupt() {
    let store = Database::create().await;
    store.insert(7, vec![token()]).await.unwrap();
    store.set_secret(7, token().id, "7|secret").await.unwrap();
    let secret = BearerToken::from_values([&b"Bearer 7|secret"[..]]).unwrap();

    let other = store.client().await;
    for damage in [
        "access_token SET allowed_ips = '{10.0.0.0/33}'",
        "access_token SET allowed_ips = '{NULL}'",
        "access_token SET allowed_ips = '{{10.0.0.0/8}}'",
        "access_token SET allowed_ips = NULL, created_at = 'infinity'",
        "access_token SET created_at = '294276-12-31'",
        "access_token SET created_at = '2024-01-01', revoked_at = '-infinity'",
        "access_token SET revoked_at = NULL; UPDATE token_usage SET usage_count = -1",
    ] {
        other.batch_execute(&format!("UPDATE {damage}")).await.unwrap();
        assert_kind(&store.list(&ListQuery::new(7)).await.unwrap_err(), StoreErrorKind::Corrupt, damage);
        assert_kind(&store.find(&secret).await.unwrap_err(), StoreErrorKind::Corrupt, damage);
    }
    other.batch_execute("DELETE FROM token_usage").await.unwrap();
    assert_kind(&store.list(&ListQuery::new(7)).await.unwrap_err(), StoreErrorKind::Corrupt, "a row is missing");
}

#[tokio::test]
async fn values_that_the_database_cannot_store_are_rejected() {
    let store = Database::create().await;
    let mut often = token();
    often.usage_count = i64::MAX.unsigned_abs() + 1;
    let mut nul = token();
    nul.name = "a\0b".into();
    let ancient = AccessToken::new(1, "CI", DateTime::from_timestamp(-250_000_000_000, 0).unwrap());
    for rejected in [often, nul, ancient] {
        let error = store.insert(7, vec![rejected.clone()]).await.unwrap_err();
        assert_kind(&error, StoreErrorKind::Other, &format!("{rejected:?}"));
    }
    assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_failing_insert_adds_no_tokens() {
    let store = Database::create().await;
    store.insert(7, vec![token(), token()]).await.unwrap_err();
    assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_times_out() {
    let store = Database::with_options(" -c statement_timeout=50").await;
    let mut other = store.client().await;
    let lock = other.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE access_token").await.unwrap();
    assert_kind(&store.list(&ListQuery::new(7)).await.unwrap_err(), StoreErrorKind::Timeout, "a locked table");

    lock.rollback().await.unwrap();
    assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_caller_without_a_connection_times_out() {
    let store = Database::with_options(" -c statement_timeout=4s").await;
    let mut other = store.client().await;
    let lock = other.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE access_token").await.unwrap();
    let busy: Vec<_> = (0..8)
        .map(|_| {
            let store = PostgresStore::clone(&store);
            tokio::spawn(async move { store.list(&ListQuery::new(7)).await.map(|list| list.total) })
        })
        .collect();
    wait_for_lock_waiters(&store, 8).await;
    let error = store.list(&ListQuery::new(7)).await.unwrap_err();
    assert_kind(&error, StoreErrorKind::Timeout, "an empty pool");
    assert_eq!(error.source().unwrap().to_string(), "Timeout occurred while waiting for a slot to become available");

    lock.rollback().await.unwrap();
    for list in busy {
        assert_eq!(list.await.unwrap().unwrap(), 0);
    }
}

/// Waits until `count` connections wait for a lock on the test's table.
async fn wait_for_lock_waiters(database: &Database, count: u32) {
    let waiting = "FROM pg_locks WHERE NOT granted AND relation = 'access_token'::regclass";
    database.wait_for(&format!("SELECT {waiting} HAVING count(*) >= {count}")).await;
}

#[tokio::test]
async fn a_connection_that_the_server_ends_is_replaced() {
    let store = Database::create().await;
    store.list(&ListQuery::new(7)).await.unwrap();
    let mut other = store.client().await;
    let lock = other.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE access_token").await.unwrap();
    let list = tokio::spawn({
        let store = PostgresStore::clone(&store);
        async move { store.list(&ListQuery::new(7)).await }
    });
    wait_for_lock_waiters(&store, 1).await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_locks
        WHERE NOT granted AND relation = 'access_token'::regclass";
    store.client().await.batch_execute(end).await.unwrap();
    assert_kind(&list.await.unwrap().unwrap_err(), StoreErrorKind::Unavailable, "an ended connection");

    lock.rollback().await.unwrap();
    assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_stopped_server_is_unavailable_until_it_restarts() {
    let mut server = Server::start().unwrap_or_else(|error| panic!("{error}"));
    let store = PostgresStore::new(config(&server.url())).unwrap();
    store.migrate().await.unwrap();
    store.insert(7, vec![token()]).await.unwrap();
    for stop in [Server::stop, Server::kill] {
        stop(&mut server).unwrap();
        // The first call can get a broken connection. The second call cannot connect.
        for _ in 0..2 {
            let error = store.list(&ListQuery::new(7)).await.unwrap_err();
            assert_kind(&error, StoreErrorKind::Unavailable, "a stopped server");
        }
        server.start_again().unwrap();
        assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 1);
    }
}

#[tokio::test]
async fn a_connection_without_a_response_is_dropped() {
    let server = Server::start().unwrap_or_else(|error| panic!("{error}"));
    let store = PostgresStore::new(config(&server.url())).unwrap();
    store.migrate().await.unwrap();
    store.list(&ListQuery::new(7)).await.unwrap();
    let sql = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%counted%' AND pid <> pg_backend_pid()";
    let process: i32 = connect(&server.url()).await.query_one(sql, &[]).await.unwrap().get(0);
    send("STOP", process);
    assert_kind(&store.list(&ListQuery::new(7)).await.unwrap_err(), StoreErrorKind::Timeout, "a silent connection");
    assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 0, "it is not used again");
    send("CONT", process);
}

#[track_caller]
fn send(signal: &str, process: i32) {
    let kill = format!("kill -{signal} {process}");
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
}

#[tokio::test]
async fn a_server_that_does_not_complete_a_connection_times_out() {
    // Accepts connections and sends nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://postgres@{}/postgres", listener.local_addr().unwrap());
    let store = PostgresStore::new(config(&url)).unwrap();
    assert_kind(&store.list(&ListQuery::new(7)).await.unwrap_err(), StoreErrorKind::Timeout, "a silent server");
}

#[tokio::test]
async fn a_server_at_its_connection_limit_is_unavailable() {
    let server = Server::start().unwrap_or_else(|error| panic!("{error}"));
    server.run("ALTER DATABASE postgres CONNECTION LIMIT 0; CREATE ROLE visitor LOGIN").unwrap();
    let store = PostgresStore::new(config(&server.url().replace("postgres@", "visitor@"))).unwrap();
    let error = store.list(&ListQuery::new(7)).await.unwrap_err();
    assert_kind(&error, StoreErrorKind::Unavailable, "a server at its connection limit");
}

#[tokio::test]
async fn a_read_only_standby_is_unavailable_for_writes() {
    let store = Database::with_options(" -c default_transaction_read_only=off").await;
    let url = store.schema.url() + "%20-c%20default_transaction_read_only%3Don";
    let standby = PostgresStore::new(config(&url)).unwrap();
    assert_eq!(standby.list(&ListQuery::new(7)).await.unwrap().total, 0);
    let error = standby.insert(7, vec![token()]).await.unwrap_err();
    assert_kind(&error, StoreErrorKind::Unavailable, "a read-only server");
}

#[tokio::test]
async fn a_database_without_tables_is_another_error() {
    let schema = tokenfolio_postgres_server::Schema::create().unwrap();
    let store = PostgresStore::new(config(&schema.url())).unwrap();
    assert_kind(&store.list(&ListQuery::new(7)).await.unwrap_err(), StoreErrorKind::Other, "no tables");
}

#[tokio::test]
async fn an_error_does_not_display_its_cause() {
    let store = Database::create().await;
    store.insert(7, vec![token()]).await.unwrap();
    let error = store.insert(7, vec![token()]).await.unwrap_err();
    assert_eq!(error.to_string(), "the store failed");
    let causes: Vec<_> = std::iter::successors(error.source(), |&cause| cause.source()).collect();
    assert!(causes.last().unwrap().to_string().contains("access_token_pkey"), "{causes:?}");
}
