use std::sync::atomic::{AtomicI64, Ordering};

use tokenfolio::contract::{self, Fixture, SetUpError};
use tokenfolio::{AccessToken, TokenId};
use tokenfolio_postgres::PostgresStore;

use crate::database::Database;

struct Fixed {
    database: Database,
    owners: AtomicI64,
}

impl Fixture for Fixed {
    type Owner = i64;
    type Store = PostgresStore;

    fn store(&self) -> &PostgresStore {
        &self.database
    }

    fn fresh_owner(&self) -> i64 {
        self.owners.fetch_add(1, Ordering::Relaxed)
    }

    async fn insert(&self, owner: &i64, token: AccessToken) -> Result<(), SetUpError> {
        Ok(self.store().insert(*owner, vec![token]).await?)
    }

    async fn remove(&self, owner: &i64, id: TokenId) -> Result<(), SetUpError> {
        if self.store().remove(*owner, id).await? { Ok(()) } else { Err("no such token".into()) }
    }
}

#[tokio::test]
async fn a_database_passes() {
    let fixture = Fixed { database: Database::create().await, owners: AtomicI64::new(-3) };
    let checked = contract::check_all(&fixture).await;
    assert!(checked.is_ok(), "{}", checked.unwrap_err());
}
