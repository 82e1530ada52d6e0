//! A store with its own tables, in the server that all tests share.

use std::ops::Deref;
use std::time::Duration;

use tokenfolio_postgres::PostgresStore;
use tokenfolio_postgres_server::Schema;
use tokio_postgres::{Client, Config, NoTls, Transaction};

/// A store whose tables are empty, and are dropped with it.
pub(crate) struct Database {
    store: PostgresStore,
    pub(crate) schema: Schema,
}

impl Database {
    pub(crate) async fn create() -> Self {
        Self::with_options("").await
    }

    /// Creates a store whose connections have settings, such as ` -c timezone=UTC`.
    pub(crate) async fn with_options(options: &str) -> Self {
        let schema = Schema::create().unwrap_or_else(|error| panic!("{error}"));
        let config = config(&format!("{}{}", schema.url(), options.replace(' ', "%20").replace('=', "%3D")));
        let store = PostgresStore::new(config).expect("a well-formed pool");
        let database = Self { store, schema };
        let coordinator = database.coordinator();
        coordinator.migrate().await.expect("the migrations run");
        if has_citus(&database.client().await).await {
            coordinator.distribute().await.expect("the coordinator of a Citus cluster");
        }
        database
    }

    /// Creates a store that can change the schema.
    pub(crate) fn coordinator(&self) -> PostgresStore {
        PostgresStore::new(config(&self.schema.coordinator_url())).expect("a well-formed pool")
    }

    /// Connects without the store's pool.
    pub(crate) async fn client(&self) -> Client {
        connect(&self.schema.url()).await
    }

    /// Waits until a query returns a row.
    pub(crate) async fn wait_for(&self, query: &str) {
        let client = self.client().await;
        while client.query(query, &[]).await.expect("a working database").is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Deref for Database {
    type Target = PostgresStore;

    fn deref(&self) -> &PostgresStore {
        &self.store
    }
}

pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = config(url).connect(NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

async fn has_citus(client: &Client) -> bool {
    let extension = "SELECT FROM pg_extension WHERE extname = 'citus'";
    !client.query(extension, &[]).await.expect("a working database").is_empty()
}

/// Waits until another connection waits for a lock of a transaction.
pub(crate) async fn wait_until_blocked(transaction: &Transaction<'_>, watcher: &Client) {
    // On Citus, the lock is on the node that has the rows. `pg_blocking_pids` sees only the locks of its own server.
    let (holder, waiting) = if has_citus(watcher).await {
        ("SELECT citus_backend_gpid()", "SELECT FROM citus_lock_waits WHERE blocking_gpid = $1")
    } else {
        (
            "SELECT pg_backend_pid()::bigint",
            "SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid)::bigint[])",
        )
    };
    let row = transaction.query_one(holder, &[]).await.expect("a connection");
    let holder: i64 = row.get(0);
    while watcher.query(waiting, &[&holder]).await.expect("a working database").is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub(crate) fn config(url: &str) -> Config {
    url.parse().expect("a well-formed URL")
}
