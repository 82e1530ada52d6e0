//! The chosen store, with the demo data in it.

use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, Utc};
use tokenfolio::{DynAuthenticator, DynTokenStore, ListQuery, MemoryStore};
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

/// A store as a token store, as an authenticator, and as a store that records usage.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) authenticator: Authenticator,
    pub(crate) usage: Arc<dyn RecordUsage>,
    /// The secrets of its tokens.
    pub(crate) secrets: Secrets,
}

/// Opens the chosen store.
///
/// # Errors
///
/// Fails if a database cannot be opened, read or written, or if the system provides no randomness.
pub(crate) async fn open(choice: &StoreChoice, now: DateTime<Utc>) -> anyhow::Result<Opened> {
    match choice {
        StoreChoice::Memory => open_memory(now),
        #[cfg(feature = "mysql")]
        StoreChoice::MySql(url) => {
            let store = crate::mysql::open(url).await.context("cannot open the MySQL database")?;
            fill_database(store, now).await
        }
        #[cfg(feature = "postgres")]
        StoreChoice::Postgres(config) => {
            let store = crate::postgres::open(config).await.context("cannot open the PostgreSQL database")?;
            fill_database(store, now).await
        }
        StoreChoice::Sqlite => fill_database(SqliteStore::in_memory().await?, now).await,
        StoreChoice::SqliteFile(path) => {
            let store = SqliteStore::open(path).await;
            let store = store.with_context(|| format!("cannot open the SQLite file {}", path.display()))?;
            fill_database(store, now).await
        }
    }
}

fn open_memory(now: DateTime<Utc>) -> anyhow::Result<Opened> {
    let secrets = Secrets::generate(|owner, _| owner)?;
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
    Ok(Opened { store: store.clone(), authenticator: Arc::new(authenticator), usage: store, secrets })
}

/// Adds tokens for each owner who has none, and replaces the secrets.
async fn fill_database<D: Database + 'static>(store: D, now: DateTime<Utc>) -> anyhow::Result<Opened> {
    let secrets = Secrets::generate(D::secret_prefix)?;
    for (owner, tokens) in tokens::all(now) {
        if store.list(&ListQuery::new(owner)).await?.total == 0 {
            store.add_tokens(owner, tokens).await?;
        }
    }
    for secret in secrets.all() {
        store.replace_secret(secret).await?;
    }
    let store = Arc::new(store);
    Ok(Opened { store: store.clone(), authenticator: store.clone(), usage: store, secrets })
}
