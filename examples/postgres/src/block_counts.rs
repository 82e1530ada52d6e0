//! Listing by counts of blocks: the same page at the same cost, wherever it is.

use tokenfolio::TokenOrder;

use crate::list::ROWS;
use crate::row::COLUMNS;
use crate::store::PostgresStore;

impl PostgresStore {
    /// Lists by block counts, which [`migrate_block_counts`](Self::migrate_block_counts) must have made.
    ///
    /// Pages and totals are the same. What changes is their cost, which depends on how many blocks of 2,048 tokens the
    /// owner has, and no more on how deep the page is: of a million tokens, it is
    /// about a hundredth of what it was.
    /// Listings of one status are not made faster: what is expired changes with the clock, so nothing can count it ahead.
    ///
    /// It pays where some owner has more than a few thousand tokens. What it costs:
    ///
    /// - whoever adds or removes tokens of an owner waits until others who do have committed. Owners do not wait for each
    ///   other;
    /// - adding or removing a token writes a second row, and about once in 1,000 times reads up to 2,049 ids to split a
    ///   block;
    /// - blocks that are thinned out are not joined, only empty ones are: a listing costs what the blocks are that are
    ///   left, at most what it did when the owner had the most tokens.
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
        )
        SELECT {COLUMNS}, asked.total
        FROM asked
        LEFT JOIN LATERAL (
            SELECT id FROM access_token WHERE owner_id = $1 AND id >= (SELECT first_id FROM start)
            ORDER BY id LIMIT asked.take OFFSET (SELECT skip FROM start)
        ) AS page ON TRUE
        {ROWS}
        ORDER BY page.id {direction}"
    )
}
