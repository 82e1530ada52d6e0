use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokenfolio::contract::{self, Fixture, FixtureError, FixtureFuture};
use tokenfolio::{AccessToken, TokenId};
use tokenfolio_postgres::PostgresStore;
use tokenfolio_postgres_server::{PoolMode, Pooler, Server, ServerError};

use crate::cluster::Cluster;
use crate::database::{Database, config, connect};

/// A store, and its servers if a test may stop them.
struct PostgresFixture {
    store: PostgresStore,
    url: String,
    servers: Mutex<Vec<Server>>,
    owners: AtomicI64,
}

impl PostgresFixture {
    fn new(url: String, servers: Vec<Server>) -> Self {
        let store = PostgresStore::new(config(&url)).expect("a well-formed pool");
        Self { store, url, servers: Mutex::new(servers), owners: AtomicI64::new(-3) }
    }

    /// Runs an action on all servers, if there are any.
    fn on_servers(&self, action: fn(&mut Server) -> Result<(), ServerError>) -> Option<FixtureFuture<'_>> {
        let servers = || self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        if servers().is_empty() {
            return None;
        }
        Some(Box::pin(async move { Ok(servers().iter_mut().try_for_each(action)?) }))
    }
}

impl Fixture for PostgresFixture {
    type Owner = i64;
    type Store = PostgresStore;

    fn store(&self) -> &PostgresStore {
        &self.store
    }

    fn fresh_owner(&self) -> i64 {
        self.owners.fetch_add(1, Ordering::Relaxed)
    }

    async fn insert(&self, owner: &i64, token: AccessToken) -> Result<(), FixtureError> {
        Ok(self.store.insert(*owner, vec![token]).await?)
    }

    async fn remove(&self, owner: &i64, id: TokenId) -> Result<(), FixtureError> {
        if self.store.remove(*owner, id).await? { Ok(()) } else { Err("no such token".into()) }
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn stop_backend(&self) -> Option<FixtureFuture<'_>> {
        self.on_servers(Server::kill)
    }

    fn start_backend(&self) -> Option<FixtureFuture<'_>> {
        self.on_servers(Server::start_again)
    }

    fn corrupt_row(&self, owner: i64, id: TokenId) -> Option<FixtureFuture<'_>> {
        Some(Box::pin(async move {
            let sql = "UPDATE access_token SET allowed_ips = '{nobody}' WHERE owner_id = $1 AND id = $2";
            connect(&self.url).await.execute(sql, &[&owner, &id.0]).await?;
            Ok(())
        }))
    }
}

/// The clause that is skipped, because the tests share their server.
const OUTAGE: &str = "a_backend_that_is_down_is_unavailable_and_recovers";

#[tokio::test]
async fn the_store_passes() {
    let database = Database::create().await;
    let skipped = contract::check_all(&PostgresFixture::new(database.schema.url(), Vec::new())).await;
    assert_eq!(skipped.unwrap().clauses(), [OUTAGE]);
}

#[tokio::test]
async fn the_store_with_block_counts_passes() {
    let database = Database::create().await;
    database.migrate_block_counts().await.unwrap();
    let mut fixture = PostgresFixture::new(database.schema.url(), Vec::new());
    fixture.store = fixture.store.with_block_counts();
    assert_eq!(contract::check_all(&fixture).await.unwrap().clauses(), [OUTAGE]);
}

#[tokio::test]
async fn the_store_recovers_with_its_server() {
    let server = Server::start().unwrap_or_else(|error| panic!("{error}"));
    let fixture = PostgresFixture::new(server.url(), vec![server]);
    fixture.store.migrate().await.unwrap();
    contract::a_backend_that_is_down_is_unavailable_and_recovers(&fixture).await.expect("a server to stop").unwrap();
}

#[tokio::test]
async fn the_store_passes_behind_a_pooler_of_sessions() {
    let server = Server::start().unwrap_or_else(|error| panic!("{error}"));
    let pooler = Pooler::start(&server, PoolMode::Session).unwrap_or_else(|error| panic!("{error}"));
    let fixture = PostgresFixture::new(pooler.url(), vec![server]);
    fixture.store.migrate().await.unwrap();
    assert_eq!(contract::check_all(&fixture).await.unwrap().clauses(), [""; 0]);
}

#[tokio::test]
async fn the_store_passes_on_every_node_of_a_cluster() {
    let cluster = Cluster::start().await;
    let urls: Vec<_> = (0..Cluster::NODES).map(|node| cluster.url(node)).collect();
    let mut fixture = PostgresFixture::new(urls[0].clone(), cluster.nodes);
    for url in urls {
        fixture.store = PostgresStore::new(config(&url)).unwrap();
        fixture.url = url;
        assert_eq!(contract::check_all(&fixture).await.unwrap().clauses(), [""; 0], "from {}", fixture.url);
    }
}
