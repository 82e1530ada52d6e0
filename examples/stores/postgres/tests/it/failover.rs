//! A primary and its standby, and a URL that names both.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::DateTime;
use tokenfolio::{AccessToken, ListQuery, StoreError, StoreErrorKind, TokenStore, TokenUsage};
use tokenfolio_postgres::PostgresStore;
use tokenfolio_postgres_server::Server;
use tokio::time::sleep;

use crate::database::{config, connect};

const OWNER: i64 = 7;
const WRITERS: i64 = 4;

struct Pair {
    primary: Server,
    standby: Server,
    store: PostgresStore,
}

impl Pair {
    /// Starts a primary and a standby, and a store over both.
    async fn start() -> Self {
        let primary = Server::start_on(0).unwrap_or_else(|error| panic!("{error}"));
        let standby = primary.start_standby().unwrap_or_else(|error| panic!("{error}"));
        let hosts = [&primary, &standby].map(|server| config(&server.url()).get_ports()[0]);
        let [one, other] = hosts.map(|port| format!("127.0.0.1:{port}"));
        let url = format!("postgres://postgres@{one},{other}/postgres?target_session_attrs=read-write");
        let store = PostgresStore::new(config(&url)).expect("a well-formed pool");
        store.migrate().await.expect("the migrations run");
        Self { primary, standby, store }
    }

    /// Makes every commit wait until the standby has written it.
    fn synchronize(&self) {
        configure(&self.primary, "synchronous_standby_names = '*'");
    }

    fn fail_over(&mut self) {
        self.primary.kill().expect("a running primary");
        self.standby.promote().expect("a running standby");
    }
}

fn configure(server: &Server, setting: &str) {
    server.run(&format!("ALTER SYSTEM SET {setting}")).expect("a setting");
    server.run("SELECT pg_reload_conf()").expect("a running server");
}

fn token(id: i64) -> AccessToken {
    AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)
}

async fn insert(store: &PostgresStore, id: i64) -> Result<(), StoreError> {
    store.insert(OWNER, vec![token(id)]).await
}

async fn ids(store: &PostgresStore) -> Vec<i64> {
    let query = ListQuery::new(OWNER).with_limit(u32::MAX.try_into().expect("not zero"));
    let list = store.list(&query).await.expect("a working database");
    list.tokens.iter().map(|token| token.id.0).collect()
}

/// Waits until a write succeeds. Each broken connection can fail one request.
async fn insert_in_time(store: &PostgresStore, id: i64) {
    const ATTEMPTS: usize = 200;
    for _ in 0..ATTEMPTS {
        match insert(store, id).await {
            Ok(()) => return,
            Err(error) => assert_retryable(&error),
        }
        sleep(Duration::from_millis(25)).await;
    }
    panic!("no write succeeds");
}

fn assert_retryable(error: &StoreError) {
    let kinds = [StoreErrorKind::Unavailable, StoreErrorKind::Timeout];
    assert!(kinds.contains(&error.kind()), "{:?}", error.source());
}

/// Inserts tokens until it is stopped. Returns the ids of the tokens whose insertion was acknowledged.
async fn write(store: PostgresStore, writer: i64, is_done: Arc<AtomicBool>) -> Vec<i64> {
    let mut acknowledged = Vec::new();
    let mut id = writer;
    while !is_done.load(Ordering::Relaxed) {
        match insert(&store, id).await {
            Ok(()) => acknowledged.push(id),
            Err(error) => assert_retryable(&error),
        }
        id += WRITERS;
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promoted_standby_has_every_acknowledged_write_if_it_is_synchronous() {
    let mut pair = Pair::start().await;
    pair.synchronize();
    let is_done = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> =
        (0..WRITERS).map(|writer| tokio::spawn(write(pair.store.clone(), writer, is_done.clone()))).collect();
    sleep(Duration::from_millis(300)).await;
    pair.fail_over();
    insert_in_time(&pair.store, -1).await;
    is_done.store(true, Ordering::Relaxed);

    let mut acknowledged = vec![-1];
    for writer in writers {
        acknowledged.extend(writer.await.expect("only errors that can be retried"));
    }
    let listed = ids(&pair.store).await;
    assert!(acknowledged.len() > 100, "the writers had no time to write");
    let missing: Vec<_> = acknowledged.iter().filter(|id| listed.binary_search(id).is_err()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn a_promoted_standby_lacks_writes_that_it_had_not_received_if_it_is_asynchronous() {
    let mut pair = Pair::start().await;
    insert(&pair.store, 1).await.unwrap();
    pair.store.record_usage(&[TokenUsage::new(OWNER, 1, DateTime::UNIX_EPOCH)]).await.unwrap();
    let received = "SELECT FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()";
    wait_for(&pair.primary, received).await;
    // The standby no longer receives changes.
    configure(&pair.standby, "primary_conninfo = ''");
    wait_for(&pair.primary, "SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_replication)").await;
    insert(&pair.store, 2).await.unwrap();

    pair.fail_over();
    insert_in_time(&pair.store, 3).await;
    assert_eq!(ids(&pair.store).await, [1, 3]);
}

#[tokio::test]
async fn a_write_that_no_standby_has_received_is_not_acknowledged_if_the_standby_is_synchronous() {
    let mut pair = Pair::start().await;
    pair.synchronize();
    insert(&pair.store, 1).await.unwrap();
    pair.standby.kill().unwrap();

    assert_eq!(insert(&pair.store, 2).await.unwrap_err().kind(), StoreErrorKind::Timeout);
    assert_eq!(ids(&pair.store).await, [1]);
    pair.standby.start_again().unwrap();
    insert_in_time(&pair.store, 3).await;
    // The write of token 2, which timed out, is now committed too, because the standby has received it.
    wait_for(&pair.primary, "SELECT FROM access_token WHERE id = 2").await;
    assert_eq!(ids(&pair.store).await, [1, 2, 3]);
}

/// Waits until a query returns a row.
async fn wait_for(server: &Server, query: &str) {
    let client = connect(&server.url()).await;
    while client.query(query, &[]).await.expect("a working server").is_empty() {
        sleep(Duration::from_millis(5)).await;
    }
}
