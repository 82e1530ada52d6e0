use std::sync::atomic::{AtomicI64, Ordering};

use tokenfolio::contract::{self, Fixture, SetUpError, Violations};
use tokenfolio::{AccessToken, TokenId};
use tokenfolio_sqlite::SqliteStore;

struct Database {
    store: SqliteStore,
    owners: AtomicI64,
}

impl Fixture for Database {
    type Owner = i64;
    type Store = SqliteStore;

    fn store(&self) -> &SqliteStore {
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
}

async fn check(store: SqliteStore) -> Result<(), Violations> {
    contract::check_all(&Database { store, owners: AtomicI64::new(-3) }).await
}

#[tokio::test]
async fn a_database_in_memory_passes() {
    let checked = check(SqliteStore::in_memory().await.unwrap()).await;
    assert!(checked.is_ok(), "{}", checked.unwrap_err());
}

#[tokio::test]
async fn a_file_passes() {
    let folder = tempfile::tempdir().unwrap();
    let checked = check(SqliteStore::open(folder.path().join("tokens.db")).await.unwrap()).await;
    assert!(checked.is_ok(), "{}", checked.unwrap_err());
}
