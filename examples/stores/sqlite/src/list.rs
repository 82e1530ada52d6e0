//! Lists tokens. One statement returns the rows and the total, so that both come from one snapshot.

use rusqlite::{Connection, ToSql};
use tokenfolio::{ListQuery, StoreError, TokenList, TokenOrder, TokenStore};

use crate::row::{self, AFTER_COLUMNS, COLUMNS, JOINED_USAGE, Micros};
use crate::store::SqliteStore;

impl TokenStore for SqliteStore {
    type Owner = i64;

    async fn list(&self, query: &ListQuery<i64>) -> Result<TokenList, StoreError> {
        let query = query.clone();
        self.run(move |connection| Ok(list(connection, &query)?)).await
    }
}

fn list(connection: &Connection, query: &ListQuery<i64>) -> rusqlite::Result<TokenList> {
    // A larger offset is past the end of any table that SQLite can store.
    let offset = i64::try_from(query.offset).unwrap_or(i64::MAX);
    let limit = query.limit.get();
    let filter = query.status.map(|filter| (filter.status.as_str(), Micros(filter.now)));
    let mut parameters: Vec<(&str, &dyn ToSql)> =
        vec![(":owner", &query.owner), (":offset", &offset), (":limit", &limit)];
    if let Some((status, now)) = &filter {
        parameters.extend([(":status", status as &dyn ToSql), (":now", now)]);
    }
    let mut statement = connection.prepare_cached(&sql(query.order, filter.is_some()))?;
    let mut rows = statement.query(&*parameters)?;
    let mut list = TokenList::new(Vec::new(), 0);
    while let Some(row) = rows.next()? {
        list.total = row.get(AFTER_COLUMNS)?;
        // An empty page has one row, with a total and without a token.
        if row.get::<_, Option<i64>>(0)?.is_some() {
            list.tokens.push(row::token(row)?);
        }
    }
    Ok(list)
}

/// Returns the statement. It joins the total with the keys of the page, and the keys with their rows, so that an empty
/// page still has a total. Without a filter, SQLite reads the count and the keys only from the index, and fetches only
/// the rows that it returns.
fn sql(order: TokenOrder, is_filtered: bool) -> String {
    // The rule of `TokenStatus::derive`. A comparison with NULL is not true.
    let condition = if is_filtered {
        "owner_id = :owner AND :status = CASE
            WHEN revoked_at <= :now THEN 'revoked'
            WHEN expires_at <= :now THEN 'expired'
            ELSE 'active'
        END"
    } else {
        "owner_id = :owner"
    };
    let direction = match order {
        TokenOrder::OldestFirst => "ASC",
        TokenOrder::NewestFirst => "DESC",
    };
    format!(
        "SELECT {COLUMNS}, counted.total
        FROM (SELECT count(*) AS total FROM access_token WHERE {condition}) AS counted
        LEFT JOIN (
            SELECT id FROM access_token WHERE {condition} ORDER BY id {direction} LIMIT :limit OFFSET :offset
        ) AS page ON TRUE
        LEFT JOIN access_token AS token ON token.owner_id = :owner AND token.id = page.id
        {JOINED_USAGE}
        ORDER BY page.id {direction}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MIGRATIONS;

    #[test]
    fn count_and_keys_are_read_only_from_the_index() {
        let mut connection = Connection::open_in_memory().unwrap();
        MIGRATIONS.to_latest(&mut connection).unwrap();
        for order in [TokenOrder::OldestFirst, TokenOrder::NewestFirst] {
            let explain = format!("EXPLAIN QUERY PLAN {}", sql(order, false));
            let mut statement = connection.prepare(&explain).unwrap();
            let parameters: [(&str, &dyn ToSql); 3] = [(":owner", &1), (":offset", &40), (":limit", &20)];
            let steps = statement.query_map(&parameters, |row| row.get::<_, String>("detail")).unwrap();
            let plan: Vec<String> = steps.map(Result::unwrap).collect();

            let reads_of = |read| plan.iter().filter(|step| step.starts_with(read)).count();
            let covering = "SEARCH access_token USING COVERING INDEX sqlite_autoindex_access_token_1 (owner_id=?)";
            assert_eq!(reads_of(covering), 2, "{plan:#?}");
            let by_key = "SEARCH token USING INDEX sqlite_autoindex_access_token_1 (owner_id=? AND id=?)";
            assert_eq!(reads_of(by_key), 1, "{plan:#?}");
            let usage_by_key = "SEARCH usage USING PRIMARY KEY (owner_id=? AND token_id=?)";
            assert_eq!(reads_of(usage_by_key), 1, "{plan:#?}");
            assert_eq!(reads_of("SCAN access_token"), 0, "{plan:#?}");
        }
    }
}
