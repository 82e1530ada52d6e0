//! Listing by counts of blocks: the same page at the same cost, wherever it is.

use tokenfolio::TokenOrder;

use crate::list::ROWS;
use crate::row::COLUMNS;
use crate::store::PostgresStore;

impl PostgresStore {
    /// Lists by block counts, which [`migrate_block_counts`](Self::migrate_block_counts) must have made.
    ///
    /// Pages and totals are the same. What changes is their cost, which depends on how many blocks of 2,048 tokens the
    /// owner has, and no more on how deep the page is: any page of a million tokens costs what one of 5,000 does
    /// without. Listings of one status are not made faster: what is expired changes with the clock, so nothing can
    /// count it ahead.
    ///
    /// It pays where some owner has more than 5,000 tokens. What it costs:
    ///
    /// - whoever adds or removes tokens of an owner waits until others who do have committed. Owners do not wait for
    ///   each other;
    /// - adding or removing a token writes a second row, and about once in 1,000 times reads up to 2,049 ids to split a
    ///   block. But for the disk it takes three times as long; for 10,000 tokens at once, a tenth longer;
    /// - blocks that are thinned out are not joined, only empty ones go: a listing never costs more than it did when
    ///   the owner had the most tokens, but it may not cost less.
    #[must_use]
    pub fn with_block_counts(mut self) -> Self {
        self.has_block_counts = true;
        self
    }
}

/// Writes the statement: the counts of all blocks, added up from the first; from them the total, and the block that the
/// page begins in; then the keys from there on. The rest is as in the plain listing.
///
/// The newest first are a window of the same order, counted from the other end.
pub(crate) fn sql(order: TokenOrder) -> String {
    let (direction, skip, take) = match order {
        TokenOrder::OldestFirst => ("ASC", "$2", "$3"),
        TokenOrder::NewestFirst => ("DESC", "greatest(total - $2 - $3, 0)", "greatest(least($3, total - $2), 0)"),
    };
    format!(
        "WITH block AS MATERIALIZED (
            SELECT first_id, tokens, sum(tokens) OVER (ORDER BY first_id) AS upto FROM token_block WHERE owner_id = $1
        ),
        asked AS MATERIALIZED (
            SELECT total, {skip}::bigint AS skip, {take}::bigint AS take
            FROM (SELECT coalesce(max(upto), 0) AS total FROM block) AS counted
        ),
        start AS MATERIALIZED (
            SELECT first_id, skip - (upto - tokens) AS skip FROM block, asked
            WHERE upto > asked.skip ORDER BY first_id LIMIT 1
        ),
        page AS MATERIALIZED (
            SELECT id FROM access_token WHERE owner_id = $1 AND id >= (SELECT first_id FROM start)
            ORDER BY id LIMIT (SELECT take FROM asked) OFFSET (SELECT skip FROM start)
        )
        SELECT {COLUMNS}, asked.total
        FROM asked
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
                // Past the end it is never executed.
                let rows = keys.expect("keys come from the index alone").split_once("rows=");
                let read: u32 = rows.map_or(0, |(_, rows)| rows.split(' ').next().unwrap().parse().unwrap());
                assert!(read <= 2_048 + 20, "{offset}: {plan:#?}");
                assert!(!plan.iter().any(|step| step.contains("Seq Scan on access_token")), "{offset}: {plan:#?}");
            }
            client.batch_execute("DEALLOCATE listing").await.unwrap();
        }
    }
}
