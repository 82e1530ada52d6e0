//! Records usage in batches.

use std::collections::BTreeMap;

use sqlx::mysql::MySqlArguments;
use tokenfolio::{StoreError, TokenUsage};

use crate::connection::add;
use crate::error::Error;
use crate::owner::Owner;
use crate::store::SanctumStore;
use crate::time::wall_time;

/// The batch is one parameter, a JSON array, so that batches of every size use the same statement.
///
/// The join reads the batch first and locks the rows in its order, so that two writers of the same tokens cannot deadlock.
macro_rules! record_usage {
    ($($count:literal)?) => {
        concat!(
            "UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
                id BIGINT PATH '$[0]', count BIGINT UNSIGNED PATH '$[1]', last_used_at DATETIME(6) PATH '$[2]'
            )) AS batch
            STRAIGHT_JOIN personal_access_tokens AS token ON token.id = batch.id
            SET token.last_used_at = greatest(coalesce(token.last_used_at, batch.last_used_at), batch.last_used_at),
                token.updated_at = greatest(coalesce(token.updated_at, batch.last_used_at), batch.last_used_at)",
            $($count)?
        )
    };
}

impl SanctumStore {
    /// Adds a batch of usage from a [`UsageLog`](tokenfolio::UsageLog), with one statement.
    ///
    /// Counts saturate at `i64::MAX`, the latest time wins, and usage of removed tokens is ignored. `updated_at` also
    /// becomes the time of the last use, as in Laravel. Without the columns of [`migrate`](Self::migrate), only the
    /// times are recorded. The statement finds a token only by its id, which is unique in Sanctum's table.
    ///
    /// # Errors
    ///
    /// Fails if the database fails. Then nothing was written, and the batch can be retried. After a broken connection it
    /// is unknown whether the batch was written.
    pub async fn record_usage(&self, usage: &[TokenUsage<Owner>]) -> Result<(), StoreError> {
        let mut arguments = MySqlArguments::default();
        add(&mut arguments, self.batch(usage)?)?;
        let sql = if self.columns.has_additions {
            record_usage!(", token.usage_count = least(token.usage_count + batch.count, 9223372036854775807)")
        } else {
            record_usage!()
        };
        self.connections.execute_later(sql, arguments).await?;
        Ok(())
    }

    /// Returns the batch as JSON, with one entry for each token, in the order of ids. If a token had several entries,
    /// the statement would use only one of them.
    fn batch(&self, usage: &[TokenUsage<Owner>]) -> Result<String, Error> {
        let mut tokens = BTreeMap::new();
        for entry in usage {
            let (count, last_used_at) = tokens.entry(entry.id).or_insert((0_u64, entry.last_used_at));
            *count = count.saturating_add(entry.count);
            *last_used_at = entry.last_used_at.max(*last_used_at);
        }
        let entries: Vec<_> = tokens
            .into_iter()
            .map(|(id, (count, last_used_at))| {
                // The sum with any count in the table is a BIGINT UNSIGNED.
                let count = count.min(i64::MAX.unsigned_abs());
                let last_used_at = wall_time(last_used_at, self.columns.fraction_digits);
                serde_json::json!([id, count, last_used_at.format("%Y-%m-%d %H:%M:%S%.6f").to_string()])
            })
            .collect();
        Ok(serde_json::to_string(&entries).map_err(|error| sqlx::Error::Encode(error.into()))?)
    }
}
