//! Three servers with distributed tables, partitioned by owner.

use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use tokenfolio_postgres::PostgresStore;
use tokenfolio_postgres_server::Server;
use tokio_postgres::Client;

use crate::database::{config, connect};

/// The servers. A store can connect to any of them.
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Server>,
}

impl Cluster {
    pub(crate) const NODES: usize = 3;

    pub(crate) async fn start() -> Self {
        let starting: Vec<_> = (0..Self::NODES).map(|_| thread::spawn(|| Server::start_on(0))).collect();
        let nodes: Vec<_> = starting
            .into_iter()
            .map(|server| server.join().expect("no panic").unwrap_or_else(|error| panic!("{error}")))
            .collect();
        let ports: Vec<_> = nodes.iter().map(|node| config(&node.url()).get_ports()[0].to_string()).collect();
        for (index, node) in nodes.iter().enumerate() {
            node.run("CREATE SCHEMA part").expect("an empty database");
            let part = format!("{}?options=-c%20search_path%3Dpart", node.url());
            PostgresStore::new(config(&part)).expect("a well-formed pool").migrate().await.expect("the migrations run");
            let hosts = ["127.0.0.1"; Self::NODES].join(",");
            let share = format!("SELECT share_tokens({index}, '{{{hosts}}}', '{{{}}}')", ports.join(","));
            let client = connect(&node.url()).await;
            client.batch_execute(include_str!("../../cluster.sql")).await.expect("the foreign data wrapper");
            client.batch_execute(&share).await.expect("tables that have columns in common");
        }
        Self { nodes }
    }

    /// Creates a store that connects to one of the nodes.
    pub(crate) fn store(&self, node: usize) -> PostgresStore {
        PostgresStore::new(config(&self.url(node))).expect("a well-formed pool")
    }

    /// Returns the URL of a node.
    pub(crate) fn url(&self, node: usize) -> String {
        self.nodes[node].url()
    }

    /// Connects to a node without a store.
    pub(crate) async fn client(&self, node: usize) -> Client {
        connect(&self.nodes[node].url()).await
    }

    /// Returns a new owner, who has no tokens yet. The node holds all rows of this owner.
    pub(crate) async fn fresh_owner_on(&self, node: usize) -> i64 {
        static NEXT: AtomicI64 = AtomicI64::new(1);
        let client = self.client(node).await;
        loop {
            let owner = NEXT.fetch_add(1, Ordering::Relaxed);
            let sql = format!(
                "SELECT satisfies_hash_partition('access_token'::regclass, {}, {node}, $1::bigint)",
                Self::NODES
            );
            if client.query_one(&sql, &[&owner]).await.expect("a working node").get(0) {
                return owner;
            }
        }
    }
}
