//! The clusters that tests share, and databases on them.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::mysql::MySqlPool;
use tokenfolio_mariadb_server::Cluster;
use tokenfolio_sanctum::SanctumStore;
use tokio::sync::Mutex;

use crate::database::{SCHEMA, TEAMS, models, nodes};

/// The cluster for tests that do not stop nodes. It runs until the process ends, because a static is not dropped.
pub(crate) static CLUSTER: LazyLock<Cluster> = LazyLock::new(start);

/// The cluster for tests that stop nodes, one test after another. At the end of each test, all nodes run.
pub(crate) static MORTAL_CLUSTER: LazyLock<Mutex<Cluster>> = LazyLock::new(|| start().into());

fn start() -> Cluster {
    Cluster::start("").unwrap_or_else(|error| panic!("{error}"))
}

/// A database of a cluster with the tables of a Laravel application, whose users 7 and 8 have no tokens yet.
pub(crate) struct Application {
    name: String,
}

impl Application {
    pub(crate) fn create(cluster: &Cluster) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let application = Self { name: format!("galera_{}", COUNT.fetch_add(1, Ordering::Relaxed)) };
        let create = format!("CREATE DATABASE {} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", application.name);
        cluster.nodes()[0].run(&create).unwrap_or_else(|error| panic!("{error}"));
        let users = "INSERT INTO users (id, name, email, password) VALUES (7, 'Ada', 'a', '!'), (8, 'Bob', 'b', '!')";
        application.run(cluster, &format!("{SCHEMA}; {TEAMS}; {users}"));
        cluster.await_ready().unwrap_or_else(|error| panic!("{error}"));
        application
    }

    /// Runs SQL on the first node.
    pub(crate) fn run(&self, cluster: &Cluster, sql: &str) {
        cluster.nodes()[0].run(&format!("USE {}; {sql}", self.name)).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Connects a store to one node, and adds its columns.
    pub(crate) async fn store_on(&self, cluster: &Cluster, node: usize) -> SanctumStore {
        migrated_store(&cluster.node_url(node, &self.name)).await
    }

    /// Connects a store to all nodes, and adds its columns. It uses the node `first` first.
    pub(crate) async fn store_on_all(&self, cluster: &Cluster, first: usize) -> SanctumStore {
        migrated_store(&cluster.url(first, &self.name)).await
    }

    /// Connects to one node without a store.
    pub(crate) async fn pool_on(&self, cluster: &Cluster, node: usize) -> MySqlPool {
        MySqlPool::connect(&cluster.node_url(node, &self.name)).await.expect("a running node")
    }
}

async fn migrated_store(url: &str) -> SanctumStore {
    let mut store = SanctumStore::connect(nodes(url), models()).await.expect("Sanctum's table");
    store.migrate().await.expect("a table without transactions");
    store
}
