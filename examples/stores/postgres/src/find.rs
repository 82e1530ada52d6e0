//! Looks tokens up by their secrets.

use sha2::{Digest, Sha256};
use tokenfolio::{Authenticated, Authenticator, BearerToken, StoreError};

use crate::list::ROWS;
use crate::row::{self, COLUMNS};
use crate::store::PostgresStore;

impl Authenticator for PostgresStore {
    type Owner = i64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<i64>>, StoreError> {
        // `set_secret` rejects a secret without an owner.
        let Some(owner) = owner(secret.secret()) else {
            return Ok(None);
        };
        let sql = format!(
            "WITH page AS (SELECT token_id AS id FROM token_secret WHERE owner_id = $1 AND digest = $2)
            SELECT {COLUMNS} FROM page {ROWS}"
        );
        let rows = self.query(&sql, &[&owner, &&digest(secret.secret())[..]]).await?;
        let token = rows.first().map(row::token).transpose()?;
        Ok(token.map(|token| Authenticated::new(owner, token)))
    }
}

/// Returns the owner of a secret: `<owner>|<random>`.
pub(crate) fn owner(secret: &str) -> Option<i64> {
    secret.split_once('|')?.0.parse().ok()
}

/// Returns the SHA-256 digest of a whole secret, with its owner prefix. A salt or a slow hash is not needed, because
/// secrets are long and random.
pub(crate) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}
