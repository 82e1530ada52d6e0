//! Opens the database, and writes tokens and secrets.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use deadpool_sqlite::{Config, Hook, HookError, Manager, Pool, Runtime};
use rusqlite::{Connection, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};
use tokenfolio::{AccessToken, StoreError, TokenId};

use crate::error::Error;
use crate::find::digest;
use crate::row::{AllowList, Micros};

const STEPS: &[M<'static>] = &[
    M::up(include_str!("../migrations/0001_access_tokens.sql")),
    M::up(include_str!("../migrations/0002_token_usage.sql")),
];
pub(crate) const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);

/// The maximum number of connections to a file. A reader does not wait for other readers or for the writer.
const FILE_CONNECTIONS: usize = 8;
/// The timeout of a caller for a connection from the pool.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);
/// The timeout of a connection for a lock of another connection.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// Access tokens and digests of their secrets in one SQLite database.
///
/// Owners are numbers. Times are stored in microseconds, truncated toward the past. The methods need a tokio runtime.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    pool: Pool,
}

impl SqliteStore {
    /// Opens a database file, creates it if it does not exist, and migrates its schema.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be opened or created (unavailable), is not a database (corrupt), or stays locked by
    /// another process (timeout).
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        // Some relative names have a special meaning in SQLite: `:memory:`, `file:..` and the empty name.
        let path = std::path::absolute(path).map_err(Error::from)?;
        Self::connect(&path, FILE_CONNECTIONS).await
    }

    /// Opens a database in memory. Its data is lost when the store is dropped.
    ///
    /// # Errors
    ///
    /// Fails if SQLite fails, for example because memory runs out.
    pub async fn in_memory() -> Result<Self, StoreError> {
        // Every connection to `:memory:` opens a separate database.
        Self::connect(Path::new(":memory:"), 1).await
    }

    async fn connect(path: &Path, connections: usize) -> Result<Self, StoreError> {
        let manager = Manager::from_config(&Config::new(path), Runtime::Tokio1);
        let pool = Pool::builder(manager)
            .max_size(connections)
            .wait_timeout(Some(CONNECTION_TIMEOUT))
            .runtime(Runtime::Tokio1)
            .post_create(Hook::async_fn(|connection, _| {
                Box::pin(async move {
                    let configured = connection.interact(|connection| configure(connection)).await;
                    let configured = configured.map_err(|error| HookError::message(error.to_string()))?;
                    configured.map_err(HookError::Backend)
                })
            }))
            .build()
            .map_err(Error::from)?;
        let store = Self { pool };
        store.run(|connection| Ok(MIGRATIONS.to_latest(connection)?)).await?;
        Ok(store)
    }

    /// Adds tokens of an owner, in one transaction.
    ///
    /// # Errors
    ///
    /// Fails if the owner already has a token with one of the ids, if a usage count is above `i64::MAX`, or if the
    /// database fails.
    pub async fn insert(&self, owner: i64, tokens: Vec<AccessToken>) -> Result<(), StoreError> {
        self.run(move |connection| Ok(insert(connection, owner, tokens)?)).await
    }

    /// Removes a token of an owner with its secret and usage. Returns whether the token existed.
    ///
    /// # Errors
    ///
    /// Fails if the database fails.
    pub async fn remove(&self, owner: i64, id: TokenId) -> Result<bool, StoreError> {
        self.run(move |connection| {
            let mut statement =
                connection.prepare_cached("DELETE FROM access_token WHERE owner_id = ?1 AND id = ?2")?;
            Ok(statement.execute(params![owner, id.0])? > 0)
        })
        .await
    }

    /// Revokes a token of an owner, which stays in the list. Returns whether the token exists.
    ///
    /// # Errors
    ///
    /// Fails if the database fails.
    pub async fn revoke(&self, owner: i64, id: TokenId, revoked_at: DateTime<Utc>) -> Result<bool, StoreError> {
        self.run(move |connection| {
            let mut statement =
                connection.prepare_cached("UPDATE access_token SET revoked_at = ?3 WHERE owner_id = ?1 AND id = ?2")?;
            Ok(statement.execute(params![owner, id.0, Micros(revoked_at)])? > 0)
        })
        .await
    }

    /// Sets or replaces the secret of a token. Only its digest is stored.
    ///
    /// # Errors
    ///
    /// Fails if the token does not exist, if another token has this secret, or if the database fails.
    pub async fn set_secret(&self, owner: i64, id: TokenId, secret: &str) -> Result<(), StoreError> {
        let digest = digest(secret);
        self.run(move |connection| {
            let mut statement = connection.prepare_cached(
                "INSERT INTO token_secret (digest, owner_id, token_id) VALUES (?1, ?2, ?3)
                ON CONFLICT (owner_id, token_id) DO UPDATE SET digest = excluded.digest",
            )?;
            statement.execute(params![digest, owner, id.0])?;
            Ok(())
        })
        .await
    }

    /// Runs a task on a connection, in a thread that may block. The task runs to its end even if the future is dropped.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let pool = self.pool.clone();
        // If the future that prepares a connection is dropped, the pool drops the connection, and a database in memory
        // loses its only connection and all data. A spawned future is not dropped.
        let spawned = tokio::spawn(async move { pool.get().await?.interact(task).await? });
        Ok(spawned.await.map_err(Error::from)??)
    }
}

/// Configures a new connection.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(LOCK_TIMEOUT)?;
    // With a write-ahead log, writers do not block readers. In memory this has no effect.
    connection.pragma_update(None, "journal_mode", "wal")?;
    // With the log, a power failure can lose the last commits but cannot corrupt the file.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "foreign_keys", true)
}

fn insert(connection: &mut Connection, owner: i64, tokens: Vec<AccessToken>) -> rusqlite::Result<()> {
    // An immediate transaction waits for another writer when it begins, so it cannot fail later.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut token_row = transaction.prepare_cached(
            "INSERT INTO access_token (owner_id, id, name, created_at, expires_at, revoked_at, allowed_ips)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let mut usage_row = transaction.prepare_cached(
            "INSERT INTO token_usage (owner_id, token_id, usage_count, last_used_at) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for token in tokens {
            token_row.execute(params![
                owner,
                token.id.0,
                token.name,
                Micros(token.created_at),
                token.expires_at.map(Micros),
                token.revoked_at.map(Micros),
                token.allowed_ips.map(AllowList),
            ])?;
            if token.usage_count > 0 || token.last_used_at.is_some() {
                let last_used_at = token.last_used_at.map(Micros);
                usage_row.execute(params![owner, token.id.0, token.usage_count, last_used_at])?;
            }
        }
    }
    transaction.commit()
}
