//! Uses of tokens, a batch at a time.

use tokenfolio::{StoreError, TokenUsage};

use crate::row::Micros;
use crate::store::PostgresStore;

impl PostgresStore {
    /// Adds uses to the tokens they are of, all of them or none: what a [`UsageLog`](tokenfolio::UsageLog) gave out.
    ///
    /// Counts grow up to `i64::MAX`, the later of two times is kept, and uses of tokens that are gone are passed over.
    /// It is one statement: a thousand uses at a time cost little more than one.
    ///
    /// # Errors
    ///
    /// A failing database. Then nothing was written, and the batch can be given back, unless the connection broke: what
    /// the server did last is then not known.
    pub async fn record_usage(&self, uses: &[TokenUsage<i64>]) -> Result<(), StoreError> {
        // Rows are locked by key before any is changed, so that two writers of the same tokens wait for each other in
        // one order, and not in a circle.
        const SQL: &str = "
            WITH due AS (
                SELECT owner_id, token_id, sum(count) AS count, max(last_used_at) AS last_used_at
                FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[])
                    AS uses (owner_id, token_id, count, last_used_at)
                GROUP BY owner_id, token_id
            ),
            held AS (
                SELECT owner_id, token_id, due.count, due.last_used_at
                FROM token_usage AS usage JOIN due USING (owner_id, token_id)
                ORDER BY owner_id, token_id
                FOR UPDATE OF usage
            )
            UPDATE token_usage AS usage
            SET usage_count = least(usage_count + held.count, 9223372036854775807)::bigint,
                last_used_at = greatest(usage.last_used_at, held.last_used_at)
            FROM held
            WHERE usage.owner_id = held.owner_id AND usage.token_id = held.token_id";
        let owners: Vec<_> = uses.iter().map(|used| used.owner).collect();
        let ids: Vec<_> = uses.iter().map(|used| used.id.0).collect();
        let counts: Vec<_> = uses.iter().map(|used| i64::try_from(used.count).unwrap_or(i64::MAX)).collect();
        let times: Vec<_> = uses.iter().map(|used| Micros(used.last_used_at)).collect();
        self.query(SQL, &[&owners, &ids, &counts, &times]).await?;
        Ok(())
    }
}
