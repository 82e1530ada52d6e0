//! The database: how it is opened, and how tokens and secrets get into it.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use deadpool_sqlite::{Config, Hook, HookError, Manager, Pool, Runtime};
use rusqlite::{Connection, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};
use tokenfolio::{AccessToken, StoreError, TokenId};

use crate::error::Failure;
use crate::find::digest;
use crate::row::{AllowList, Micros};

const STEPS: &[M<'static>] = &[
    M::up(include_str!("../migrations/0001_access_tokens.sql")),
    M::up(include_str!("../migrations/0002_token_usage.sql")),
];
pub(crate) const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);

/// How many connections a file has at most. Readers do not wait for each other, nor for the one writer.
const FILE_CONNECTIONS: usize = 8;
/// How long a caller waits for a connection, and how long a connection waits for another's lock.
const PATIENCE: Duration = Duration::from_secs(2);

/// Access tokens and digests of their secrets in one SQLite database.
///
/// Owners are numbers. Instants are kept to the microsecond; what is finer is cut toward the past. It is to be used
/// within a tokio runtime.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    pool: Pool,
}

impl SqliteStore {
    /// Opens a database file, which is made if it is not there, and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened or made (unavailable), that is not a database (corrupt), or that another process
    /// keeps locked (timeout).
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        // Absolute, so that SQLite does not take a name for one of its own: `:memory:`, `file:..` or the empty one.
        let path = std::path::absolute(path).map_err(Failure::from)?;
        Self::connect(&path, FILE_CONNECTIONS).await
    }

    /// Opens a database in memory, which is gone when the store is dropped.
    ///
    /// # Errors
    ///
    /// Only what SQLite itself may fail with, such as a lack of memory.
    pub async fn in_memory() -> Result<Self, StoreError> {
        // One connection: each would have a database of its own.
        Self::connect(Path::new(":memory:"), 1).await
    }

    async fn connect(path: &Path, connections: usize) -> Result<Self, StoreError> {
        let manager = Manager::from_config(&Config::new(path), Runtime::Tokio1);
        let pool = Pool::builder(manager)
            .max_size(connections)
            .wait_timeout(Some(PATIENCE))
            .runtime(Runtime::Tokio1)
            .post_create(Hook::async_fn(|connection, _| {
                Box::pin(async move {
                    let configured = connection.interact(|connection| configure(connection)).await;
                    let configured = configured.map_err(|error| HookError::message(error.to_string()))?;
                    configured.map_err(HookError::Backend)
                })
            }))
            .build()
            .map_err(Failure::from)?;
        let store = Self { pool };
        store.run(|connection| Ok(MIGRATIONS.to_latest(connection)?)).await?;
        Ok(store)
    }

    /// Adds tokens of an owner: all of them, or none.
    ///
    /// # Errors
    ///
    /// A token whose id the owner already has, or that was used more than `i64::MAX` times; or a failing database.
    pub async fn insert(&self, owner: i64, tokens: Vec<AccessToken>) -> Result<(), StoreError> {
        self.run(move |connection| Ok(insert(connection, owner, tokens)?)).await
    }

    /// Removes a token of an owner with its secret and uses, and tells whether it was there.
    ///
    /// # Errors
    ///
    /// A failing database.
    pub async fn remove(&self, owner: i64, id: TokenId) -> Result<bool, StoreError> {
        self.run(move |connection| {
            let mut statement =
                connection.prepare_cached("DELETE FROM access_token WHERE owner_id = ?1 AND id = ?2")?;
            Ok(statement.execute(params![owner, id.0])? > 0)
        })
        .await
    }

    /// Revokes a token of an owner from an instant on, and tells whether it was there. It stays in the list.
    ///
    /// # Errors
    ///
    /// A failing database.
    pub async fn revoke(&self, owner: i64, id: TokenId, at: DateTime<Utc>) -> Result<bool, StoreError> {
        self.run(move |connection| {
            let mut statement =
                connection.prepare_cached("UPDATE access_token SET revoked_at = ?3 WHERE owner_id = ?1 AND id = ?2")?;
            Ok(statement.execute(params![owner, id.0, Micros(at)])? > 0)
        })
        .await
    }

    /// Sets the secret of a token, in place of any that it had. Only its digest is stored.
    ///
    /// # Errors
    ///
    /// A token that is not there, a secret that another token has, or a failing database.
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

    /// Does work on a connection, on a thread that may block. It is done to its end even if the future is dropped.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let pool = self.pool.clone();
        // In a task of its own: the pool gives up a connection if it is stopped while preparing it, and with its only
        // connection a database in memory would be gone.
        let done = tokio::spawn(async move { pool.get().await?.interact(work).await? });
        Ok(done.await.map_err(Failure::from)??)
    }
}

/// Sets up a new connection.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    // In a write-ahead log, writers do not keep readers out. In memory this has no effect.
    connection.pragma_update(None, "journal_mode", "wal")?;
    // Safe with the log: a power cut may lose the last commits, never the file.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "foreign_keys", true)
}

fn insert(connection: &mut Connection, owner: i64, tokens: Vec<AccessToken>) -> rusqlite::Result<()> {
    // Immediate, so that it waits for another writer at its beginning and does not fail in its middle.
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
