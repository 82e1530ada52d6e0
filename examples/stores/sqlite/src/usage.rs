//! Uses of tokens, a batch at a time.

use rusqlite::{Connection, TransactionBehavior, params};
use tokenfolio::{StoreError, TokenUsage};

use crate::row::Micros;
use crate::store::SqliteStore;

impl SqliteStore {
    /// Adds uses to the tokens they are of, all of them or none: what a [`UsageLog`](tokenfolio::UsageLog) gave out.
    ///
    /// Counts grow up to `i64::MAX`, the later of two times is kept, and uses of tokens that are gone are passed over.
    ///
    /// # Errors
    ///
    /// A failing database. Then nothing was written, and the batch can be given back.
    pub async fn record_usage(&self, uses: &[TokenUsage<i64>]) -> Result<(), StoreError> {
        let uses = uses.to_vec();
        self.run(move |connection| Ok(record_usage(connection, &uses)?)).await
    }
}

fn record_usage(connection: &mut Connection, uses: &[TokenUsage<i64>]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        // A sum beyond an integer would be a float, and the maximum of anything and NULL is NULL.
        let mut update = transaction.prepare_cached(
            "UPDATE token_usage SET
                usage_count = usage_count + min(?3, 9223372036854775807 - usage_count),
                last_used_at = max(coalesce(last_used_at, ?4), ?4)
            WHERE owner_id = ?1 AND token_id = ?2",
        )?;
        // Only a token's first use asks whether it is there: to look it up takes as long as to count a use.
        let mut insert = transaction.prepare_cached(
            "INSERT INTO token_usage (owner_id, token_id, usage_count, last_used_at)
            SELECT owner_id, id, ?3, ?4 FROM access_token WHERE owner_id = ?1 AND id = ?2",
        )?;
        for TokenUsage { owner, id, count, last_used_at, .. } in uses {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            let values = params![owner, id.0, count, Micros(*last_used_at)];
            if update.execute(values)? == 0 {
                insert.execute(values)?;
            }
        }
    }
    transaction.commit()
}
