//! The stores over a database, and the time that they take.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tempfile::TempDir;
use tokenfolio::{Authenticated, Authenticator, BearerToken, ListQuery, StoreError, TokenId, TokenList, TokenStore};
use tokenfolio_postgres::PostgresStore;
use tokenfolio_postgres_server::Schema;
use tokenfolio_sqlite::SqliteStore;

use crate::{BoxError, page};

const OWNER: i64 = 7;
/// The number of tokens of the owner. A database counts all of them for each page.
pub(crate) const TOKENS: u64 = 1_000;
/// The `Authorization` header with the secret of the first token.
pub(crate) const AUTHORIZATION: &str = "Bearer 7|for-benches-only";

/// The same tokens of one owner in each database.
pub(crate) struct Databases {
    pub(crate) sqlite: SqliteStore,
    pub(crate) postgres: PostgresStore,
    _folder: TempDir,
    _schema: Schema,
}

impl Databases {
    pub(crate) async fn load() -> Result<Self, BoxError> {
        let folder = tempfile::tempdir()?;
        let sqlite = SqliteStore::open(folder.path().join("tokens.db")).await?;
        let schema = Schema::create()?;
        let postgres = PostgresStore::new(schema.url().parse()?)?;
        postgres.migrate().await?;
        let tokens: Vec<_> = (1..=i64::try_from(TOKENS)?).map(page::token).collect();
        sqlite.insert(OWNER, tokens.clone()).await?;
        postgres.insert(OWNER, tokens).await?;
        let secret = AUTHORIZATION.trim_start_matches("Bearer ");
        sqlite.set_secret(OWNER, TokenId(1), secret).await?;
        postgres.set_secret(OWNER, TokenId(1), secret).await?;
        schema.run("VACUUM ANALYZE access_token, token_usage, token_secret")?;
        Ok(Self { sqlite, postgres, _folder: folder, _schema: schema })
    }
}

/// Adds up the time of calls.
#[derive(Default)]
pub(crate) struct Clock {
    nanoseconds: AtomicU64,
    lists: AtomicU64,
}

impl Clock {
    /// Returns the time of all calls, divided by the number of listed pages.
    pub(crate) fn microseconds_per_request(&self) -> f64 {
        let lists = self.lists.load(Ordering::Relaxed).max(1);
        self.nanoseconds.load(Ordering::Relaxed) as f64 / 1e3 / lists as f64
    }

    async fn add<T>(&self, call: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let result = call.await;
        let nanoseconds = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        result
    }
}

/// A store whose calls are timed.
#[derive(Clone)]
pub(crate) struct Timed<S> {
    store: S,
    clock: Arc<Clock>,
}

impl<S> Timed<S> {
    pub(crate) fn new(store: S) -> (Self, Arc<Clock>) {
        let clock = Arc::<Clock>::default();
        (Self { store, clock: Arc::clone(&clock) }, clock)
    }
}

impl<S: TokenStore> TokenStore for Timed<S> {
    type Owner = S::Owner;

    async fn list(&self, query: &ListQuery<S::Owner>) -> Result<TokenList, StoreError> {
        self.clock.lists.fetch_add(1, Ordering::Relaxed);
        self.clock.add(self.store.list(query)).await
    }
}

impl<S: Authenticator> Authenticator for Timed<S> {
    type Owner = S::Owner;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<S::Owner>>, StoreError> {
        self.clock.add(self.store.find(secret)).await
    }
}
