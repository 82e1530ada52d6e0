//! From a presented secret to the token behind it.

use sha2::{Digest, Sha256};
use tokenfolio::{Authenticated, Authenticator, BearerToken, StoreError};

use crate::list::ROWS;
use crate::row::{self, COLUMNS};
use crate::store::PostgresStore;

impl Authenticator for PostgresStore {
    type Owner = i64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<i64>>, StoreError> {
        // Without an owner it is not known where to look, and nothing was ever put there.
        let Some(owner) = owner(secret.secret()) else {
            return Ok(None);
        };
        let sql = format!(
            "WITH page AS (SELECT token_id AS id FROM token_secret WHERE owner_id = $1 AND digest = $2)
            SELECT {COLUMNS} FROM page {ROWS}"
        );
        let rows = self.query(&sql, &[&owner, &&digest(secret.secret())[..]]).await?;
        let token = rows.first().map(row::token).transpose()?;
        Ok(token.map(|token| Authenticated { owner, token }))
    }
}

/// Reads whose secret it says it is: `<owner>|<random>`.
pub(crate) fn owner(secret: &str) -> Option<i64> {
    secret.split_once('|')?.0.parse().ok()
}

/// Digests a secret, routing prefix and all. Secrets are long and random, so they need neither salt nor slowness.
pub(crate) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}
