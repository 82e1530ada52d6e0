//! One server of MariaDB and the three nodes of a Galera cluster, with the same rows.

use std::hint::black_box;
use std::time::Instant;

use chrono::DateTime;
use futures_util::future::join_all;
use serde_json::Value;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};
use tokenfolio::{Authenticator, BearerToken, ListQuery, TokenStore, TokenUsage};
use tokenfolio_mariadb_server::{Cluster, Server};
use tokenfolio_sanctum::{Model, Owner, SanctumStore};
use tokio::runtime::Runtime;

use crate::data::{BIG, USUAL, USUAL_TOKENS};
use crate::measure::{Effort, Table, Variant};
use crate::sanctum::{MODEL, SCHEMA, filling};
use crate::{BoxError, MILLISECONDS, TIMES_PER_SECOND};

/// The number of clients that read at once.
const CLIENTS: u32 = 8;
/// The number of pages that each client reads.
const PAGES: u32 = 20;
/// The number of tokens in a batch of usage.
const BATCH: u32 = 1_000;
/// The number of times that a node is killed.
const KILLS: usize = 5;

/// The same table on one server and on a cluster.
struct Tables {
    tokens: u64,
    one: SanctumStore,
    /// A store for each node.
    nodes: Vec<SanctumStore>,
}

/// Returns two tables of results.
pub(crate) fn measure(runtime: &Runtime, effort: Effort) -> Result<[Value; 2], BoxError> {
    let tokens = match effort {
        Effort::Short => 4_000,
        Effort::Full => 100_000,
    };
    let sql = format!(
        "{SCHEMA}; {}; INSERT INTO users (id, name, email, password) VALUES ({BIG}, '', '', '')",
        filling(tokens)
    );
    let server = Server::start()?;
    server.run(&sql)?;
    let mut cluster = Cluster::start("")?;
    cluster.nodes()[0].run(&sql)?;
    // Without this wait, a store would time out before the other nodes have applied so many rows.
    cluster.await_ready()?;
    let tables = runtime.block_on(async {
        let one = store(&server.url()).await?;
        let mut nodes = Vec::new();
        for node in 0..cluster.nodes().len() {
            nodes.push(store(&cluster.node_url(node, "test")).await?);
        }
        Ok::<_, BoxError>(Tables { tokens, one, nodes })
    })?;

    let mut table = Table::begin(effort, MILLISECONDS, None);
    tables.measure_reads(&mut table, runtime);
    measure_check(&mut table, runtime, &cluster)?;
    let reads = table.into_json();
    let mut table = Table::begin(effort, TIMES_PER_SECOND, None);
    tables.measure_clients(&mut table, runtime);
    tables.measure_usage(&mut table, runtime);
    if let Effort::Full = effort {
        measure_kills("default timeouts", &mut cluster)?;
        drop(cluster);
        let mut cluster = Cluster::start(Cluster::SHORT_TIMEOUTS)?;
        cluster.nodes()[0].run(&sql)?;
        measure_kills("short timeouts", &mut cluster)?;
    }
    Ok([reads, table.into_json()])
}

async fn store(url: &str) -> Result<SanctumStore, BoxError> {
    let mut store = SanctumStore::connect(url.parse()?, [Model::new(MODEL, "users")]).await?;
    store.migrate().await?;
    Ok(store)
}

impl Tables {
    /// The middle page of an owner.
    async fn page(&self, store: &SanctumStore, owner: i64) {
        let tokens = if owner == BIG { self.tokens / 2 } else { USUAL_TOKENS };
        let query = ListQuery::new(Owner::new(MODEL, owner.unsigned_abs())).with_offset(tokens / 2);
        let list = store.list(&query).await.expect("the store lists");
        assert_eq!((list.tokens.len(), list.total), (20, tokens));
    }

    fn measure_reads(&self, table: &mut Table, runtime: &Runtime) {
        for (owner, tokens) in [(BIG, self.tokens / 2), (USUAL, USUAL_TOKENS)] {
            let page = |store| runtime.block_on(self.page(store, owner));
            let variants = vec![
                Variant::new("one server", || page(&self.one)),
                Variant::new("three nodes", || page(&self.nodes[0])),
            ];
            table.measure(&format!("Galera, middle page of {tokens}"), &[0], variants);
        }
        let secret = BearerToken::from_values([b"Bearer 2".as_slice()]).expect("a well-formed secret");
        let find = |store: &SanctumStore| {
            let found = runtime.block_on(store.find(&secret)).expect("the store finds");
            assert!(black_box(found).is_some(), "the secret of a token");
        };
        let variants =
            vec![Variant::new("one server", || find(&self.one)), Variant::new("three nodes", || find(&self.nodes[0]))];
        table.measure("Galera, find a secret", &[0], variants);
    }

    /// Clients read at once. On the cluster, they are spread over the nodes.
    fn measure_clients(&self, table: &mut Table, runtime: &Runtime) {
        let read = |stores: &[SanctumStore]| {
            let clients = stores.iter().cycle().take(CLIENTS as usize).map(|store| async move {
                for _ in 0..PAGES {
                    self.page(store, USUAL).await;
                }
            });
            runtime.block_on(join_all(clients));
        };
        let one = std::slice::from_ref(&self.one);
        let variants = vec![
            Variant::repeated("one server", CLIENTS * PAGES, || read(one)),
            Variant::repeated("three nodes", CLIENTS * PAGES, || read(&self.nodes)),
        ];
        table.measure("Galera, pages of 1,000, 8 clients", &[0], variants);
    }

    fn measure_usage(&self, table: &mut Table, runtime: &Runtime) {
        let time = DateTime::from_timestamp(1_800_000_000, 0).expect("a year that chrono has");
        let mut random = fastrand::Rng::with_seed(4);
        let ids = (0..BATCH).map(|_| random.u64(1..=self.tokens).cast_signed());
        let batch: Vec<_> = ids.map(|id| TokenUsage::new(Owner::new(MODEL, 1), id, time)).collect();
        let record = |store: &SanctumStore| runtime.block_on(store.record_usage(&batch)).expect("MariaDB writes");
        let variants = vec![
            Variant::repeated("one server", BATCH, || record(&self.one)),
            Variant::repeated("three nodes", BATCH, || record(&self.nodes[0])),
        ];
        table.measure("Galera, usage recorded, 1,000 at once", &[0], variants);
    }
}

/// Measures the check of a connection before each use: a ping on one server, and a wait on a node.
fn measure_check(table: &mut Table, runtime: &Runtime, cluster: &Cluster) -> Result<(), BoxError> {
    let options: MySqlConnectOptions = cluster.node_url(0, "test").parse()?;
    let mut pinged = runtime.block_on(options.connect())?;
    let mut waiting = runtime.block_on(options.connect())?;
    let ping = || runtime.block_on(pinged.ping()).expect("a running node");
    let wait = || {
        let wait = waiting.execute("SET STATEMENT wsrep_sync_wait = 1 FOR SELECT 1");
        runtime.block_on(wait).expect("a quorum");
    };
    let variants = vec![Variant::new("ping", ping), Variant::new("wait for the other nodes", wait)];
    table.measure("Galera, the check of a connection", &[0], variants);
    Ok(())
}

/// Kills a node, and measures how long the next write on another node takes.
fn measure_kills(name: &str, cluster: &mut Cluster) -> Result<(), BoxError> {
    let mut seconds = Vec::new();
    for _ in 0..KILLS {
        cluster.kill(2)?;
        let killed = Instant::now();
        cluster.nodes()[0].run("UPDATE personal_access_tokens SET name = uuid() WHERE id = 1")?;
        seconds.push(killed.elapsed().as_secs_f64());
        cluster.start_again(&[2])?;
    }
    seconds.sort_by(f64::total_cmp);
    println!("a node is killed, {name}: the next write takes {seconds:.1?} s");
    Ok(())
}
