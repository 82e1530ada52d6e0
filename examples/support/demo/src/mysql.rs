//! MariaDB and MySQL, with the feature `mysql`.

use std::fmt;
use std::str::FromStr;

use sqlx::Connection;
use tokenfolio::{
    AccessToken, Authenticated, Authenticator, BearerToken, ListQuery, StoreError, StoreErrorKind, TokenId, TokenList,
    TokenStore, TokenUsage, UsageBatch,
};
use tokenfolio_sanctum::{Model, Nodes, Owner, SanctumStore};

use crate::database::Database;
use crate::secrets::Secret;
use crate::usage::{RecordUsage, RecordUsageFuture};

/// The model of the demo's owners. No Laravel application has a model with this name, so the demo never changes an
/// application's tokens.
const MODEL: &str = "tokenfolio demo";
/// The tables of a Laravel application, unless they exist, and the owners.
const SCHEMA: &str = include_str!("mysql/schema.sql");

/// The URL of a MariaDB or MySQL database. `Debug` does not print the password.
#[derive(Clone)]
pub struct MySqlUrl {
    text: String,
    nodes: Nodes,
}

impl FromStr for MySqlUrl {
    type Err = sqlx::Error;

    /// Parses a URL such as `mysql://user:password@host/database`, with a list of hosts for a cluster.
    ///
    /// # Errors
    ///
    /// Fails if `text` is not a URL, or has an option that `sqlx` does not know.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self { text: text.to_owned(), nodes: text.parse()? })
    }
}

impl PartialEq for MySqlUrl {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for MySqlUrl {}

impl fmt::Debug for MySqlUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MySqlUrl").field(&self.nodes).finish()
    }
}

/// Connects to a database, and creates the tables that are missing.
pub(crate) async fn open(url: &MySqlUrl) -> Result<Sanctum, StoreError> {
    let mut connection = url.nodes.connect().await?;
    sqlx::raw_sql(SCHEMA).execute(&mut connection).await.map_err(failed)?;
    connection.close().await.map_err(failed)?;
    let models = [Model::new(MODEL, "tokenfolio_demo_owner")];
    let mut store = SanctumStore::connect(url.nodes.clone(), models).await?;
    store.migrate().await?;
    Ok(Sanctum(store))
}

fn failed(error: sqlx::Error) -> StoreError {
    StoreError::new(StoreErrorKind::Other, error)
}

/// A store over Sanctum's table whose owners are numbers, as in the other stores.
pub(crate) struct Sanctum(SanctumStore);

/// Returns the owner with this number. A negative number becomes an owner without tokens.
fn owner(number: i64) -> Owner {
    Owner::new(MODEL, number.try_into().unwrap_or(u64::MAX))
}

impl TokenStore for Sanctum {
    type Owner = i64;

    async fn list(&self, query: &ListQuery<i64>) -> Result<TokenList, StoreError> {
        let of_owner = ListQuery::new(owner(query.owner)).with_offset(query.offset).with_limit(query.limit);
        self.0.list(&of_owner.with_order(query.order).with_status(query.status)).await
    }
}

impl Authenticator for Sanctum {
    type Owner = i64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<i64>>, StoreError> {
        let Some(found) = self.0.find(secret).await? else { return Ok(None) };
        let number = found.owner.id.try_into().map_err(|error| StoreError::new(StoreErrorKind::Corrupt, error))?;
        Ok(Some(Authenticated::new(number, found.token)))
    }
}

impl Database for Sanctum {
    fn secret_prefix(_owner: i64, token: TokenId) -> i64 {
        token.0
    }

    async fn add_tokens(&self, number: i64, tokens: Vec<AccessToken>) -> Result<(), StoreError> {
        self.0.insert(&owner(number), &tokens).await
    }

    async fn replace_secret(&self, secret: &Secret) -> Result<(), StoreError> {
        self.0.set_secret(&owner(secret.owner), secret.token, &secret.text).await
    }
}

impl RecordUsage for Sanctum {
    fn record_batch<'a>(&'a self, batch: &'a mut UsageBatch<'_, i64>) -> RecordUsageFuture<'a> {
        let with_owner = |usage: &TokenUsage<i64>| {
            let mut of_owner = TokenUsage::new(owner(usage.owner), usage.id, usage.last_used_at);
            of_owner.count = usage.count;
            of_owner
        };
        Box::pin(async move { self.0.record_usage(&batch.iter().map(with_owner).collect::<Vec<_>>()).await })
    }
}
