//! The columns of `personal_access_tokens` that differ between applications.

use sqlx::mysql::MySqlArguments;
use sqlx::{AssertSqlSafe, Connection, Executor, Row};
use tokenfolio::StoreError;

use crate::connection::Connections;
use crate::error::Error;
use crate::row::Integer;
use crate::store::SanctumStore;

/// The columns that Sanctum does not have, with their definitions. `allowed_ips` is a JSON array of strings.
const ADDITIONS: [(&str, &str); 3] = [
    ("usage_count", "BIGINT NOT NULL DEFAULT 0"),
    ("revoked_at", "TIMESTAMP NULL DEFAULT NULL"),
    ("allowed_ips", "TEXT NULL DEFAULT NULL"),
];
/// The server's error for a column that exists already.
const DUPLICATE_COLUMN: u16 = 1060;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns {
    /// Whether the table has all of [`ADDITIONS`].
    pub(crate) has_additions: bool,
    /// The smallest number of fraction digits among the columns of times. Sanctum's own migration creates columns
    /// without fraction digits.
    pub(crate) fraction_digits: u16,
}

impl Columns {
    /// Reads the definition of the table.
    pub(crate) async fn read(connections: &Connections) -> Result<Self, Error> {
        const SQL: &str = "SELECT
                count(CASE WHEN column_name IN ('usage_count', 'revoked_at', 'allowed_ips') THEN 1 END),
                min(CASE WHEN data_type IN ('timestamp', 'datetime') THEN datetime_precision END)
            FROM information_schema.columns
            WHERE table_schema = database() AND table_name = 'personal_access_tokens'";
        let rows = connections.query(SQL.to_owned(), MySqlArguments::default()).await?;
        let row = rows.first().ok_or(Error::NoTable)?;
        let additions: Integer = row.try_get(0)?;
        let fraction_digits: Option<Integer> = row.try_get(1)?;
        let fraction_digits = fraction_digits.ok_or(Error::NoTable)?;
        Ok(Self { has_additions: additions.to::<usize>()? == ADDITIONS.len(), fraction_digits: fraction_digits.to()? })
    }
}

impl SanctumStore {
    /// Adds the columns for the usage count, the revocation and the allow-list to Sanctum's table, unless they exist.
    ///
    /// Laravel ignores columns that it does not know. It still accepts a revoked token, and a token from every address.
    /// This `SanctumStore` uses the columns immediately. A `SanctumStore` that was created before does not use them:
    /// create it again with [`connect`](Self::connect).
    ///
    /// MariaDB adds the columns without copying the table, from version 10.3 on, and MySQL from version 8.0.12 on. The
    /// migration waits at most one second for running transactions, because Laravel's queries wait for the migration.
    ///
    /// # Errors
    ///
    /// Fails if the user may not alter the table, if transactions use the table for more than a second, or if the
    /// database fails. The migration can be repeated.
    pub async fn migrate(&mut self) -> Result<(), StoreError> {
        self.add_columns().await?;
        self.columns = Columns::read(&self.connections).await?;
        Ok(())
    }

    async fn add_columns(&self) -> Result<(), Error> {
        // The connections of the pool limit the time of a statement, so this connection is not from the pool.
        let mut connection = self.connections.nodes().connect_to_any().await?;
        connection.execute("SET SESSION lock_wait_timeout = 1").await?;
        for (column, definition) in ADDITIONS {
            let sql = format!("ALTER TABLE personal_access_tokens ADD COLUMN {column} {definition}");
            match connection.execute(AssertSqlSafe(sql)).await.map_err(Error::from) {
                Err(error) if error.number() == Some(DUPLICATE_COLUMN) => {}
                result => {
                    result?;
                }
            }
        }
        Ok(connection.close().await?)
    }
}
