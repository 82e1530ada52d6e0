//! Connections, their settings, and the time limits of statements.

use std::pin::Pin;
use std::time::Duration;

use sqlx::encode::Encode;
use sqlx::mysql::{MySql, MySqlArguments, MySqlConnectOptions, MySqlConnection, MySqlPool, MySqlPoolOptions, MySqlRow};
use sqlx::{Arguments, AssertSqlSafe, Executor, SqlSafeStr, Type};
use tokio::time::timeout;

use crate::error::Error;
use crate::store::SanctumStore;

/// The maximum number of connections of a store.
const CONNECTIONS: u32 = 8;
/// How long a caller waits for a connection.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a caller waits for a response of the server.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The settings of a connection.
///
/// A value that a column cannot hold is an error, and not the nearest value that it can hold. A lock that is not granted
/// within a second is an error too, so that it is reported before the time limit of the statement. MariaDB and MySQL name
/// that limit differently, and each ignores the comment for the other.
const SETTINGS: &str = "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION',
    lock_wait_timeout = 1, innodb_lock_wait_timeout = 1
    /*M! , max_statement_time = 2 */ /*!80000 , max_execution_time = 2000 */";
/// One statement has one snapshot at this level, and locks no gaps between rows.
const ISOLATION: &str = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

/// The future of work on a connection.
type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T, sqlx::Error>> + Send + 'c>>;

/// Creates a pool, which connects when the first statement needs a connection.
pub(crate) fn pool(options: MySqlConnectOptions) -> MySqlPool {
    // Without a time zone, the session has the server's, as Laravel's has.
    let options = options.timezone(None).pipes_as_concat(false).no_engine_substitution(false);
    MySqlPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(CONNECTION_TIMEOUT)
        .after_connect(|connection, _| Box::pin(configure(connection)))
        .connect_lazy_with(options)
}

async fn configure(connection: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    connection.execute(SETTINGS).await?;
    connection.execute(ISOLATION).await?;
    Ok(())
}

impl SanctumStore {
    /// Runs a query. Each connection prepares it once.
    pub(crate) async fn query(&self, sql: String, arguments: MySqlArguments) -> Result<Vec<MySqlRow>, Error> {
        let query = sqlx::query_with(AssertSqlSafe(sql), arguments);
        self.run(|connection| Box::pin(query.fetch_all(connection))).await
    }

    /// Runs a statement, and returns the number of rows that match its condition.
    pub(crate) async fn execute(&self, sql: impl SqlSafeStr, arguments: MySqlArguments) -> Result<u64, Error> {
        let query = sqlx::query_with(sql, arguments);
        Ok(self.run(|connection| Box::pin(query.execute(connection))).await?.rows_affected())
    }

    /// Does work on a connection of the pool.
    pub(crate) async fn run<T>(
        &self,
        work: impl for<'c> FnOnce(&'c mut MySqlConnection) -> Work<'c, T>,
    ) -> Result<T, Error> {
        let mut connection = self.pool.acquire().await?;
        let result = timeout(RESPONSE_TIMEOUT, work(&mut connection)).await;
        if result.is_err() {
            // The next caller with this connection would wait too.
            drop(connection.detach());
        }
        Ok(result??)
    }
}

/// Adds a parameter.
pub(crate) fn add<'q, T>(arguments: &mut MySqlArguments, value: T) -> Result<(), Error>
where
    T: Encode<'q, MySql> + Type<MySql>,
{
    Ok(arguments.add(value).map_err(sqlx::Error::Encode)?)
}
