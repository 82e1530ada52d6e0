//! Records usage in batches.

use tokenfolio::{StoreError, TokenUsage};

use crate::row::Micros;
use crate::store::PostgresStore;

impl PostgresStore {
    /// Adds a batch of usage from a [`UsageLog`](tokenfolio::UsageLog), with one statement.
    ///
    /// Counts saturate at `i64::MAX`, the latest time wins, and usage of removed tokens is ignored. A batch of a thousand
    /// tokens costs little more than a batch of one.
    ///
    /// # Errors
    ///
    /// Fails if the database fails. Then nothing was written, and the batch can be retried. After a broken connection it
    /// is unknown whether the batch was written.
    pub async fn record_usage(&self, usage: &[TokenUsage<i64>]) -> Result<(), StoreError> {
        // Rows are locked in the order of their keys before they change, so that two writers of the same tokens cannot
        // deadlock.
        const SQL: &str = "
            WITH batch AS (
                SELECT owner_id, token_id, sum(count) AS count, max(last_used_at) AS last_used_at
                FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[])
                    AS used (owner_id, token_id, count, last_used_at)
                GROUP BY owner_id, token_id
            ),
            locked AS (
                SELECT owner_id, token_id, batch.count, batch.last_used_at
                FROM token_usage AS usage JOIN batch USING (owner_id, token_id)
                ORDER BY owner_id, token_id
                FOR UPDATE OF usage
            )
            UPDATE token_usage AS usage
            SET usage_count = least(usage_count + locked.count, 9223372036854775807)::bigint,
                last_used_at = greatest(usage.last_used_at, locked.last_used_at)
            FROM locked
            WHERE usage.owner_id = locked.owner_id AND usage.token_id = locked.token_id";
        let owners: Vec<_> = usage.iter().map(|entry| entry.owner).collect();
        let ids: Vec<_> = usage.iter().map(|entry| entry.id.0).collect();
        let counts: Vec<_> = usage.iter().map(|entry| i64::try_from(entry.count).unwrap_or(i64::MAX)).collect();
        let times: Vec<_> = usage.iter().map(|entry| Micros(entry.last_used_at)).collect();
        self.query(SQL, &[&owners, &ids, &counts, &times]).await?;
        Ok(())
    }
}
