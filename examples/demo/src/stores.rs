//! The store that was chosen, with the demo data in it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokenfolio::{DynAuthenticator, DynTokenStore, ListQuery, MemoryStore, StoreError, TokenStore};
use tokenfolio_sqlite::SqliteStore;

use crate::arguments::StoreChoice;
use crate::memory::MemoryAuthenticator;
use crate::secrets::Secrets;
use crate::tokens;

pub(crate) type Store = Arc<dyn DynTokenStore<Owner = i64>>;
pub(crate) type Authenticator = Arc<dyn DynAuthenticator<Owner = i64>>;

/// Opens the store that was chosen.
///
/// # Errors
///
/// A file that cannot be opened, read or written.
pub(crate) async fn open(
    choice: &StoreChoice,
    secrets: &Secrets,
    now: DateTime<Utc>,
) -> Result<(Store, Authenticator), StoreError> {
    match choice {
        StoreChoice::Memory => Ok(memory(secrets, now)),
        StoreChoice::Sqlite => sqlite(SqliteStore::in_memory().await?, secrets, now).await,
        StoreChoice::SqliteFile(path) => sqlite(SqliteStore::open(path).await?, secrets, now).await,
    }
}

fn memory(secrets: &Secrets, now: DateTime<Utc>) -> (Store, Authenticator) {
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
    (Arc::new(store), Arc::new(authenticator))
}

/// Adds what a database lacks: tokens where an owner has none, and secrets, of which it keeps only digests, always.
async fn sqlite(
    store: SqliteStore,
    secrets: &Secrets,
    now: DateTime<Utc>,
) -> Result<(Store, Authenticator), StoreError> {
    for (owner, tokens) in tokens::all(now) {
        if store.list(&ListQuery::new(owner)).await?.total == 0 {
            store.insert(owner, tokens).await?;
        }
    }
    for secret in secrets.all() {
        store.set_secret(secret.owner, secret.token, &secret.text).await?;
    }
    Ok((Arc::new(store.clone()), Arc::new(store)))
}
