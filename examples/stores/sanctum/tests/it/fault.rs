use std::error::Error;
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta};
use http::StatusCode;
use sqlx::mysql::MySqlPool;
use tokenfolio::{
    AccessToken, Authenticator, ListQuery, ListTokens, Pagination, StoreError, StoreErrorKind, TokenStore, TokenUsage,
};
use tokenfolio_mariadb_server::Server;
use tokenfolio_sanctum::SanctumStore;

use crate::database::{Application, SCHEMA, TEAMS, USER, bearer, models, nodes, user};

/// The maximum time until a caller gets an error: 2 seconds for a connection, 5 seconds including a response, and a
/// margin.
const LIMIT: Duration = Duration::from_secs(9);

/// A server that a test can stop, and a store with one token.
async fn server() -> (Server, SanctumStore) {
    let server = Server::start().unwrap_or_else(|error| panic!("{error}"));
    server.run(&format!("{SCHEMA}; {TEAMS}")).expect("an empty database");
    server.run("INSERT INTO users (id, name, email, password) VALUES (7, 'Ada', 'a', '!')").expect("a table");
    let mut store = SanctumStore::connect(nodes(&server.url()), models()).await.expect("Sanctum's table");
    store.migrate().await.expect("a table without transactions");
    store.insert(&user(7), &[token(1)]).await.expect("a new id");
    store.set_secret(&user(7), 1.into(), "1|secret").await.expect("a token");
    (server, store)
}

fn token(id: i64) -> AccessToken {
    AccessToken::new(id, "CI", DateTime::UNIX_EPOCH + TimeDelta::days(20_000))
}

async fn total(store: &SanctumStore) -> Result<u64, StoreError> {
    store.list(&ListQuery::new(user(7))).await.map(|list| list.total)
}

/// Returns the status of the endpoint's response.
async fn status(store: &SanctumStore) -> StatusCode {
    let pagination = Pagination::new("/tokens").expect("a path");
    let endpoint = ListTokens::new(store.clone(), store.clone(), pagination);
    let request = http::Request::get("/tokens").header("authorization", "Bearer 1|secret").body(()).expect("a request");
    endpoint.handle(&request.into_parts().0, None).await.status()
}

/// Checks that lists, look-ups and writes fail in time with one of these kinds.
async fn assert_fails(store: &SanctumStore, kinds: &[StoreErrorKind], statuses: &[u16]) {
    let started = Instant::now();
    let usage = [TokenUsage::new(user(7), 1, DateTime::UNIX_EPOCH + TimeDelta::days(20_001))];
    let secret = bearer("1|secret");
    let query = ListQuery::new(user(7));
    let (list, found, recorded, status) =
        tokio::join!(store.list(&query), store.find(&secret), store.record_usage(&usage), status(store));
    for result in [list.map(drop), found.map(drop), recorded] {
        let error = result.expect_err("a fault of the server");
        assert!(kinds.contains(&error.kind()), "{error:?}");
    }
    assert!(statuses.contains(&status.as_u16()), "{status}");
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
}

/// Waits until the store works again.
async fn assert_recovers(store: &SanctumStore) {
    let started = Instant::now();
    while total(store).await.is_err() {
        assert!(started.elapsed() < LIMIT, "the store does not recover");
    }
    assert_eq!(total(store).await.expect("a running server"), 1);
    let found = store.find(&bearer("1|secret")).await.expect("a running server").expect("a token");
    assert_eq!(found.owner, user(7));
    assert_eq!(status(store).await, 200);
}

#[tokio::test]
async fn a_killed_server_is_unavailable_until_it_restarts() {
    let (mut server, store) = server().await;
    for _ in 0..2 {
        server.kill().unwrap();
        assert_fails(&store, &[StoreErrorKind::Unavailable, StoreErrorKind::Timeout], &[503, 504]).await;
        server.start_again().unwrap();
        assert_recovers(&store).await;
    }
}

#[tokio::test]
async fn a_server_that_hangs_times_out() {
    let (server, store) = server().await;
    send("STOP", server.process_id());
    for _ in 0..2 {
        assert_fails(&store, &[StoreErrorKind::Timeout], &[504]).await;
    }
    send("CONT", server.process_id());
    assert_recovers(&store).await;
}

#[track_caller]
fn send(signal: &str, process: u32) {
    let kill = format!("kill -{signal} {process}");
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
}

#[tokio::test]
async fn a_server_that_hangs_during_a_statement_times_out() {
    let (server, store) = server().await;
    let other = MySqlPool::connect(&server.url()).await.unwrap();
    let mut lock = other.acquire().await.unwrap();
    sqlx::query("LOCK TABLES personal_access_tokens WRITE").execute(&mut *lock).await.unwrap();
    let list = tokio::spawn({
        let store = store.clone();
        async move { total(&store).await }
    });
    wait_for_waiters(&other, 1).await;
    send("STOP", server.process_id());
    let error = list.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Timeout, "{error:?}");
    send("CONT", server.process_id());
    sqlx::query("UNLOCK TABLES").execute(&mut *lock).await.unwrap();
    assert_recovers(&store).await;
}

/// Waits until this number of connections wait for the lock of a table.
async fn wait_for_waiters(pool: &MySqlPool, count: i64) {
    let waiting = "SELECT count(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for table%lock'";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(pool).await.expect("a running server") < count {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_locked_table_is_unavailable_until_it_is_unlocked() {
    let (server, store) = server().await;
    let other = MySqlPool::connect(&server.url()).await.unwrap();
    let mut lock = other.acquire().await.unwrap();
    sqlx::query("LOCK TABLES personal_access_tokens WRITE").execute(&mut *lock).await.unwrap();
    assert_fails(&store, &[StoreErrorKind::Unavailable], &[503]).await;
    sqlx::query("UNLOCK TABLES").execute(&mut *lock).await.unwrap();
    assert_recovers(&store).await;
}

#[tokio::test]
async fn a_locked_row_is_unavailable_only_for_writes() {
    let (server, store) = server().await;
    let other = MySqlPool::connect(&server.url()).await.unwrap();
    let mut transaction = other.begin().await.unwrap();
    sqlx::query("UPDATE personal_access_tokens SET name = 'x'").execute(&mut *transaction).await.unwrap();
    let used_at = DateTime::UNIX_EPOCH + TimeDelta::days(20_001);
    let usage = [TokenUsage::new(user(7), 1, used_at)];
    let error = store.record_usage(&usage).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error:?}");
    assert_recovers(&store).await;

    transaction.rollback().await.unwrap();
    store.record_usage(&usage).await.unwrap();
    let list = store.list(&ListQuery::new(user(7))).await.unwrap();
    assert_eq!((list.tokens[0].usage_count, list.tokens[0].last_used_at), (1, Some(used_at)));
}

#[tokio::test]
async fn a_deadlock_can_be_retried() {
    let (server, store) = server().await;
    store.insert(&user(7), &[token(2)]).await.unwrap();
    let other = MySqlPool::connect(&server.url()).await.unwrap();
    let update = |id: i64| sqlx::query("UPDATE personal_access_tokens SET name = 'x' WHERE id = ?").bind(id);
    let mut transaction = other.begin().await.unwrap();
    // The server rejects the transaction that has changed fewer rows.
    for id in 3..20 {
        store.insert(&user(8), &[token(id)]).await.unwrap();
        update(id).execute(&mut *transaction).await.unwrap();
    }
    update(2).execute(&mut *transaction).await.unwrap();
    let recording = tokio::spawn({
        let store = store.clone();
        let usage = [1, 2].map(|id| TokenUsage::new(user(7), id, DateTime::UNIX_EPOCH + TimeDelta::days(20_001)));
        async move { store.record_usage(&usage).await }
    });
    let waiting = "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&other).await.unwrap() == 0 {
        assert!(!recording.is_finished(), "it did not wait for the lock");
        // The server caches this table until no query has read it for 0.1 seconds.
        tokio::time::sleep(Duration::from_millis(120)).await;
    }
    update(1).execute(&mut *transaction).await.unwrap();
    let error = recording.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error:?}");
    let number = error.source().and_then(Error::source).map(ToString::to_string).unwrap_or_default();
    assert!(number.contains("1213"), "{number} {error:?}");
}

#[tokio::test]
async fn a_statement_that_takes_too_long_times_out() {
    let (server, store) = server().await;
    server.run("RENAME TABLE users TO real_users").unwrap();
    server.run("CREATE VIEW users AS SELECT * FROM real_users WHERE sleep(60) = 0").unwrap();
    let started = Instant::now();
    let error = store.find(&bearer("1|secret")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Timeout, "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());

    server.run("DROP VIEW users; RENAME TABLE real_users TO users").unwrap();
    assert_recovers(&store).await;
}

#[tokio::test]
async fn a_caller_without_a_connection_times_out() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    application.run("RENAME TABLE users TO real_users");
    application.run("CREATE VIEW users AS SELECT * FROM real_users WHERE sleep(1.9) = 0");
    let store = application.store().await;
    // The store has 8 connections. Each look-up keeps one busy.
    let busy = |count| {
        let look_up = |_| {
            let store = store.clone();
            tokio::spawn(async move { store.find(&bearer("1|text-1")).await.map(|found| found.is_some()) })
        };
        (0..count).map(look_up).collect::<Vec<_>>()
    };
    let first = busy(8);
    let second = busy(8);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let started = Instant::now();
    let error = total(&store).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Timeout, "{error:?}");
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    for look_up in first.into_iter().chain(second) {
        drop(look_up.await.unwrap());
    }
    assert_eq!(total(&store).await.unwrap(), 1);
}

#[tokio::test]
async fn a_server_without_a_free_connection_is_an_error_until_it_has_one() {
    let (server, store) = server().await;
    // The connections of the pool must stay open, because the server has no other free connection.
    server.run("SET GLOBAL max_connections = 10").unwrap();
    let mut others = Vec::new();
    while let Ok(pool) = MySqlPool::connect(&server.url()).await {
        others.push(pool);
        assert!(others.len() < 20, "a server with 10 connections");
    }
    let second = SanctumStore::connect(nodes(&server.url()), models()).await;
    let error = second.unwrap_err();
    assert!(matches!(error.kind(), StoreErrorKind::Unavailable), "{error:?}");
    assert_eq!(total(&store).await.unwrap(), 1, "an open connection");
    for pool in others {
        pool.close().await;
    }
    assert_recovers(&store).await;
}

#[tokio::test]
async fn a_connection_that_the_server_ends_is_replaced() {
    let (server, store) = server().await;
    assert_eq!(total(&store).await.unwrap(), 1);
    let other = MySqlPool::connect(&server.url()).await.unwrap();
    let kill = "SELECT concat('KILL ', id) FROM information_schema.processlist WHERE id <> connection_id()";
    for sql in sqlx::query_scalar::<_, String>(kill).fetch_all(&other).await.unwrap() {
        // The connection may have ended already.
        drop(server.run(&sql));
    }
    assert_eq!(total(&store).await.unwrap(), 1);
}

#[tokio::test]
async fn a_read_only_server_is_unavailable_for_writes() {
    let (server, store) = server().await;
    server.run("CREATE USER visitor@localhost; GRANT ALL ON test.* TO visitor@localhost").unwrap();
    server.run("SET GLOBAL read_only = 1").unwrap();
    let url = server.url().replace("root@", "visitor@");
    let visitor = SanctumStore::connect(nodes(&url), models()).await.unwrap();
    assert_eq!(total(&visitor).await.unwrap(), 1);
    let error = visitor.insert(&user(7), &[token(2)]).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error:?}");
    drop(store);
}

#[tokio::test]
async fn dropped_futures_leave_the_store_usable() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    let store = application.store().await;
    let query = ListQuery::new(user(7));
    for turns in 0..200 {
        tokio::select! {
            biased;
            list = store.list(&query) => assert_eq!(list.unwrap().total, 1),
            () = yield_times(turns % 10) => {}
        }
    }
    assert_eq!(total(&store).await.unwrap(), 1);
}

async fn yield_times(turns: u32) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}
