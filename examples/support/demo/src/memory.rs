//! What stands beside [`MemoryStore`](tokenfolio::MemoryStore), which lists only.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use tokenfolio::{AccessToken, Authenticated, Authenticator, BearerToken, StoreError};

/// Tokens by the digest of their secret. The secrets themselves are not kept.
#[derive(Default)]
pub(crate) struct MemoryAuthenticator {
    tokens: HashMap<[u8; 32], Authenticated<i64>>,
}

impl MemoryAuthenticator {
    /// Adds a token by its secret.
    pub(crate) fn insert(&mut self, secret: &str, owner: i64, token: AccessToken) {
        self.tokens.insert(digest(secret), Authenticated { owner, token });
    }
}

impl Authenticator for MemoryAuthenticator {
    type Owner = i64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<i64>>, StoreError> {
        Ok(self.tokens.get(&digest(secret.secret())).cloned())
    }
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}
