//! The same tokens in every store.

use tokenfolio::MemoryStore;

use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::{BoxError, data};

pub(crate) struct Stores {
    pub(crate) memory: MemoryStore<i64>,
    pub(crate) sqlite: Sqlite,
    pub(crate) postgres: Postgres,
}

impl Stores {
    pub(crate) async fn load(owners: &[i64]) -> Result<Self, BoxError> {
        let (sqlite, postgres) = tokio::try_join!(Sqlite::load(owners.to_vec()), Postgres::load(owners))?;
        let memory = MemoryStore::new();
        for (owner, id) in owners.iter().zip(1..) {
            memory.insert(*owner, data::token(id));
        }
        Ok(Self { memory, sqlite, postgres })
    }
}
