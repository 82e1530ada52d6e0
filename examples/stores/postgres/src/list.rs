//! Lists tokens. One statement returns the rows and the total, so that both come from one snapshot.

use chrono::{DateTime, Utc};
use tokenfolio::{ListQuery, StoreError, TokenList, TokenOrder, TokenStore};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::block_counts;
use crate::error::Error;
use crate::row::{self, AFTER_COLUMNS, COLUMNS, Micros};
use crate::store::PostgresStore;

/// The earliest time that PostgreSQL can represent, 4714-11-24 BC. It replaces an earlier `now` of a query. No token in
/// the table expires or is revoked before it.
const EARLIEST: DateTime<Utc> = DateTime::from_timestamp(-210_866_803_200, 0).expect("a year that chrono has");

impl TokenStore for PostgresStore {
    type Owner = i64;

    async fn list(&self, query: &ListQuery<i64>) -> Result<TokenList, StoreError> {
        // `i64::MAX / 2` is past the end of any table, and its sum with a limit cannot overflow.
        let offset = i64::try_from(query.offset).unwrap_or(i64::MAX).min(i64::MAX / 2);
        let limit = i64::from(query.limit.get());
        let filter = query.status.map(|filter| (filter.status.as_str(), Micros(filter.now.max(EARLIEST))));
        let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&query.owner, &offset, &limit];
        if let Some((status, now)) = &filter {
            parameters.extend([status as &(dyn ToSql + Sync), now]);
        }
        let sql = match filter {
            None if self.has_block_counts => block_counts::sql(query.order),
            _ => sql(query.order, filter.is_some()),
        };
        let rows = self.query(&sql, &parameters).await?;
        Ok(token_list(&rows)?)
    }
}

fn token_list(rows: &[Row]) -> Result<TokenList, Error> {
    let mut list = TokenList::new(Vec::new(), 0);
    for row in rows {
        list.total = u64::try_from(row.try_get::<_, i64>(AFTER_COLUMNS).map_err(Error::Row)?)?;
        // An empty page has one row, with a total and without a token.
        if row.try_get::<_, Option<i64>>(0).map_err(Error::Row)?.is_some() {
            list.tokens.push(row::token(row)?);
        }
    }
    Ok(list)
}

/// Joins the rows for the keys in `page`. The keys are one array, so PostgreSQL looks them up in an index even if the
/// planner expects many keys. It sends the array to a foreign table as one value. Every table has a condition on the
/// owner, because distributed tables choose their node by it.
pub(crate) const ROWS: &str = "LEFT JOIN (
    access_token AS token
    LEFT JOIN token_usage AS usage
    ON usage.owner_id = $1 AND usage.owner_id = token.owner_id AND usage.token_id = token.id
) ON token.owner_id = $1 AND token.id = ANY (ARRAY(SELECT id FROM page))";

/// Returns the statement. It joins the total with the keys of the page, and the keys with their rows, so that an empty
/// page still has a total. Without a filter, PostgreSQL reads the count and the keys only from the index, and fetches
/// only the rows that it returns.
fn sql(order: TokenOrder, is_filtered: bool) -> String {
    // The rule of `TokenStatus::derive`. A comparison with NULL is not true.
    let condition = if is_filtered {
        "owner_id = $1 AND $4 = CASE
            WHEN revoked_at <= $5 THEN 'revoked'
            WHEN expires_at <= $5 THEN 'expired'
            ELSE 'active'
        END"
    } else {
        "owner_id = $1"
    };
    let direction = match order {
        TokenOrder::OldestFirst => "ASC",
        TokenOrder::NewestFirst => "DESC",
    };
    format!(
        "WITH page AS MATERIALIZED (
            SELECT id FROM access_token WHERE {condition} ORDER BY id {direction} LIMIT $3 OFFSET $2
        )
        SELECT {COLUMNS}, counted.total
        FROM (SELECT count(*) AS total FROM access_token WHERE {condition}) AS counted
        {ROWS}
        ORDER BY token.id {direction}"
    )
}

#[cfg(test)]
mod tests {
    use tokenfolio::AccessToken;
    use tokenfolio_postgres_server::Schema;

    use super::*;

    #[tokio::test]
    async fn count_and_keys_are_read_only_from_the_index() {
        let schema = Schema::create().unwrap_or_else(|error| panic!("{error}"));
        let store = PostgresStore::new(schema.url().parse().unwrap()).unwrap();
        store.migrate().await.unwrap();
        for owner in 1..=20 {
            let tokens = (1..=1_000).map(|id| AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)).collect();
            store.insert(owner, tokens).await.unwrap();
        }
        schema.run("VACUUM ANALYZE access_token, token_usage").unwrap();

        let client = store.client().await.unwrap();
        for order in [TokenOrder::OldestFirst, TokenOrder::NewestFirst] {
            client.batch_execute(&format!("PREPARE listing AS {}", sql(order, false))).await.unwrap();
            // A plan for these values, and a plan for any values.
            for mode in ["force_custom_plan", "force_generic_plan"] {
                client.batch_execute(&format!("SET plan_cache_mode = {mode}")).await.unwrap();
                let rows = client.query("EXPLAIN (COSTS OFF) EXECUTE listing (1, 400, 20)", &[]).await.unwrap();
                let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();

                let steps_of = |what| plan.iter().filter(|step| step.contains(what)).count();
                assert_eq!(steps_of("Index Only Scan"), 2, "{mode}: {plan:#?}");
                assert_eq!(steps_of("Index Scan using access_token_pkey"), 1, "{mode}: {plan:#?}");
                assert_eq!(steps_of("Index Scan using token_usage_pkey"), 1, "{mode}: {plan:#?}");
                assert_eq!(steps_of("Seq Scan"), 0, "{mode}: {plan:#?}");
            }
            client.batch_execute("DEALLOCATE listing").await.unwrap();
        }
    }
}
