//! Writing uses of tokens, many at a time.

use tokenfolio::{StoreError, TokenUse};

use crate::row::Micros;
use crate::store::PostgresStore;

impl PostgresStore {
    /// Adds a batch of uses to their tokens, such as [`UsageLog::drain`](tokenfolio::UsageLog::drain) returns: counts
    /// are added and stop at `i64::MAX`, the later of two times is kept, and tokens that are gone are passed over.
    ///
    /// All of them are added, or none. A thousand at a time cost little more than one.
    ///
    /// # Errors
    ///
    /// A failing database. If the connection broke, it is not known whether the uses were added.
    pub async fn record_uses(&self, batch: &[TokenUse<i64>]) -> Result<(), StoreError> {
        // Rows are locked by key before any is changed, so that two writers of the same tokens wait for each other in
        // the same order, and not in a circle.
        const SQL: &str = "
            WITH due AS (
                SELECT owner_id, id, sum(count) AS count, max(last_used_at) AS last_used_at
                FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[])
                    AS batch (owner_id, id, count, last_used_at)
                GROUP BY owner_id, id
            ),
            held AS (
                SELECT owner_id, id, due.count, due.last_used_at
                FROM token_use AS used JOIN due USING (owner_id, id)
                ORDER BY owner_id, id
                FOR UPDATE OF used
            )
            UPDATE token_use AS used
            SET usage_count = least(usage_count + held.count, 9223372036854775807)::bigint,
                last_used_at = greatest(used.last_used_at, held.last_used_at)
            FROM held
            WHERE used.owner_id = held.owner_id AND used.id = held.id";
        let owners: Vec<_> = batch.iter().map(|used| used.owner).collect();
        let ids: Vec<_> = batch.iter().map(|used| used.id.0).collect();
        let counts: Vec<_> = batch.iter().map(|used| i64::try_from(used.count).unwrap_or(i64::MAX)).collect();
        let times: Vec<_> = batch.iter().map(|used| Micros(used.last_used_at)).collect();
        self.query(SQL, &[&owners, &ids, &counts, &times]).await?;
        Ok(())
    }
}
