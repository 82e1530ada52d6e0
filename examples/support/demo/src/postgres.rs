//! PostgreSQL, with the feature `postgres`.

use tokenfolio::{AccessToken, StoreError, UsageBatch};
use tokenfolio_postgres::PostgresStore;
use tokio_postgres::Config;

use crate::database::Database;
use crate::secrets::Secret;
use crate::usage::{RecordUsage, RecordUsageFuture};

/// Connects to a database and updates its schema.
pub(crate) async fn open(config: &Config) -> Result<PostgresStore, StoreError> {
    let store = PostgresStore::new(config.clone())?;
    store.migrate().await?;
    Ok(store)
}

impl Database for PostgresStore {
    async fn add_tokens(&self, owner: i64, tokens: Vec<AccessToken>) -> Result<(), StoreError> {
        self.insert(owner, tokens).await
    }

    async fn replace_secret(&self, secret: &Secret) -> Result<(), StoreError> {
        self.set_secret(secret.owner, secret.token, &secret.text).await
    }
}

impl RecordUsage for PostgresStore {
    fn record_batch<'a>(&'a self, batch: &'a mut UsageBatch<'_, i64>) -> RecordUsageFuture<'a> {
        Box::pin(async move {
            let result = self.record_usage(batch).await;
            if let Err(error) = &result {
                batch.retain(|usage| error.owners.contains(&usage.owner));
            }
            Ok(result?)
        })
    }
}
