use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokenfolio::contract::{self, Fixture, SetUp, SetUpError};
use tokenfolio::{AccessToken, TokenId};
use tokenfolio_postgres::PostgresStore;
use tokenfolio_postgres_server::{Server, ServerError};

use crate::database::{config, connect};

/// A store over a server of its own, which can be stopped.
struct Database {
    store: PostgresStore,
    server: Mutex<Server>,
    owners: AtomicI64,
}

impl Database {
    async fn create() -> Self {
        let server = Server::start().unwrap_or_else(|error| panic!("{error}"));
        let store = PostgresStore::new(config(&server.url())).expect("a well-formed pool");
        store.migrate().await.expect("the migrations run");
        Self { store, server: Mutex::new(server), owners: AtomicI64::new(-3) }
    }

    fn on_server(&self, act: fn(&mut Server) -> Result<(), ServerError>) -> SetUp<'_> {
        Box::pin(async move { Ok(act(&mut self.server.lock().unwrap_or_else(PoisonError::into_inner))?) })
    }
}

impl Fixture for Database {
    type Owner = i64;
    type Store = PostgresStore;

    fn store(&self) -> &PostgresStore {
        &self.store
    }

    fn fresh_owner(&self) -> i64 {
        self.owners.fetch_add(1, Ordering::Relaxed)
    }

    async fn insert(&self, owner: &i64, token: AccessToken) -> Result<(), SetUpError> {
        Ok(self.store.insert(*owner, vec![token]).await?)
    }

    async fn remove(&self, owner: &i64, id: TokenId) -> Result<(), SetUpError> {
        if self.store.remove(*owner, id).await? { Ok(()) } else { Err("no such token".into()) }
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn stop_backend(&self) -> Option<SetUp<'_>> {
        Some(self.on_server(Server::kill))
    }

    fn start_backend(&self) -> Option<SetUp<'_>> {
        Some(self.on_server(Server::start_again))
    }

    fn damage(&self, owner: i64, id: TokenId) -> Option<SetUp<'_>> {
        let url = self.server.lock().unwrap_or_else(PoisonError::into_inner).url();
        Some(Box::pin(async move {
            let sql = "UPDATE access_token SET allowed_ips = '{nobody}' WHERE owner_id = $1 AND id = $2";
            connect(&url).await.execute(sql, &[&owner, &id.0]).await?;
            Ok(())
        }))
    }
}

#[tokio::test]
async fn the_store_passes() {
    let not_tried = contract::check_all(&Database::create().await).await;
    assert_eq!(not_tried.unwrap().clauses(), [""; 0]);
}

#[tokio::test]
async fn the_store_with_block_counts_passes() {
    let mut database = Database::create().await;
    database.store.migrate_block_counts().await.unwrap();
    database.store = database.store.with_block_counts();
    let not_tried = contract::check_all(&database).await;
    assert_eq!(not_tried.unwrap().clauses(), [""; 0]);
}
