//! SQLite: a file that is filled in one transaction, and plain SQL to read pages and write usage.

use chrono::DateTime;
use deadpool_sqlite::{Config, Pool, Runtime};
use rusqlite::{Connection, Row, params};
use tempfile::TempDir;
use tokenfolio::{AccessToken, TokenList, TokenUsage};
use tokenfolio_sqlite::SqliteStore;

use crate::{BoxError, data};

pub(crate) struct Sqlite {
    pub(crate) store: SqliteStore,
    plain: Pool,
    _folder: TempDir,
}

impl Sqlite {
    pub(crate) async fn load(owners: Vec<i64>) -> Result<Self, BoxError> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("tokens.db");
        let store = SqliteStore::open(&path).await?;
        let plain = Config::new(&path).builder(Runtime::Tokio1)?.max_size(1).build()?;
        let sqlite = Self { store, plain, _folder: folder };
        sqlite.run(move |connection| fill(connection, &owners)).await?;
        Ok(sqlite)
    }

    /// The rows of a page, and no total.
    pub(crate) async fn rows(&self, owner: i64, offset: u64) -> Result<Vec<AccessToken>, BoxError> {
        self.run(move |connection| rows(connection, owner, offset)).await
    }

    /// The rows of a page and the total, by a statement each.
    pub(crate) async fn two_statements(&self, owner: i64, offset: u64) -> Result<TokenList, BoxError> {
        self.run(move |connection| {
            let mut count = connection.prepare_cached("SELECT count(*) FROM access_token WHERE owner_id = ?1")?;
            let total = count.query_row([owner], |row| row.get(0))?;
            Ok(TokenList::new(rows(connection, owner, offset)?, total))
        })
        .await
    }

    /// Records one usage, in its own transaction.
    pub(crate) async fn record(&self, usage: &TokenUsage<i64>) -> Result<(), BoxError> {
        let owner = usage.owner;
        let id = usage.id.0;
        let last_used_at = usage.last_used_at.timestamp_micros();
        self.run(move |connection| {
            let mut statement = connection.prepare_cached(
                "UPDATE token_usage SET usage_count = usage_count + 1, last_used_at = max(last_used_at, ?3)
                WHERE owner_id = ?1 AND token_id = ?2",
            )?;
            statement.execute(params![owner, id, last_used_at])?;
            Ok(())
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, BoxError> {
        let result = self.plain.get().await?.interact(task).await;
        Ok(result.map_err(|error| error.to_string())??)
    }
}

/// Fills the tables, and then restores the settings that the store's connections have.
fn fill(connection: &mut Connection, owners: &[i64]) -> rusqlite::Result<()> {
    // In KiB. The tokens are not in the order of their keys, so the cache must hold the whole index.
    connection.pragma_update(None, "cache_size", -2_000_000)?;
    connection.pragma_update(None, "synchronous", "off")?;
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare(
            "INSERT INTO access_token (owner_id, id, name, created_at, expires_at, revoked_at, allowed_ips)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for (owner, id) in owners.iter().zip(1..) {
            let token = data::token(id);
            insert.execute(params![
                owner,
                id,
                &*token.name,
                token.created_at.timestamp_micros(),
                token.expires_at.map(|time| time.timestamp_micros()),
                token.revoked_at.map(|time| time.timestamp_micros()),
                token.allowed_ips.map(|list| serde_json::json!(list).to_string()),
            ])?;
        }
    }
    transaction.execute(
        "INSERT INTO token_usage (owner_id, token_id, usage_count, last_used_at)
        SELECT owner_id, id, 1 + id % 1000, created_at FROM access_token ORDER BY owner_id, id",
        [],
    )?;
    transaction.commit()?;
    connection
        .execute_batch("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA cache_size = -2000; PRAGMA shrink_memory")?;
    connection.pragma_update(None, "synchronous", "normal")
}

fn rows(connection: &Connection, owner: i64, offset: u64) -> rusqlite::Result<Vec<AccessToken>> {
    let mut statement = connection.prepare_cached(
        "SELECT token.id, name, created_at, last_used_at, usage_count, expires_at, revoked_at, allowed_ips
        FROM (SELECT * FROM access_token WHERE owner_id = ?1 ORDER BY id LIMIT 20 OFFSET ?2) AS token
        LEFT JOIN token_usage AS usage ON usage.owner_id = token.owner_id AND usage.token_id = token.id
        ORDER BY token.id",
    )?;
    statement.query_map(params![owner, offset], token)?.collect()
}

fn token(row: &Row<'_>) -> rusqlite::Result<AccessToken> {
    let time = |column| {
        let micros = row.get::<_, Option<i64>>(column)?;
        Ok::<_, rusqlite::Error>(micros.and_then(DateTime::from_timestamp_micros))
    };
    let created_at = time(2)?.ok_or(rusqlite::Error::InvalidQuery)?;
    let mut token = AccessToken::new(row.get::<_, i64>(0)?, row.get_ref(1)?.as_str()?, created_at);
    token.last_used_at = time(3)?;
    token.usage_count = row.get(4)?;
    token.expires_at = time(5)?;
    token.revoked_at = time(6)?;
    token.allowed_ips = row.get_ref(7)?.as_str_or_null()?.and_then(|list| serde_json::from_str(list).ok());
    Ok(token)
}
