//! Writes tokens and secrets, and runs statements.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::future::{join_all, join3};
use tokenfolio::{AccessToken, StoreError, TokenId};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, Row};

use crate::error::Error;
use crate::find::{digest, owner};
use crate::row::{Micros, array_text};
use crate::session::{Session, reject_transaction_pooling};

/// The maximum number of connections of a store.
const CONNECTIONS: usize = 8;
/// How long a caller waits for a free connection, and how long for a new connection to open.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);
/// The timeout of a caller for a response of the server.
pub(crate) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The values of a statement.
pub(crate) type Parameters<'p> = &'p [&'p (dyn ToSql + Sync)];

/// Access tokens and digests of their secrets in PostgreSQL.
///
/// Owners are numbers. Times are stored in microseconds, truncated toward the past. The methods need a tokio runtime.
/// Clones share their connections.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    config: Config,
    pool: Pool,
    /// Set after a check has found no connection pool that changes processes between transactions.
    has_own_processes: Arc<OnceCell<()>>,
    pub(crate) has_block_counts: bool,
}

impl PostgresStore {
    /// Creates a store over a database. It connects when the first method needs a connection.
    ///
    /// A [`Config`] is parsed from a URL: `postgres://user@host/database`. The host can be the folder of a socket, with
    /// `%2F` for each slash. Connections are not encrypted.
    ///
    /// # Errors
    ///
    /// Does not fail with the current settings of the pool.
    pub fn new(config: Config) -> Result<Self, StoreError> {
        // Detects a closed connection without a query.
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_connect(config.clone(), Session, recycling))
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(CONNECTION_TIMEOUT))
            .create_timeout(Some(CONNECTION_TIMEOUT))
            .build()
            .map_err(Error::from)?;
        Ok(Self { config, pool, has_own_processes: Arc::default(), has_block_counts: false })
    }

    /// Adds tokens of an owner, all or none. To fill a table, insert 10,000 tokens at a time.
    ///
    /// # Errors
    ///
    /// Fails if the owner already has a token with one of the ids, if the database cannot store a value (U+0000 in a
    /// name, a usage count above `i64::MAX`, a time before 4714-11-24 BC), or if the database fails.
    pub async fn insert(&self, owner: i64, tokens: Vec<AccessToken>) -> Result<(), StoreError> {
        // Two statements, because one statement that changes two tables involves every node of a Citus cluster.
        const TOKENS: &str = "
            INSERT INTO access_token (owner_id, id, name, created_at, expires_at, revoked_at, allowed_ips)
            SELECT $1, id, name, created_at, expires_at, revoked_at, allowed_ips::text[]
            FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::text[])
                AS token (id, name, created_at, expires_at, revoked_at, allowed_ips)";
        const USAGE: &str = "
            INSERT INTO token_usage (owner_id, token_id, usage_count, last_used_at)
            SELECT $1, id, usage_count, last_used_at
            FROM unnest($2::bigint[], $3::bigint[], $4::timestamptz[]) AS token (id, usage_count, last_used_at)";
        let ids: Vec<_> = tokens.iter().map(|token| token.id.0).collect();
        let names: Vec<_> = tokens.iter().map(|token| &*token.name).collect();
        let created_at: Vec<_> = tokens.iter().map(|token| Micros(token.created_at)).collect();
        let last_used_at: Vec<_> = tokens.iter().map(|token| token.last_used_at.map(Micros)).collect();
        let counts: Result<Vec<_>, _> = tokens.iter().map(|token| i64::try_from(token.usage_count)).collect();
        let counts = counts.map_err(Error::from)?;
        let expires_at: Vec<_> = tokens.iter().map(|token| token.expires_at.map(Micros)).collect();
        let revoked_at: Vec<_> = tokens.iter().map(|token| token.revoked_at.map(Micros)).collect();
        let allowed_ips: Vec<_> = tokens.iter().map(|token| token.allowed_ips.as_ref().map(array_text)).collect();
        self.transact([
            (TOKENS, &[&owner, &ids, &names, &created_at, &expires_at, &revoked_at, &allowed_ips]),
            (USAGE, &[&owner, &ids, &counts, &last_used_at]),
        ])
        .await?;
        Ok(())
    }

    /// Removes a token of an owner and its secret. Returns whether the token existed.
    ///
    /// # Errors
    ///
    /// Fails if the database fails.
    pub async fn remove(&self, owner: i64, id: TokenId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM access_token WHERE owner_id = $1 AND id = $2 RETURNING id";
        Ok(!self.query(sql, &[&owner, &id.0]).await?.is_empty())
    }

    /// Sets or replaces the secret of a token. Only its digest is stored.
    ///
    /// # Errors
    ///
    /// Fails if the secret does not start with `<owner>|` (a look-up could not find it), if another token of the owner
    /// has this secret, if the token does not exist, or if the database fails.
    pub async fn set_secret(&self, owner: i64, id: TokenId, secret: &str) -> Result<(), StoreError> {
        // Foreign tables do not support `ON CONFLICT`, and an `INSERT` that reads its own table involves every node of a
        // Citus cluster.
        const REPLACE: &str =
            "UPDATE token_secret SET digest = $3 WHERE owner_id = $1 AND token_id = $2 RETURNING token_id";
        const ADD: &str = "INSERT INTO token_secret (owner_id, token_id, digest) VALUES ($1, $2, $3)";
        if self::owner(secret) != Some(owner) {
            return Err(Error::Secret(owner).into());
        }
        let digest = digest(secret);
        let parameters: Parameters<'_> = &[&owner, &id.0, &&digest[..]];
        if self.query(REPLACE, parameters).await?.is_empty() {
            self.query(ADD, parameters).await?;
        }
        Ok(())
    }

    /// Runs a statement. Each connection prepares it once.
    pub(crate) async fn query(&self, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, Error> {
        let client = self.client().await?;
        let result = timeout(RESPONSE_TIMEOUT, query(&client, sql, parameters)).await;
        release(client, result.map_err(Error::from).flatten())
    }

    /// Runs two statements in a transaction.
    async fn transact(&self, statements: [(&str, Parameters<'_>); 2]) -> Result<(), Error> {
        let client = self.client().await?;
        let result = timeout(RESPONSE_TIMEOUT, transact(&client, statements)).await;
        release(client, result.map_err(Error::from).flatten())
    }

    pub(crate) async fn client(&self) -> Result<Object, Error> {
        let check = self.has_own_processes.get_or_try_init(|| reject_transaction_pooling(&self.config));
        timeout(CONNECTION_TIMEOUT, check).await??;
        Ok(self.pool.get().await?)
    }

    /// Closes the connections that no caller uses. New connections are configured for the tables as they are now.
    pub(crate) fn close_idle_connections(&self) {
        self.pool.retain(|_, _| false);
    }
}

/// Returns a connection to its pool, unless the next caller with this connection would fail too.
pub(crate) fn release<T>(client: Object, result: Result<T, Error>) -> Result<T, Error> {
    if result.as_ref().is_err_and(Error::ends_connection) {
        drop(Object::take(client));
    }
    result
}

/// Runs a statement on a connection, which prepares it once.
pub(crate) async fn query(client: &Object, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, Error> {
    match query_prepared(client, sql, parameters).await {
        Err(error) if is_stale(&error) => {
            client.statement_cache.remove(sql, &[]);
            Ok(query_prepared(client, sql, parameters).await?)
        }
        result => Ok(result?),
    }
}

async fn query_prepared(
    client: &Object,
    sql: &str,
    parameters: Parameters<'_>,
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let statement = client.prepare_cached(sql).await?;
    client.query(&statement, parameters).await
}

async fn transact(client: &Object, statements: [(&str, Parameters<'_>); 2]) -> Result<(), Error> {
    match transact_prepared(client, statements).await {
        Err(error) if is_stale(&error) => {
            for (sql, _) in statements {
                client.statement_cache.remove(sql, &[]);
            }
            Ok(transact_prepared(client, statements).await?)
        }
        result => Ok(result?),
    }
}

/// Sends everything at once. After an error the server rolls back at `COMMIT`. If the future is dropped, the server still
/// receives `COMMIT`, so that the connection can be used again.
async fn transact_prepared(
    client: &Object,
    statements: [(&str, Parameters<'_>); 2],
) -> Result<(), tokio_postgres::Error> {
    let [(first, first_parameters), (second, second_parameters)] = statements;
    let first = client.prepare_cached(first).await?;
    let second = client.prepare_cached(second).await?;
    let changes = join_all([client.query(&first, first_parameters), client.query(&second, second_parameters)]);
    let (begin, changes, commit) = join3(client.batch_execute("BEGIN"), changes, client.batch_execute("COMMIT")).await;
    begin?;
    for change in changes {
        change?;
    }
    commit
}

/// Returns whether a statement was not executed because its preparation is out of date.
///
/// A statement is prepared with the types of its columns. If a migration changes one of them, the server rejects the
/// statement (`feature_not_supported`) until it is prepared again. A connection pool between this store and the server can
/// lose a statement (`invalid_sql_statement_name`).
fn is_stale(error: &tokio_postgres::Error) -> bool {
    matches!(error.code(), Some(&SqlState::FEATURE_NOT_SUPPORTED | &SqlState::INVALID_SQL_STATEMENT_NAME))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use tokenfolio::{AccessToken, Authenticator, BearerToken, ListQuery, TokenStore, TokenUsage};
    use tokenfolio_postgres_server::Schema;

    use super::*;

    /// Uses every statement of the store.
    async fn use_store(store: &PostgresStore, id: i64) {
        store.insert(7, vec![AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)]).await.unwrap();
        store.set_secret(7, TokenId(id), &format!("7|secret-{id}")).await.unwrap();
        store.record_usage(&[TokenUsage::new(7, id, DateTime::UNIX_EPOCH)]).await.unwrap();
        assert_eq!(store.list(&ListQuery::new(7)).await.unwrap().total, 1);
        let secret = BearerToken::from_values([format!("Bearer 7|secret-{id}").as_bytes()]).unwrap();
        assert!(store.find(&secret).await.unwrap().is_some());
        assert!(store.remove(7, TokenId(id)).await.unwrap());
    }

    #[tokio::test]
    async fn a_statement_that_is_out_of_date_is_prepared_again() {
        let schema = Schema::create().unwrap_or_else(|error| panic!("{error}"));
        let store = PostgresStore::new(schema.url().parse().unwrap()).unwrap();
        store.migrate().await.unwrap();
        use_store(&store, 1).await;

        // Several connections, each with its own statements.
        let connections = [store.client().await.unwrap(), store.client().await.unwrap(), store.client().await.unwrap()];
        drop(connections);
        for id in 2..=4 {
            use_store(&store, id).await;
        }
        schema.run("ALTER TABLE access_token ALTER COLUMN name TYPE varchar(2000)").unwrap();
        schema.run("ALTER TABLE token_usage ALTER COLUMN usage_count TYPE bigint USING usage_count + 0").unwrap();
        for id in 5..=8 {
            use_store(&store, id).await;
        }
        store.client().await.unwrap().batch_execute("DEALLOCATE ALL").await.unwrap();
        for id in 9..=12 {
            use_store(&store, id).await;
        }
    }
}
