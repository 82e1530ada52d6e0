//! Lists tokens. One statement returns the rows and the total, so that both come from one snapshot.

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::mysql::MySqlArguments;
use tokenfolio::{ListQuery, StatusFilter, StoreError, TokenList, TokenOrder, TokenStore};

use crate::connection::add;
use crate::error::Error;
use crate::owner::Owner;
use crate::row::Integer;
use crate::store::SanctumStore;
use crate::time::comparable;

impl TokenStore for SanctumStore {
    type Owner = Owner;

    async fn list(&self, query: &ListQuery<Owner>) -> Result<TokenList, StoreError> {
        Ok(self.list_rows(query).await?)
    }
}

impl SanctumStore {
    async fn list_rows(&self, query: &ListQuery<Owner>) -> Result<TokenList, Error> {
        let sql = self.list_sql(query.order, query.status.is_some());
        let rows = self.connections.query(sql, self.list_arguments(query)?).await?;
        let mut list = TokenList::new(Vec::new(), 0);
        for row in &rows {
            list.total = row.try_get::<Integer, _>("total")?.to()?;
            // An empty page has one row, with a total and without a token.
            if row.try_get::<Option<Integer>, _>("id")?.is_some() {
                list.tokens.push(self.token(row)?);
            }
        }
        Ok(list)
    }

    /// Returns the statement. It joins the total with the ids of the page, and the ids with their rows, so that an empty
    /// page still has a total.
    ///
    /// The total and the ids come only from the index `(tokenable_type, tokenable_id)`, which ends with the primary key
    /// in InnoDB. The server fetches only the rows of the page, not the rows before it.
    fn list_sql(&self, order: TokenOrder, is_filtered: bool) -> String {
        let columns = self.token_columns();
        let condition = self.condition(is_filtered);
        let direction = match order {
            TokenOrder::OldestFirst => "ASC",
            TokenOrder::NewestFirst => "DESC",
        };
        format!(
            "SELECT {columns}, counted.total
            FROM (SELECT count(*) AS total FROM personal_access_tokens WHERE {condition}) AS counted
            LEFT JOIN (
                SELECT id FROM personal_access_tokens WHERE {condition} ORDER BY id {direction} LIMIT ? OFFSET ?
            ) AS page ON TRUE
            LEFT JOIN personal_access_tokens AS token
                ON token.id = page.id AND token.tokenable_type = ? AND token.tokenable_id = ?
            ORDER BY page.id {direction}"
        )
    }

    /// Returns the parameters of [`list_sql`](Self::list_sql).
    fn list_arguments(&self, query: &ListQuery<Owner>) -> Result<MySqlArguments, Error> {
        let mut arguments = MySqlArguments::default();
        self.add_condition(&mut arguments, query)?;
        self.add_condition(&mut arguments, query)?;
        add(&mut arguments, query.limit.get())?;
        // This offset is past the end of any table, and adding a limit to it cannot overflow.
        add(&mut arguments, query.offset.min(u64::MAX / 2))?;
        add(&mut arguments, &*query.owner.model)?;
        add(&mut arguments, query.owner.id)?;
        Ok(arguments)
    }

    /// Returns the condition on the tokens of an owner, with the rule of `TokenStatus::derive` if the list is filtered. A
    /// comparison with NULL is not true.
    fn condition(&self, is_filtered: bool) -> String {
        let owner = "tokenable_type = ? AND tokenable_id = ?";
        if !is_filtered {
            return owner.to_owned();
        }
        let revoked = if self.columns.has_additions { "WHEN revoked_at <= ? THEN 'revoked' " } else { "" };
        let is_too_old = if self.expiration.is_some() { " OR coalesce(created_at, '1970-01-01') <= ?" } else { "" };
        format!("{owner} AND ? = CASE {revoked}WHEN expires_at <= ?{is_too_old} THEN 'expired' ELSE 'active' END")
    }

    /// Adds the parameters of [`condition`](Self::condition).
    fn add_condition(&self, arguments: &mut MySqlArguments, query: &ListQuery<Owner>) -> Result<(), Error> {
        add(arguments, &*query.owner.model)?;
        add(arguments, query.owner.id)?;
        let Some(StatusFilter { status, now }) = query.status else {
            return Ok(());
        };
        add(arguments, status.as_str())?;
        if self.columns.has_additions {
            add(arguments, comparable(now))?;
        }
        add(arguments, comparable(now))?;
        if let Some(expiration) = self.expiration {
            // A time that chrono cannot represent is before every token.
            let too_old = now.checked_sub_signed(expiration).unwrap_or(DateTime::<Utc>::MIN_UTC);
            add(arguments, comparable(too_old))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sqlx::mysql::MySqlRow;
    use tokenfolio_mariadb_server::Database;

    use super::*;

    #[tokio::test]
    async fn the_total_and_the_ids_are_read_only_from_sanctums_index() {
        let database = Database::create().unwrap_or_else(|error| panic!("{error}"));
        database.run(include_str!("../tests/data/schema.sql")).unwrap();
        let rows = "INSERT INTO personal_access_tokens (tokenable_type, tokenable_id, name, token)
            SELECT 'user', seq % 20, 'CI', uuid() FROM seq_1_to_20000; ANALYZE TABLE personal_access_tokens";
        database.run(rows).unwrap();
        let mut store = SanctumStore::connect(database.url().parse().unwrap(), []).await.unwrap();
        for has_additions in [false, true] {
            if has_additions {
                store.migrate().await.unwrap();
            }
            for order in [TokenOrder::OldestFirst, TokenOrder::NewestFirst] {
                let query = ListQuery::new(Owner::new("user", 7)).with_order(order).with_offset(400);
                let explain = format!("EXPLAIN {}", store.list_sql(order, false));
                let rows = store.connections.query(explain, store.list_arguments(&query).unwrap()).await.unwrap();
                let text = |row: &MySqlRow, column| row.get::<Option<String>, _>(column).unwrap_or_default();
                let of_the_owner: Vec<_> = rows
                    .iter()
                    .filter(|row| text(row, "key") == "personal_access_tokens_tokenable_type_tokenable_id_index")
                    .map(|row| text(row, "Extra"))
                    .collect();
                assert_eq!(of_the_owner.len(), 2);
                assert!(of_the_owner.iter().all(|extra| extra.contains("Using index")), "{of_the_owner:?}");
                assert!(of_the_owner.iter().all(|extra| !extra.contains("filesort")), "{of_the_owner:?}");
                let by_id = rows.iter().filter(|row| text(row, "key") == "PRIMARY").count();
                assert_eq!(by_id, 1, "the rows of the page");
            }
        }
    }
}
