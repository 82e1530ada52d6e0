//! Authentication and the writing of usage for [`MemoryStore`].

use std::collections::HashMap;
use std::future;

use sha2::{Digest, Sha256};
use tokenfolio::{AccessToken, Authenticated, Authenticator, BearerToken, MemoryStore, StoreError, UsageBatch};

use crate::usage::{RecordUsage, RecordUsageFuture};

/// Tokens by the digest of their secret. The secrets themselves are not stored.
#[derive(Default)]
pub(crate) struct MemoryAuthenticator {
    tokens: HashMap<[u8; 32], Authenticated<i64>>,
}

impl MemoryAuthenticator {
    /// Adds a token by its secret.
    pub(crate) fn insert(&mut self, secret: &str, owner: i64, token: AccessToken) {
        self.tokens.insert(digest(secret), Authenticated::new(owner, token));
    }
}

impl Authenticator for MemoryAuthenticator {
    type Owner = i64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<i64>>, StoreError> {
        Ok(self.tokens.get(&digest(secret.secret())).cloned())
    }
}

impl RecordUsage for MemoryStore<i64> {
    fn record_batch<'a>(&'a self, batch: &'a mut UsageBatch<'_, i64>) -> RecordUsageFuture<'a> {
        self.record_usage(batch);
        Box::pin(future::ready(Ok(())))
    }
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}
