//! The chosen store, with the demo data in it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokenfolio::{DynAuthenticator, DynTokenStore, ListQuery, MemoryStore, StoreError};
use tokenfolio_sqlite::SqliteStore;

use crate::arguments::StoreChoice;
use crate::database::Database;
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

/// Opens the chosen store.
///
/// # Errors
///
/// Fails if a database cannot be opened, read or written.
pub(crate) async fn open(choice: &StoreChoice, secrets: &Secrets, now: DateTime<Utc>) -> Result<Opened, StoreError> {
    match choice {
        StoreChoice::Memory => Ok(open_memory(secrets, now)),
        #[cfg(feature = "postgres")]
        StoreChoice::Postgres(config) => {
            let store = crate::postgres::open(config).await?;
            fill_database(store, secrets, now).await
        }
        StoreChoice::Sqlite => {
            let store = SqliteStore::in_memory().await?;
            fill_database(store, secrets, now).await
        }
        StoreChoice::SqliteFile(path) => {
            let store = SqliteStore::open(path).await?;
            fill_database(store, secrets, now).await
        }
    }
}

fn open_memory(secrets: &Secrets, now: DateTime<Utc>) -> Opened {
    let store = MemoryStore::new();
    let mut authenticator = MemoryAuthenticator::default();
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

/// Adds tokens for each owner who has none, and replaces the secrets.
async fn fill_database<D: Database + 'static>(
    store: D,
    secrets: &Secrets,
    now: DateTime<Utc>,
) -> Result<Opened, StoreError> {
    for (owner, tokens) in tokens::all(now) {
        if store.list(&ListQuery::new(owner)).await?.total == 0 {
            store.add_tokens(owner, tokens).await?;
        }
    }
    for secret in secrets.all() {
        store.replace_secret(secret).await?;
    }
    let store = Arc::new(store);
    Ok(Opened { store: store.clone(), authenticator: store.clone(), usage: store })
}
