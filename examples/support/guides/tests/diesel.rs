//! Checks the Diesel store that `docs/guides/store.md` shows against the contract.

mod diesel_tokens {
    include!(concat!(env!("OUT_DIR"), "/store/src/diesel_tokens.rs"));
}

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, ExpressionMethods, QueryDsl, RunQueryDsl, SqliteConnection};
use diesel_tokens::personal_access_tokens::dsl::*;
use tokenfolio::contract::{self, Fixture, FixtureError, FixtureFuture, Violations};
use tokenfolio::{AccessToken, ListQuery, StoreError, StoreErrorKind, TokenId, TokenList, TokenStore};

const SCHEMA: &str = "CREATE TABLE personal_access_tokens (
    id BIGINT NOT NULL, user_id BIGINT NOT NULL, name TEXT NOT NULL, created_at BIGINT NOT NULL, last_used_at BIGINT,
    usage_count BIGINT NOT NULL, expires_at BIGINT, revoked_at BIGINT, allowed_ips TEXT, PRIMARY KEY (user_id, id)
)";

struct Tokens(Mutex<SqliteConnection>);

impl TokenStore for Tokens {
    type Owner = i64;

    async fn list(&self, query: &ListQuery<i64>) -> Result<TokenList, StoreError> {
        let list = diesel_tokens::list(&mut self.0.lock().unwrap(), query);
        list.map_err(|error| StoreError::new(StoreErrorKind::Corrupt, error))
    }
}

struct Database {
    tokens: Tokens,
    users: AtomicI64,
}

impl Fixture for Database {
    type Owner = i64;
    type Store = Tokens;

    fn store(&self) -> &Tokens {
        &self.tokens
    }

    fn fresh_owner(&self) -> i64 {
        self.users.fetch_add(1, Ordering::Relaxed)
    }

    async fn insert(&self, owner: &i64, token: AccessToken) -> Result<(), FixtureError> {
        let list = token.allowed_ips.as_ref().map(serde_json::to_string).transpose()?;
        let row = (
            (id.eq(token.id.0), user_id.eq(owner), name.eq(&*token.name)),
            created_at.eq(token.created_at.timestamp_micros()),
            last_used_at.eq(token.last_used_at.map(|time| time.timestamp_micros())),
            usage_count.eq(i64::try_from(token.usage_count)?),
            expires_at.eq(token.expires_at.map(|time| time.timestamp_micros())),
            revoked_at.eq(token.revoked_at.map(|time| time.timestamp_micros())),
            allowed_ips.eq(list),
        );
        diesel::insert_into(personal_access_tokens).values(row).execute(&mut *self.tokens.0.lock().unwrap())?;
        Ok(())
    }

    async fn remove(&self, owner: &i64, token: TokenId) -> Result<(), FixtureError> {
        let row = personal_access_tokens.filter(user_id.eq(owner)).filter(id.eq(token.0));
        match diesel::delete(row).execute(&mut *self.tokens.0.lock().unwrap())? {
            1 => Ok(()),
            count => Err(format!("deleted {count} rows").into()),
        }
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn stop_backend(&self) -> Option<FixtureFuture<'_>> {
        None
    }

    fn start_backend(&self) -> Option<FixtureFuture<'_>> {
        None
    }

    fn corrupt_row(&self, owner: i64, token: TokenId) -> Option<FixtureFuture<'_>> {
        let row = personal_access_tokens.filter(user_id.eq(owner)).filter(id.eq(token.0));
        Some(Box::pin(async move {
            diesel::update(row).set(usage_count.eq(-1)).execute(&mut *self.tokens.0.lock().unwrap())?;
            Ok(())
        }))
    }
}

#[tokio::test]
async fn the_list_with_diesel_passes_the_contract() -> Result<(), Violations> {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection.batch_execute(SCHEMA).unwrap();
    let database = Database { tokens: Tokens(Mutex::new(connection)), users: AtomicI64::new(1) };
    let skipped = contract::check_all(&database).await?;
    assert_eq!(skipped.clauses(), ["a_backend_that_is_down_is_unavailable_and_recovers"]);
    Ok(())
}
