//! Looks tokens up by their secrets.

use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};
use tokenfolio::{Authenticated, Authenticator, BearerToken, StoreError};

use crate::row::{self, AFTER_COLUMNS, COLUMNS, JOINED_USAGE};
use crate::store::SqliteStore;

impl Authenticator for SqliteStore {
    type Owner = i64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<i64>>, StoreError> {
        let digest = digest(secret.secret());
        self.run(move |connection| Ok(find(connection, &digest)?)).await
    }
}

/// Returns the SHA-256 digest of a whole secret, with its owner prefix. A salt or a slow hash is not needed, because
/// secrets are long and random.
pub(crate) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

fn find(connection: &Connection, digest: &[u8; 32]) -> rusqlite::Result<Option<Authenticated<i64>>> {
    let sql = format!(
        "SELECT {COLUMNS}, token.owner_id
        FROM token_secret AS secret
        JOIN access_token AS token ON token.owner_id = secret.owner_id AND token.id = secret.token_id
        {JOINED_USAGE}
        WHERE secret.digest = ?1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_row([digest], |row| Ok(Authenticated::new(row.get(AFTER_COLUMNS)?, row::token(row)?))).optional()
}
