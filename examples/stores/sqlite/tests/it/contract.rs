use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use rusqlite::{Connection, params};
use tokenfolio::contract::{self, Fixture, FixtureError, FixtureFuture, Violations};
use tokenfolio::{AccessToken, TokenId};
use tokenfolio_sqlite::SqliteStore;

struct SqliteFixture {
    store: SqliteStore,
    /// The database file, or `None` in memory.
    path: Option<PathBuf>,
    owners: AtomicI64,
}

impl Fixture for SqliteFixture {
    type Owner = i64;
    type Store = SqliteStore;

    fn store(&self) -> &SqliteStore {
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
        None
    }

    fn start_backend(&self) -> Option<FixtureFuture<'_>> {
        None
    }

    /// Corrupts a row through a second connection, which a database in memory cannot have.
    fn corrupt_row(&self, owner: i64, id: TokenId) -> Option<FixtureFuture<'_>> {
        let path = self.path.as_deref()?;
        Some(Box::pin(async move {
            let sql = "UPDATE access_token SET allowed_ips = 'nobody' WHERE owner_id = ?1 AND id = ?2";
            Connection::open(path)?.execute(sql, params![owner, id.0])?;
            Ok(())
        }))
    }
}

/// SQLite has no server that could be stopped.
const OUTAGE: &str = "a_backend_that_is_down_is_unavailable_and_recovers";

async fn skipped_clauses(store: SqliteStore, path: Option<&Path>) -> Result<Vec<&'static str>, Violations> {
    let fixture = SqliteFixture { store, path: path.map(Path::to_owned), owners: AtomicI64::new(-3) };
    contract::check_all(&fixture).await.map(|skipped| skipped.clauses().to_vec())
}

#[tokio::test]
async fn a_database_in_memory_passes() {
    let skipped = skipped_clauses(SqliteStore::in_memory().await.unwrap(), None).await;
    assert_eq!(skipped.unwrap(), ["a_row_that_cannot_be_read_is_corrupt", OUTAGE]);
}

#[tokio::test]
async fn a_file_passes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    let skipped = skipped_clauses(SqliteStore::open(&path).await.unwrap(), Some(&path)).await;
    assert_eq!(skipped.unwrap(), [OUTAGE]);
}
