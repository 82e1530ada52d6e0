//! The database: how it is reached, and how tokens and secrets get into it.

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use tokenfolio::{AccessToken, StoreError, TokenId};
use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, NoTls, Row};

use crate::error::Failure;
use crate::find::{digest, owner};
use crate::row::{Micros, array_text};

/// How many connections a store has at most.
const CONNECTIONS: usize = 8;
/// How long a caller waits for a connection: for one to come free, and for a new one to stand.
const WAIT: Duration = Duration::from_secs(2);
/// What the server is told, unless the options of the connection say otherwise: how long it may work on a statement,
/// and that a plan once made is right for all values, so that none is made for each.
const OPTIONS: &str = "-c statement_timeout=2s -c plan_cache_mode=force_generic_plan";
/// How long a caller waits for an answer, whatever the server does.
const SILENCE: Duration = Duration::from_secs(5);

/// Access tokens and digests of their secrets in PostgreSQL.
///
/// Owners are numbers. Instants are kept to the microsecond; what is finer is cut toward the past. It is to be used
/// within a tokio runtime; clones share their connections.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    pool: Pool,
    pub(crate) has_block_counts: bool,
}

impl PostgresStore {
    /// Makes a store of a database, which is not connected to before it is needed.
    ///
    /// A [`Config`] is what a URL parses to: `postgres://user@host/database`, or `%2F`-encoded the folder of a socket
    /// in place of the host. Connections are not encrypted.
    ///
    /// # Errors
    ///
    /// None that the pool's settings could have today.
    pub fn new(mut config: Config) -> Result<Self, StoreError> {
        // Of two settings the last one counts.
        let options = format!("{OPTIONS} {}", config.get_options().unwrap_or_default());
        config.options(options);
        // A connection that has ended is noticed without a question to the server.
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(config, NoTls, recycling))
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .build()
            .map_err(Failure::from)?;
        Ok(Self { pool, has_block_counts: false })
    }

    /// Adds tokens of an owner: all of them, or none.
    ///
    /// It is one statement, whose cost is that of the rows: 10,000 at a time are a good way to fill a table.
    ///
    /// # Errors
    ///
    /// A token whose id the owner already has, whose name has a U+0000, that was used more than `i64::MAX` times, or
    /// with an instant before 4713 BC, none of which the database can hold; or a failing database.
    pub async fn insert(&self, owner: i64, tokens: Vec<AccessToken>) -> Result<(), StoreError> {
        const SQL: &str = "
            WITH given AS (
                SELECT * FROM unnest(
                    $2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::bigint[],
                    $7::timestamptz[], $8::timestamptz[], $9::text[]
                ) AS token (id, name, created_at, last_used_at, usage_count, expires_at, revoked_at, allowed_ips)
            ),
            inserted AS (
                INSERT INTO access_token (owner_id, id, name, created_at, expires_at, revoked_at, allowed_ips)
                SELECT $1, id, name, created_at, expires_at, revoked_at, allowed_ips::text[] FROM given
                RETURNING id
            )
            INSERT INTO token_usage (owner_id, token_id, usage_count, last_used_at)
            SELECT $1, id, usage_count, last_used_at FROM inserted JOIN given USING (id)";
        let ids: Vec<_> = tokens.iter().map(|token| token.id.0).collect();
        let names: Vec<_> = tokens.iter().map(|token| &*token.name).collect();
        let created: Vec<_> = tokens.iter().map(|token| Micros(token.created_at)).collect();
        let used: Vec<_> = tokens.iter().map(|token| token.last_used_at.map(Micros)).collect();
        let counts: Result<Vec<_>, _> = tokens.iter().map(|token| i64::try_from(token.usage_count)).collect();
        let counts = counts.map_err(Failure::from)?;
        let expiring: Vec<_> = tokens.iter().map(|token| token.expires_at.map(Micros)).collect();
        let revoked: Vec<_> = tokens.iter().map(|token| token.revoked_at.map(Micros)).collect();
        let lists: Vec<_> = tokens.iter().map(|token| token.allowed_ips.as_ref().map(array_text)).collect();
        self.query(SQL, &[&owner, &ids, &names, &created, &used, &counts, &expiring, &revoked, &lists]).await?;
        Ok(())
    }

    /// Removes a token of an owner and its secret, and tells whether it was there.
    ///
    /// # Errors
    ///
    /// A failing database.
    pub async fn remove(&self, owner: i64, id: TokenId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM access_token WHERE owner_id = $1 AND id = $2 RETURNING id";
        Ok(!self.query(sql, &[&owner, &id.0]).await?.is_empty())
    }

    /// Sets the secret of a token, in place of any that it had. Only its digest is stored.
    ///
    /// # Errors
    ///
    /// A secret that does not begin with `<owner>|`, which could not be found again, or that another token of the owner
    /// has; a token that is not there; or a failing database.
    pub async fn set_secret(&self, owner: i64, id: TokenId, secret: &str) -> Result<(), StoreError> {
        // In words that a foreign table understands too, which `ON CONFLICT` is not.
        const SQL: &str = "
            WITH replaced AS (
                UPDATE token_secret SET digest = $3 WHERE owner_id = $1 AND token_id = $2 RETURNING token_id
            )
            INSERT INTO token_secret (owner_id, digest, token_id)
            SELECT $1, $3, $2 WHERE NOT EXISTS (SELECT FROM replaced)";
        if self::owner(secret) != Some(owner) {
            return Err(Failure::Secret(owner).into());
        }
        let answer = self.query(SQL, &[&owner, &id.0, &&digest(secret)[..]]).await;
        answer.map_err(Failure::without_values)?;
        Ok(())
    }

    /// Runs a statement, which is prepared once a connection.
    pub(crate) async fn query(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Failure> {
        let client = self.client().await?;
        let answer = timeout(SILENCE, async {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, parameters).await
        });
        let answer = answer.await.map_err(Failure::from).and_then(|rows| rows.map_err(Failure::from));
        if answer.as_ref().is_err_and(Failure::ends_connection) {
            // Whoever got this connection next would fail as well.
            drop(Object::take(client));
        }
        answer
    }

    pub(crate) async fn client(&self) -> Result<Object, Failure> {
        Ok(self.pool.get().await?)
    }
}
