//! Lists tokens by block counts, so that every page costs the same at any depth.

use tokenfolio::TokenOrder;

use crate::list::ROWS;
use crate::row::COLUMNS;
use crate::store::PostgresStore;

impl PostgresStore {
    /// Lists by block counts. Call [`migrate_block_counts`](Self::migrate_block_counts) first.
    ///
    /// Pages and totals stay the same. The cost of a page depends on the number of blocks of 2,048 tokens that the
    /// owner has, and not on the depth of the page. With block counts, any page of an owner with a million tokens costs
    /// about as much as a page of an owner with 5,000 tokens does without block counts. A list filtered by status is
    /// not faster, because expiry depends on the current time and cannot be counted in advance.
    ///
    /// Use block counts if an owner can have more than 5,000 tokens. They have these costs:
    ///
    /// - A transaction that adds or removes tokens waits for other such transactions of the same owner. Different owners
    ///   do not wait for each other.
    /// - Adding or removing a token writes a second row. About one time in 1,000 it also reads up to 2,049 ids to split
    ///   a block. Without `fsync`, inserting tokens one by one takes 3.4 times as long, and inserting 1,000 tokens at
    ///   once takes 1.4 times as long.
    /// - Blocks are not merged, and only empty blocks are removed. The cost of a page does not fall when an owner removes
    ///   tokens.
    #[must_use]
    pub fn with_block_counts(mut self) -> Self {
        self.has_block_counts = true;
        self
    }
}

/// Returns the statement. It adds up the block counts to find the total and the first block of the page, and reads the
/// keys from there. The rest equals the statement without block counts.
///
/// With `NewestFirst`, the statement reads the keys in ascending order too. It converts the offset, which counts from
/// the newest token, to an offset from the oldest token.
pub(crate) fn sql(order: TokenOrder) -> String {
    let (direction, skip, take) = match order {
        TokenOrder::OldestFirst => ("ASC", "$2", "$3"),
        TokenOrder::NewestFirst => ("DESC", "greatest(total - $2 - $3, 0)", "greatest(least($3, total - $2), 0)"),
    };
    format!(
        "WITH block AS MATERIALIZED (
            SELECT first_id, tokens, sum(tokens) OVER (ORDER BY first_id) AS running_total FROM token_block WHERE owner_id = $1
        ),
        bounds AS MATERIALIZED (
            SELECT total, {skip}::bigint AS skip, {take}::bigint AS take
            FROM (SELECT coalesce(max(running_total), 0) AS total FROM block) AS counted
        ),
        start AS MATERIALIZED (
            SELECT first_id, skip - (running_total - tokens) AS skip FROM block, bounds
            WHERE running_total > bounds.skip ORDER BY first_id LIMIT 1
        ),
        page AS MATERIALIZED (
            SELECT id FROM access_token WHERE owner_id = $1 AND id >= (SELECT first_id FROM start)
            ORDER BY id LIMIT (SELECT take FROM bounds) OFFSET (SELECT skip FROM start)
        )
        SELECT {COLUMNS}, bounds.total
        FROM bounds
        {ROWS}
        ORDER BY token.id {direction}"
    )
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use tokenfolio::AccessToken;
    use tokenfolio_postgres_server::Schema;

    use super::*;

    #[tokio::test]
    async fn no_page_reads_more_than_a_block_of_keys() {
        let schema = Schema::create().unwrap_or_else(|error| panic!("{error}"));
        let store = PostgresStore::new(schema.url().parse().unwrap()).unwrap();
        store.migrate().await.unwrap();
        store.migrate_block_counts().await.unwrap();
        for part in 0..3 {
            let ids = part * 5_000..(part + 1) * 5_000;
            let tokens = ids.map(|id| AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)).collect();
            store.insert(7, tokens).await.unwrap();
        }
        schema.run("VACUUM ANALYZE access_token, token_usage").unwrap();

        let client = store.client().await.unwrap();
        for order in [TokenOrder::OldestFirst, TokenOrder::NewestFirst] {
            client.batch_execute(&format!("PREPARE listing AS {}", sql(order))).await.unwrap();
            for offset in [0, 2_027, 2_028, 7_500, 14_979, 14_980, 15_000] {
                let explain = format!("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE listing (7, {offset}, 20)");
                let rows = client.query(&explain, &[]).await.unwrap();
                let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
                let keys = plan.iter().find(|step| step.contains("Index Only Scan using access_token_pkey"));
                // For a page past the end, the step is never executed, and reports no rows.
                let rows = keys.expect("keys come from the index alone").split_once("rows=");
                let read: u32 = rows.map_or(0, |(_, rows)| rows.split(' ').next().unwrap().parse().unwrap());
                assert!(read <= 2_048 + 20, "{offset}: {plan:#?}");
                assert!(!plan.iter().any(|step| step.contains("Seq Scan on access_token")), "{offset}: {plan:#?}");
            }
            client.batch_execute("DEALLOCATE listing").await.unwrap();
        }
    }
}
