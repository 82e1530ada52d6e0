//! Connects to the database, and writes tokens and secrets.

use std::sync::Arc;

use chrono::TimeDelta;
use sqlx::AssertSqlSafe;
use sqlx::mysql::MySqlArguments;
use tokenfolio::{AccessToken, StoreError, TokenId};

use crate::columns::Columns;
use crate::connection::{Connections, add};
use crate::error::Error;
use crate::find::Secret;
use crate::nodes::Nodes;
use crate::owner::{Model, Owner};
use crate::row::AllowList;
use crate::time::wall_time;

/// The tokens in Sanctum's table `personal_access_tokens`.
///
/// Clones share their connections. The methods need a tokio runtime.
#[derive(Clone, Debug)]
pub struct SanctumStore {
    pub(crate) connections: Connections,
    pub(crate) models: Arc<[Model]>,
    pub(crate) expiration: Option<TimeDelta>,
    pub(crate) columns: Columns,
}

impl SanctumStore {
    /// Connects to a database of Laravel, and reads the definition of Sanctum's table. The store accepts only tokens of
    /// `models`.
    ///
    /// The store uses one node at a time. When that node fails, the store uses the next one.
    ///
    /// # Errors
    ///
    /// Fails if no node can be reached, or if the database does not have Sanctum's table.
    pub async fn connect(nodes: Nodes, models: impl IntoIterator<Item = Model>) -> Result<Self, StoreError> {
        let connections = Connections::open(nodes).await?;
        let columns = Columns::read(&connections).await?;
        Ok(Self { connections, models: models.into_iter().collect(), expiration: None, columns })
    }

    /// Sets which models' tokens are accepted, for an endpoint whose guard has a `provider`. The new store shares its
    /// connections with this one.
    #[must_use]
    pub fn with_models(self, models: impl IntoIterator<Item = Model>) -> Self {
        Self { models: models.into_iter().collect(), ..self }
    }

    /// Sets how long after its creation a token expires: the minutes of `expiration` in `config/sanctum.php`. By
    /// default, a token expires only at the time in its row. With `expiration`, the `expires_at` of a token is the
    /// earlier of both times.
    #[must_use]
    pub fn with_expiration(self, expiration: impl Into<Option<TimeDelta>>) -> Self {
        Self { expiration: expiration.into(), ..self }
    }

    /// Adds at most 5,000 tokens of an owner, all or none. The tokens have no secret and no abilities. On a cluster,
    /// add only some hundreds at once, because a write that takes longer than 0.9 seconds fails there.
    ///
    /// # Errors
    ///
    /// Fails if a token with one of the ids exists, if the table cannot hold a value, or if the database fails. Without the
    /// columns of [`migrate`](Self::migrate), the table cannot hold a usage count, a revocation or an allow-list.
    pub async fn insert(&self, owner: &Owner, tokens: &[AccessToken]) -> Result<(), StoreError> {
        if tokens.is_empty() {
            return Ok(());
        }
        if !self.columns.has_additions
            && let Some(token) = tokens.iter().find(|token| has_additions(token))
        {
            return Err(Error::NoColumn(token.id.0).into());
        }
        self.connections
            .execute(AssertSqlSafe(self.insert_sql(tokens.len())), self.insert_arguments(owner, tokens)?)
            .await?;
        Ok(())
    }

    /// Returns the statement. It inserts a UUID as the digest. No secret has a UUID as its digest, so nobody can use
    /// the token yet. The abilities are an empty array, because a NULL would be an error in Laravel.
    fn insert_sql(&self, tokens: usize) -> String {
        let (columns, values) =
            if self.columns.has_additions { (", usage_count, revoked_at, allowed_ips", ", ?, ?, ?") } else { ("", "") };
        let row = format!("(uuid(), '[]', ?, ?, ?, ?, ?, ?, ?, ?{values})");
        format!(
            "INSERT INTO personal_access_tokens
                (token, abilities, tokenable_type, tokenable_id, id, name, last_used_at, expires_at, created_at,
                updated_at{columns})
            VALUES {}",
            vec![row; tokens].join(", ")
        )
    }

    /// Returns the parameters of [`insert_sql`](Self::insert_sql).
    fn insert_arguments(&self, owner: &Owner, tokens: &[AccessToken]) -> Result<MySqlArguments, Error> {
        let wall_time = |time| wall_time(time, self.columns.fraction_digits);
        let mut arguments = MySqlArguments::default();
        for token in tokens {
            add(&mut arguments, &*owner.model)?;
            add(&mut arguments, owner.id)?;
            add(&mut arguments, token.id.0)?;
            add(&mut arguments, &*token.name)?;
            add(&mut arguments, token.last_used_at.map(wall_time))?;
            add(&mut arguments, token.expires_at.map(wall_time))?;
            add(&mut arguments, wall_time(token.created_at))?;
            add(&mut arguments, wall_time(token.created_at))?;
            if self.columns.has_additions {
                add(&mut arguments, token.usage_count)?;
                add(&mut arguments, token.revoked_at.map(wall_time))?;
                add(&mut arguments, token.allowed_ips.clone().map(AllowList))?;
            }
        }
        Ok(arguments)
    }

    /// Removes a token of an owner. Returns whether the token existed.
    ///
    /// # Errors
    ///
    /// Fails if the database fails.
    pub async fn remove(&self, owner: &Owner, id: TokenId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM personal_access_tokens WHERE id = ? AND tokenable_type = ? AND tokenable_id = ?";
        let mut arguments = MySqlArguments::default();
        add(&mut arguments, id.0)?;
        add(&mut arguments, &*owner.model)?;
        add(&mut arguments, owner.id)?;
        Ok(self.connections.execute(sql, arguments).await? > 0)
    }

    /// Sets or replaces the secret of a token. Only its digest is stored.
    ///
    /// # Errors
    ///
    /// Fails if the secret starts with the id of another token, because a look-up would not find it. Also fails if
    /// another token has this secret, if the owner has no such token, or if the database fails.
    pub async fn set_secret(&self, owner: &Owner, id: TokenId, secret: &str) -> Result<(), StoreError> {
        let sql =
            "UPDATE personal_access_tokens SET token = ? WHERE id = ? AND tokenable_type = ? AND tokenable_id = ?";
        let secret = Secret::parse(secret).filter(|secret| secret.id.is_none_or(|prefix| prefix == id.0));
        let secret = secret.ok_or(Error::Secret(id.0))?;
        let mut arguments = MySqlArguments::default();
        add(&mut arguments, secret.digest())?;
        add(&mut arguments, id.0)?;
        add(&mut arguments, &*owner.model)?;
        add(&mut arguments, owner.id)?;
        match self.connections.execute(sql, arguments).await? {
            0 => Err(Error::NoToken(id.0).into()),
            _ => Ok(()),
        }
    }
}

/// Returns whether a token has a value for one of the columns that Sanctum does not have.
fn has_additions(token: &AccessToken) -> bool {
    token.usage_count > 0 || token.revoked_at.is_some() || token.allowed_ips.is_some()
}
