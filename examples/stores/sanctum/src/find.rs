//! Looks tokens up by their secrets.

use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::mysql::MySqlArguments;
use tokenfolio::{Authenticated, Authenticator, BearerToken, StoreError};

use crate::connection::add;
use crate::error::Error;
use crate::owner::{Model, Owner};
use crate::row::Integer;
use crate::store::SanctumStore;

impl Authenticator for SanctumStore {
    type Owner = Owner;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<Owner>>, StoreError> {
        let Some(secret) = Secret::parse(secret.secret()) else {
            return Ok(None);
        };
        Ok(self.find_secret(&secret).await?)
    }
}

impl SanctumStore {
    async fn find_secret(&self, secret: &Secret<'_>) -> Result<Option<Authenticated<Owner>>, Error> {
        let models: Vec<_> = self.models.iter().map(Model::condition).collect();
        let has_owner = if models.is_empty() { "FALSE".to_owned() } else { models.join("\n            OR ") };
        let columns = self.token_columns();
        let sql = format!(
            "SELECT {columns}, token.tokenable_type, token.tokenable_id
            FROM personal_access_tokens AS token
            WHERE token.token = ? AND ({has_owner})"
        );
        let mut arguments = MySqlArguments::default();
        add(&mut arguments, secret.digest())?;
        for model in &*self.models {
            add(&mut arguments, &*model.name)?;
        }
        let rows = self.connections.query(sql, arguments).await?;
        // The digest is unique.
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let token = self.token(row)?;
        if secret.id.is_some_and(|id| id != token.id.0) {
            return Ok(None);
        }
        let owner =
            Owner::new(row.try_get::<&str, _>("tokenable_type")?, row.try_get::<Integer, _>("tokenable_id")?.to()?);
        Ok(Some(Authenticated::new(owner, token)))
    }
}

/// A secret of Sanctum: `id|text`, or a text without `|`, which early versions of Sanctum created.
pub(crate) struct Secret<'s> {
    pub(crate) id: Option<i64>,
    text: &'s str,
}

impl<'s> Secret<'s> {
    /// Returns `None` if the secret cannot be one of Sanctum's.
    pub(crate) fn parse(secret: &'s str) -> Option<Self> {
        let Some((id, text)) = secret.split_once('|') else {
            return Some(Self { id: None, text: secret });
        };
        // Leading zeros are ignored, and a sign is not part of an id.
        let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
        let id = id.parse().ok().filter(|_| is_number)?;
        Some(Self { id: Some(id), text })
    }

    /// Returns the SHA-256 digest of the text in lower-case hex, as Sanctum stores it. The text includes a
    /// `token_prefix`. A salt or a slow hash is not needed, because secrets are long and random.
    pub(crate) fn digest(&self) -> String {
        Sha256::digest(self.text).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
