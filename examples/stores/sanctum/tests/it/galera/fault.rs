//! Nodes are killed or suspended while clients read from all nodes and write to them.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta};
use http::StatusCode;
use tokenfolio::{
    AccessToken, Authenticator, ListQuery, ListTokens, Pagination, StoreError, StoreErrorKind, TokenStore, TokenUsage,
};
use tokenfolio_mariadb_server::{Cluster, Server};
use tokenfolio_sanctum::SanctumStore;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::database::{bearer, user};
use crate::galera::cluster::{Application, MORTAL_CLUSTER};

/// The id of the token that all writers use. Its secret is `1|secret`.
const SHARED: i64 = 1;
/// The time after which a test fails if it hangs.
const DEADLINE: Duration = Duration::from_secs(60);

fn token(id: i64) -> AccessToken {
    AccessToken::new(id, "CI", DateTime::UNIX_EPOCH + TimeDelta::days(20_000))
}

fn usage(id: i64) -> TokenUsage<tokenfolio_sanctum::Owner> {
    TokenUsage::new(user(7), id, DateTime::UNIX_EPOCH + TimeDelta::days(20_001))
}

async fn total(store: &SanctumStore) -> Result<u64, StoreError> {
    store.list(&ListQuery::new(user(7))).await.map(|list| list.total)
}

/// Creates a database with one token, and a store for each node. The store uses its node first.
async fn stores(cluster: &Cluster) -> Vec<SanctumStore> {
    let application = Application::create(cluster);
    let mut stores = Vec::new();
    for node in 0..3 {
        stores.push(application.store_on_all(cluster, node).await);
    }
    stores[0].insert(&user(7), &[token(SHARED)]).await.expect("a new id");
    stores[0].set_secret(&user(7), SHARED.into(), "1|secret").await.expect("a token");
    stores
}

/// Writers and readers on all nodes.
struct Load {
    ledger: Arc<Ledger>,
    tasks: Vec<JoinHandle<()>>,
}

/// The tokens and the usage that the store has acknowledged. A write that returned an error may have been applied
/// before its connection broke or its timeout passed, so it is counted as unknown.
#[derive(Default)]
struct Ledger {
    is_over: AtomicBool,
    tokens: AtomicU64,
    unknown_tokens: AtomicU64,
    usage: AtomicU64,
    unknown_usage: AtomicU64,
    reads: AtomicU64,
    rejected_reads: AtomicU64,
}

fn add_one(count: &AtomicU64) {
    count.fetch_add(1, Ordering::SeqCst);
}

fn get(count: &AtomicU64) -> u64 {
    count.load(Ordering::SeqCst)
}

#[track_caller]
fn assert_unavailable(error: &StoreError) {
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error:?}");
}

impl Load {
    fn start(stores: &[SanctumStore]) -> Self {
        let ledger = Arc::new(Ledger::default());
        let mut tasks = Vec::new();
        for (store, first_id) in stores.iter().zip((1..).map(|node| node * 1_000_000)) {
            tasks.push(tokio::spawn(write(store.clone(), first_id, ledger.clone())));
            tasks.push(tokio::spawn(record(store.clone(), ledger.clone())));
            tasks.push(tokio::spawn(read(store.clone(), ledger.clone())));
        }
        Self { ledger, tasks }
    }

    /// Waits until the cluster has acknowledged more tokens and more usage.
    async fn await_progress(&self) {
        let ledger = &self.ledger;
        let (tokens, usage, reads) = (get(&ledger.tokens), get(&ledger.usage), get(&ledger.reads));
        await_true("progress", async || {
            get(&ledger.tokens) > tokens + 20 && get(&ledger.usage) > usage + 20 && get(&ledger.reads) > reads + 20
        })
        .await;
    }

    /// Ends the load, and checks on each node that nothing is lost.
    async fn end(self, stores: &[SanctumStore]) {
        self.ledger.is_over.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.await.expect("no wrong result");
        }
        let ledger = &self.ledger;
        println!(
            "{} tokens, {} unknown; a usage count of {}, {} unknown; {} reads, {} rejected",
            get(&ledger.tokens),
            get(&ledger.unknown_tokens),
            get(&ledger.usage),
            get(&ledger.unknown_usage),
            get(&ledger.reads),
            get(&ledger.rejected_reads)
        );
        for store in stores {
            let list = store.list(&ListQuery::new(user(7))).await.expect("a complete cluster");
            let tokens = get(&ledger.tokens) + 1;
            assert!((tokens..=tokens + get(&ledger.unknown_tokens)).contains(&list.total), "{tokens} {}", list.total);
            let count = list.tokens[0].usage_count;
            let usage = get(&ledger.usage);
            assert!((usage..=usage + get(&ledger.unknown_usage)).contains(&count), "{usage} {count}");
        }
    }
}

async fn write(store: SanctumStore, first_id: i64, ledger: Arc<Ledger>) {
    let mut id = first_id;
    while !ledger.is_over.load(Ordering::SeqCst) {
        id += 1;
        match store.insert(&user(7), &[token(id)]).await {
            Ok(()) => add_one(&ledger.tokens),
            Err(error) => {
                assert_unavailable(&error);
                add_one(&ledger.unknown_tokens);
            }
        }
        sleep(Duration::from_millis(5)).await;
    }
}

async fn record(store: SanctumStore, ledger: Arc<Ledger>) {
    while !ledger.is_over.load(Ordering::SeqCst) {
        match store.record_usage(&[usage(SHARED)]).await {
            Ok(()) => add_one(&ledger.usage),
            Err(error) => {
                assert_unavailable(&error);
                add_one(&ledger.unknown_usage);
            }
        }
        sleep(Duration::from_millis(5)).await;
    }
}

/// Each list must have all tokens that were acknowledged before.
async fn read(store: SanctumStore, ledger: Arc<Ledger>) {
    while !ledger.is_over.load(Ordering::SeqCst) {
        let acknowledged = get(&ledger.tokens) + 1;
        match total(&store).await {
            Ok(total) => {
                assert!(total >= acknowledged, "{total} of {acknowledged} tokens");
                add_one(&ledger.reads);
            }
            Err(error) => {
                assert_unavailable(&error);
                add_one(&ledger.rejected_reads);
            }
        }
        match store.find(&bearer("1|secret")).await {
            Ok(found) => assert!(found.is_some(), "the secret of a token"),
            Err(error) => assert_unavailable(&error),
        }
        sleep(Duration::from_millis(5)).await;
    }
}

async fn await_true(condition: &str, is_true: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !is_true().await {
        assert!(started.elapsed() < DEADLINE, "{condition}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_node_loses_no_acknowledged_write() {
    let mut cluster = MORTAL_CLUSTER.lock().await;
    let stores = stores(&cluster).await;
    let load = Load::start(&stores);
    load.await_progress().await;
    cluster.kill(0).unwrap();
    load.await_progress().await;
    // The store that used this node continues with another node.
    await_true("another node", async || total(&stores[0]).await.is_ok()).await;
    cluster.start_again(&[0]).unwrap();
    load.await_progress().await;
    load.end(&stores).await;
}

/// Returns the status of the endpoint's response.
async fn status(store: &SanctumStore) -> StatusCode {
    let endpoint = ListTokens::new(store.clone(), store.clone(), Pagination::new("/tokens").expect("a path"));
    let request = http::Request::get("/tokens").header("authorization", "Bearer 1|secret").body(()).expect("a request");
    endpoint.handle(&request.into_parts().0, None).await.status()
}

/// Returns whether a node knows that it has no quorum. It then rejects all reads.
fn knows_that_it_is_alone(node: &Server) -> bool {
    node.run("SELECT * FROM mysql.db").is_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_quorum_requests_are_unavailable_in_time() {
    /// Galera itself delays a request by about six seconds.
    const LIMIT: Duration = Duration::from_secs(3);
    let mut cluster = MORTAL_CLUSTER.lock().await;
    let stores = stores(&cluster).await;
    let load = Load::start(&stores);
    load.await_progress().await;
    cluster.kill(1).unwrap();
    cluster.kill(2).unwrap();
    // Until the last node knows that it is alone, it can still read. No other node can have written.
    let mut slowest = Duration::ZERO;
    let mut rejected = 0;
    while rejected < 20 {
        let knows = knows_that_it_is_alone(&cluster.nodes()[0]);
        let started = Instant::now();
        let (user, tokens) = (user(8), [token(2)]);
        let (status, inserted) = tokio::join!(status(&stores[0]), stores[0].insert(&user, &tokens));
        assert!(status == 503 || (status == 200 && !knows), "{status}");
        assert_unavailable(&inserted.unwrap_err());
        slowest = slowest.max(started.elapsed());
        rejected += u32::from(knows);
    }
    println!("the slowest response took {slowest:?}");
    assert!(slowest < LIMIT, "{slowest:?}");

    cluster.start_again(&[1, 2]).unwrap();
    load.await_progress().await;
    load.end(&stores).await;
    assert_eq!(status(&stores[0]).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_hangs_is_replaced() {
    let cluster = MORTAL_CLUSTER.lock().await;
    let stores = stores(&cluster).await;
    let load = Load::start(&stores);
    load.await_progress().await;
    send("STOP", cluster.nodes()[0].process_id());
    await_true("another node", async || total(&stores[0]).await.is_ok()).await;
    load.await_progress().await;
    send("CONT", cluster.nodes()[0].process_id());
    cluster.await_ready().unwrap();
    load.await_progress().await;
    load.end(&stores).await;
}

#[track_caller]
fn send(signal: &str, process: u32) {
    let kill = format!("kill -{signal} {process}");
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
}
