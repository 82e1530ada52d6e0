//! Records usage in batches.

use rusqlite::{Connection, TransactionBehavior, params};
use tokenfolio::{StoreError, TokenUsage};

use crate::row::Micros;
use crate::store::SqliteStore;

impl SqliteStore {
    /// Adds a batch of usage from a [`UsageLog`](tokenfolio::UsageLog), in one transaction.
    ///
    /// Counts saturate at `i64::MAX`, the latest time wins, and usage of removed tokens is ignored.
    ///
    /// # Errors
    ///
    /// Fails if the database fails. Then nothing was written, and the batch can be retried.
    pub async fn record_usage(&self, usage: &[TokenUsage<i64>]) -> Result<(), StoreError> {
        let usage = usage.to_vec();
        self.run(move |connection| Ok(record_usage(connection, &usage)?)).await
    }
}

fn record_usage(connection: &mut Connection, usage: &[TokenUsage<i64>]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        // SQLite turns a sum that overflows an integer into a float, and `max(x, NULL)` is NULL.
        let mut update = transaction.prepare_cached(
            "UPDATE token_usage SET
                usage_count = usage_count + min(?3, 9223372036854775807 - usage_count),
                last_used_at = max(coalesce(last_used_at, ?4), ?4)
            WHERE owner_id = ?1 AND token_id = ?2",
        )?;
        // Only the first usage of a token checks that the token exists, because the check takes as long as an update.
        let mut insert = transaction.prepare_cached(
            "INSERT INTO token_usage (owner_id, token_id, usage_count, last_used_at)
            SELECT owner_id, id, ?3, ?4 FROM access_token WHERE owner_id = ?1 AND id = ?2",
        )?;
        for TokenUsage { owner, id, count, last_used_at, .. } in usage {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            let values = params![owner, id.0, count, Micros(*last_used_at)];
            if update.execute(values)? == 0 {
                insert.execute(values)?;
            }
        }
    }
    transaction.commit()
}
