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
fn assert_kind(error: &StoreError, kind: StoreErrorKind, what: &str) {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    assert_eq!(error.kind(), kind, "{what}: {cause}");
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
async fn what_the_database_cannot_hold_is_refused() {
    let store = Database::create().await;
    let mut often = token();
    often.usage_count = i64::MAX.unsigned_abs() + 1;
    let mut nul = token();
    nul.name = "a\0b".into();
    let ancient = AccessToken::new(1, "CI", DateTime::from_timestamp(-250_000_000_000, 0).unwrap());
    for refused in [often, nul, ancient] {
        let error = store.insert(7, vec![refused.clone()]).await.unwrap_err();
        assert_kind(&error, StoreErrorKind::Other, &format!("{refused:?}"));
    }
    assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 0);
}

#[tokio::test]
async fn tokens_are_inserted_all_or_none() {
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
async fn a_caller_who_gets_no_connection_times_out() {
    let store = Database::with_options(" -c statement_timeout=4s").await;
    let mut other = store.client().await;
    let lock = other.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE access_token").await.unwrap();
    let busy: Vec<_> = (0..8)
        .map(|_| {
            let store = PostgresStore::clone(&store);
            tokio::spawn(async move { store.list(&ListQuery::new(7)).await.map(|slice| slice.total) })
        })
        .collect();
    waiting_for_a_lock(&store, 8).await;
    let error = store.list(&ListQuery::new(7)).await.unwrap_err();
    assert_kind(&error, StoreErrorKind::Timeout, "a pool that is empty");
    assert_eq!(error.source().unwrap().to_string(), "Timeout occurred while waiting for a slot to become available");

    lock.rollback().await.unwrap();
    for list in busy {
        assert_eq!(list.await.unwrap().unwrap(), 0);
    }
}

/// Returns once that many connections wait for a lock on a table of the test's own.
async fn waiting_for_a_lock(database: &Database, count: u32) {
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
    waiting_for_a_lock(&store, 1).await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_locks
        WHERE NOT granted AND relation = 'access_token'::regclass";
    store.client().await.batch_execute(end).await.unwrap();
    assert_kind(&list.await.unwrap().unwrap_err(), StoreErrorKind::Unavailable, "an ended connection");

    lock.rollback().await.unwrap();
    assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_server_that_is_gone_is_unavailable_until_it_is_back() {
    let mut server = Server::start().unwrap_or_else(|error| panic!("{error}"));
    let store = PostgresStore::new(config(&server.url())).unwrap();
    store.migrate().await.unwrap();
    store.insert(7, vec![token()]).await.unwrap();
    for stop in [Server::stop, Server::kill] {
        stop(&mut server).unwrap();
        // The first call may meet a connection that has broken, the second finds none.
        for _ in 0..2 {
            let error = store.list(&ListQuery::new(7)).await.unwrap_err();
            assert_kind(&error, StoreErrorKind::Unavailable, "a server that is gone");
        }
        server.start_again().unwrap();
        assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 1);
    }
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_given_up() {
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
async fn a_connection_that_does_not_stand_in_time_times_out() {
    // Takes connections and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://postgres@{}/postgres", listener.local_addr().unwrap());
    let store = PostgresStore::new(config(&url)).unwrap();
    assert_kind(&store.list(&ListQuery::new(7)).await.unwrap_err(), StoreErrorKind::Timeout, "a silent server");
}

#[tokio::test]
async fn a_server_without_room_is_unavailable() {
    let server = Server::start().unwrap_or_else(|error| panic!("{error}"));
    server.run("ALTER DATABASE postgres CONNECTION LIMIT 0; CREATE ROLE visitor LOGIN").unwrap();
    let store = PostgresStore::new(config(&server.url().replace("postgres@", "visitor@"))).unwrap();
    let error = store.list(&ListQuery::new(7)).await.unwrap_err();
    assert_kind(&error, StoreErrorKind::Unavailable, "a server without room");
}

#[tokio::test]
async fn a_standby_takes_no_writes_yet() {
    let store = Database::with_options(" -c default_transaction_read_only=off").await;
    let url = store.schema.url() + "%20-c%20default_transaction_read_only%3Don";
    let standby = PostgresStore::new(config(&url)).unwrap();
    assert_eq!(standby.list(&ListQuery::new(7)).await.unwrap().total, 0);
    let error = standby.insert(7, vec![token()]).await.unwrap_err();
    assert_kind(&error, StoreErrorKind::Unavailable, "a server that only reads");
}

#[tokio::test]
async fn a_database_without_tables_has_failed() {
    let schema = tokenfolio_postgres_server::Schema::create().unwrap();
    let store = PostgresStore::new(config(&schema.url())).unwrap();
    assert_kind(&store.list(&ListQuery::new(7)).await.unwrap_err(), StoreErrorKind::Other, "no tables");
}

#[tokio::test]
async fn no_error_shows_its_cause_to_a_client() {
    let store = Database::create().await;
    store.insert(7, vec![token()]).await.unwrap();
    let error = store.insert(7, vec![token()]).await.unwrap_err();
    assert_eq!(error.to_string(), "the token store failed");
    let causes: Vec<_> = std::iter::successors(error.source(), |&cause| cause.source()).collect();
    assert!(causes.last().unwrap().to_string().contains("duplicate key"), "{causes:?}");
}
