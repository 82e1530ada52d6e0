//! The store that was chosen, with the demo data in it.

use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokenfolio::{
    AccessToken, DynAuthenticator, DynTokenStore, ListQuery, MemoryStore, StoreError, TokenId, TokenStore, TokenUsage,
};
use tokenfolio_postgres::PostgresStore;
use tokenfolio_sqlite::SqliteStore;
use tokio_postgres::Config;

use crate::arguments::StoreChoice;
use crate::log_errors::LogErrors;
use crate::memory::MemoryAuthenticator;
use crate::secrets::Secrets;
use crate::tokens;
use crate::usage::RecordUsage;

/// Any token store.
pub type Store = Arc<dyn DynTokenStore<Owner = i64>>;
/// Any authenticator.
pub type Authenticator = Arc<dyn DynAuthenticator<Owner = i64>>;

/// A store in each of its roles.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) authenticator: Authenticator,
    pub(crate) usage: Arc<dyn RecordUsage>,
}

/// Opens the store that was chosen.
///
/// # Errors
///
/// A file that cannot be opened, read or written.
pub(crate) async fn open(choice: &StoreChoice, secrets: &Secrets, now: DateTime<Utc>) -> Result<Opened, StoreError> {
    match choice {
        StoreChoice::Memory => Ok(memory(secrets, now)),
        StoreChoice::Postgres(config) => {
            let store = PostgresStore::new(Config::clone(config))?;
            store.migrate().await?;
            database(store, secrets, now).await
        }
        StoreChoice::Sqlite => database(SqliteStore::in_memory().await?, secrets, now).await,
        StoreChoice::SqliteFile(path) => database(SqliteStore::open(path).await?, secrets, now).await,
    }
}

fn memory(secrets: &Secrets, now: DateTime<Utc>) -> Opened {
    let (store, mut authenticator) = (MemoryStore::new(), MemoryAuthenticator::default());
    for (owner, tokens) in tokens::all(now) {
        for token in tokens {
            for secret in secrets.all() {
                if (secret.owner, secret.token) == (owner, token.id) {
                    authenticator.insert(&secret.text, owner, token.clone());
                }
            }
            store.insert(owner, token);
        }
    }
    let store = Arc::new(store);
    Opened { store: store.clone(), authenticator: Arc::new(authenticator), usage: store }
}

/// Adds what a database lacks: tokens where an owner has none, and secrets, of which it keeps only digests, always.
async fn database<D: Database + 'static>(
    store: D,
    secrets: &Secrets,
    now: DateTime<Utc>,
) -> Result<Opened, StoreError> {
    for (owner, tokens) in tokens::all(now) {
        if store.list(&ListQuery::new(owner)).await?.total == 0 {
            store.insert(owner, tokens).await?;
        }
    }
    for secret in secrets.all() {
        store.set_secret(secret.owner, secret.token, &secret.text).await?;
    }
    let store = Arc::new(store);
    Ok(Opened {
        store: Arc::new(LogErrors(store.clone())),
        authenticator: Arc::new(LogErrors(store.clone())),
        usage: store,
    })
}

impl RecordUsage for MemoryStore<i64> {
    fn record_usage<'a>(
        &'a self,
        usages: &'a [TokenUsage<i64>],
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>> {
        self.record_usage(usages);
        Box::pin(async { Ok(()) })
    }
}

/// What the stores over a database have in common: all roles, and ways to fill them.
trait Database: TokenStore<Owner = i64> + tokenfolio::Authenticator<Owner = i64> + RecordUsage {
    /// Adds tokens of an owner: all of them, or none.
    async fn insert(&self, owner: i64, tokens: Vec<AccessToken>) -> Result<(), StoreError>;

    /// Sets the secret of a token, in place of any that it had.
    async fn set_secret(&self, owner: i64, id: TokenId, secret: &str) -> Result<(), StoreError>;
}

macro_rules! databases {
    ($($store:ty)*) => {$(
        impl Database for $store {
            async fn insert(&self, owner: i64, tokens: Vec<AccessToken>) -> Result<(), StoreError> {
                self.insert(owner, tokens).await
            }

            async fn set_secret(&self, owner: i64, id: TokenId, secret: &str) -> Result<(), StoreError> {
                self.set_secret(owner, id, secret).await
            }
        }

        impl RecordUsage for $store {
            fn record_usage<'a>(
                &'a self,
                usages: &'a [TokenUsage<i64>],
            ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>> {
                Box::pin(self.record_usage(usages))
            }
        }
    )*};
}

databases! { PostgresStore SqliteStore }
