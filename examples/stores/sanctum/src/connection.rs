//! The connections of a store, and the time limits of its statements.

use std::pin::Pin;
use std::time::Duration;

use deadpool::managed::{Pool, PoolError};
use sqlx::encode::Encode;
use sqlx::mysql::{MySql, MySqlArguments, MySqlConnection, MySqlRow};
use sqlx::{Arguments, AssertSqlSafe, Connection, Row, SqlSafeStr, Type};
use tokio::time::{Instant, timeout_at};

use crate::error::Error;
use crate::nodes::Nodes;
use crate::session::Manager;

/// The maximum number of connections of a store.
const CONNECTIONS: usize = 8;
/// The timeout of a caller for a connection.
pub(crate) const CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);
/// The timeout of a caller for a statement, including the wait for a connection.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);
/// The timeout of a caller on a cluster. It limits the wait for a node that is ready. It also limits a whole write,
/// including this wait. A node that has just lost the other nodes stops for some seconds, until it knows whether it has
/// a quorum.
const CLUSTER_TIMEOUT: Duration = Duration::from_millis(900);

/// The future of work on a connection.
type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T, sqlx::Error>> + Send + 'c>>;

/// Connections to one of the nodes.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    pool: Pool<Manager>,
}

impl Connections {
    /// Connects to a node, and reads whether it is in a cluster.
    pub(crate) async fn open(nodes: Nodes) -> Result<Self, Error> {
        let mut connection = nodes.connect_to_any().await?;
        let is_cluster = is_in_cluster(&mut connection).await?;
        connection.close().await?;
        let limit = if is_cluster { CLUSTER_TIMEOUT } else { CONNECTION_TIMEOUT };
        let pool = Pool::builder(Manager::new(nodes, is_cluster, limit)).max_size(CONNECTIONS).build();
        // Building fails only for a pool that has timeouts and no runtime.
        Ok(Self { pool: pool.map_err(|_| sqlx::Error::PoolClosed)? })
    }

    pub(crate) fn nodes(&self) -> &Nodes {
        self.pool.manager().nodes()
    }

    /// Runs a query. Each connection prepares it once.
    pub(crate) async fn query(&self, sql: String, arguments: MySqlArguments) -> Result<Vec<MySqlRow>, Error> {
        let query = sqlx::query_with(AssertSqlSafe(sql), arguments);
        self.run(STATEMENT_TIMEOUT, |connection| Box::pin(query.fetch_all(connection))).await
    }

    /// Runs a write for a caller who waits for it, and returns the number of rows that match its condition.
    pub(crate) async fn execute(&self, sql: impl SqlSafeStr, arguments: MySqlArguments) -> Result<u64, Error> {
        let limit = if self.pool.manager().is_cluster() { CLUSTER_TIMEOUT } else { STATEMENT_TIMEOUT };
        self.execute_within(limit, sql, arguments).await
    }

    /// Runs a write for which no client waits. On a cluster with short timeouts, it can wait until the cluster
    /// continues after the loss of a node.
    pub(crate) async fn execute_later(&self, sql: impl SqlSafeStr, arguments: MySqlArguments) -> Result<u64, Error> {
        self.execute_within(STATEMENT_TIMEOUT, sql, arguments).await
    }

    async fn execute_within(
        &self,
        limit: Duration,
        sql: impl SqlSafeStr,
        arguments: MySqlArguments,
    ) -> Result<u64, Error> {
        let query = sqlx::query_with(sql, arguments);
        Ok(self.run(limit, |connection| Box::pin(query.execute(connection))).await?.rows_affected())
    }

    /// Runs work on a connection.
    async fn run<T>(
        &self,
        limit: Duration,
        work: impl for<'c> FnOnce(&'c mut MySqlConnection) -> Work<'c, T>,
    ) -> Result<T, Error> {
        let started = Instant::now();
        let manager = self.pool.manager();
        // Boxed, because the future of a new connection is large. Every future of the store would contain it.
        let session = timeout_at(started + manager.limit(), Box::pin(self.pool.get())).await;
        let mut session = session.map_err(|elapsed| manager.timed_out(elapsed))?.map_err(pool_error)?;
        session.is_busy = true;
        let result = timeout_at(started + limit, work(&mut session.connection)).await;
        // After a timeout, the connection is still busy, and the next caller would wait too.
        session.is_busy = result.is_err();
        Ok(result.map_err(|elapsed| manager.timed_out(elapsed))??)
    }
}

/// Returns whether a server is a node of a Galera cluster. MySQL has no such variable.
async fn is_in_cluster(connection: &mut MySqlConnection) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("SHOW VARIABLES LIKE 'wsrep_on'").fetch_optional(connection).await?;
    row.map_or(Ok(false), |row| Ok(row.try_get::<&str, _>("Value")? == "ON"))
}

/// Returns the error of opening a connection. The pool has no other errors, because it has no timeouts and no hooks, and is
/// never closed.
fn pool_error(error: PoolError<Error>) -> Error {
    match error {
        PoolError::Backend(error) => error,
        _ => Error::Statement(sqlx::Error::PoolClosed),
    }
}

/// Adds a parameter.
pub(crate) fn add<'q, T>(arguments: &mut MySqlArguments, value: T) -> Result<(), Error>
where
    T: Encode<'q, MySql> + Type<MySql>,
{
    Ok(arguments.add(value).map_err(sqlx::Error::Encode)?)
}
