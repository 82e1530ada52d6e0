//! The operations that the demo needs from a store over a database.

use tokenfolio::{AccessToken, Authenticator, StoreError, TokenId, TokenStore, UsageBatch};
use tokenfolio_sqlite::SqliteStore;

use crate::secrets::Secret;
use crate::usage::{RecordUsage, RecordUsageFuture};

/// A store over a database: it lists, authenticates, records usage and can be filled.
pub(crate) trait Database: TokenStore<Owner = i64> + Authenticator<Owner = i64> + RecordUsage {
    /// Returns the number that the secret of a token starts with.
    fn secret_prefix(owner: i64, _token: TokenId) -> i64 {
        owner
    }

    /// Adds an owner's tokens, all or none.
    async fn add_tokens(&self, owner: i64, tokens: Vec<AccessToken>) -> Result<(), StoreError>;

    /// Gives a token a new secret. The token's previous secret becomes invalid. Only a digest is stored.
    async fn replace_secret(&self, secret: &Secret) -> Result<(), StoreError>;
}

impl Database for SqliteStore {
    async fn add_tokens(&self, owner: i64, tokens: Vec<AccessToken>) -> Result<(), StoreError> {
        self.insert(owner, tokens).await
    }

    async fn replace_secret(&self, secret: &Secret) -> Result<(), StoreError> {
        self.set_secret(secret.owner, secret.token, &secret.text).await
    }
}

impl RecordUsage for SqliteStore {
    fn record_batch<'a>(&'a self, batch: &'a mut UsageBatch<'_, i64>) -> RecordUsageFuture<'a> {
        Box::pin(self.record_usage(batch))
    }
}
