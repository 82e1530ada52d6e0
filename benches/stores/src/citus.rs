//! One server of PostgreSQL and another database with the same rows, such as a Citus cluster.

use std::collections::BTreeMap;
use std::env;
use std::hint::black_box;

use chrono::DateTime;
use futures_util::future::join_all;
use serde_json::Value;
use tokenfolio::{Authenticator, BearerToken, ListQuery, TokenId, TokenStore, TokenUsage};
use tokenfolio_postgres::PostgresStore;
use tokenfolio_postgres_server::{Schema, Server};
use tokio::runtime::Runtime;
use tokio_postgres::NoTls;

use crate::data::{USUAL, USUAL_TOKENS, token};
use crate::measure::{Effort, Table, Variant};
use crate::{BoxError, MILLISECONDS, TIMES_PER_SECOND};

/// The owner of a fifth of the tokens of the big owner.
const MEDIUM: i64 = -2;
/// The owner of the largest number of tokens.
const BIG: i64 = -1;
/// The number of tokens that one statement inserts.
const INSERTED: usize = 10_000;
/// The number of clients that read at once.
const CLIENTS: u32 = 8;
/// The number of calls of each client.
const CALLS: u32 = 20;
/// The number of tokens in a batch of usage.
const BATCH: usize = 1_000;
const PER_PAGE: u64 = 20;

/// The same tokens on one server and in the other database.
struct Databases {
    one: PostgresStore,
    other: PostgresStore,
    /// The number of tokens of each owner.
    tokens: BTreeMap<i64, u64>,
    /// The owners of at most 1,000 tokens, each with the number of its tokens.
    usual_owners: Vec<(i64, u64)>,
}

/// Returns two tables of results. The variable `TOKENFOLIO_PG_URL` is the URL of the other database. Without the
/// variable, the other database is a second server.
pub(crate) fn measure(runtime: &Runtime, effort: Effort) -> Result<[Value; 2], BoxError> {
    let big = match effort {
        Effort::Short => 3_000,
        Effort::Full => 1_000_000,
    };
    let tokens = tokens_by_owner(big);
    let server = Server::start()?;
    let schema = Schema::create()?;
    let databases = runtime.block_on(async {
        let one = load(&server.url(), &server.url(), &tokens).await?;
        let other = load(&schema.url(), &schema.coordinator_url(), &tokens).await?;
        let usual_owners = tokens.range(USUAL..).map(|(&owner, &count)| (owner, count)).collect();
        Ok::<_, BoxError>(Databases { one, other, tokens, usual_owners })
    })?;

    let mut table = Table::begin(effort, MILLISECONDS, None);
    databases.measure_pages(&mut table, runtime);
    databases.measure_find(&mut table, runtime);
    databases.measure_usage(&mut table, runtime);
    let times = table.into_json();
    let mut table = Table::begin(effort, TIMES_PER_SECOND, None);
    databases.measure_clients(&mut table, runtime);
    Ok([times, table.into_json()])
}

/// Returns the number of tokens of each owner. The big owner has half of all tokens.
fn tokens_by_owner(big: u64) -> BTreeMap<i64, u64> {
    let mut random = fastrand::Rng::with_seed(1);
    let mut tokens = BTreeMap::from([(BIG, big), (MEDIUM, big / 5), (USUAL, USUAL_TOKENS)]);
    let mut others = 0;
    let mut owner = USUAL;
    while others < big * 4 / 5 {
        owner += 1;
        let count = random.u64(1..=1_000);
        tokens.insert(owner, count);
        others += count;
    }
    tokens
}

/// Fills the tables at a URL, and distributes them if the database has Citus.
async fn load(url: &str, coordinator_url: &str, tokens: &BTreeMap<i64, u64>) -> Result<PostgresStore, BoxError> {
    let coordinator = PostgresStore::new(coordinator_url.parse()?)?;
    coordinator.migrate().await?;
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    let version = client.query_one("SHOW server_version", &[]).await?;
    let citus = client.query_opt("SELECT extversion FROM pg_extension WHERE extname = 'citus'", &[]).await?;
    println!("PostgreSQL {}", version.try_get::<_, &str>(0)?);
    if let Some(citus) = citus {
        println!("Citus {}", citus.try_get::<_, &str>(0)?);
        coordinator.distribute().await?;
    }

    let store = PostgresStore::new(url.parse()?)?;
    for (&owner, &count) in tokens {
        let ids: Vec<_> = (1..=count.cast_signed()).collect();
        for ids in ids.chunks(INSERTED) {
            store.insert(owner, ids.iter().copied().map(token).collect()).await?;
        }
        store.set_secret(owner, TokenId(1), &secret(owner)).await?;
    }
    let (client, connection) = tokio_postgres::connect(coordinator_url, NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute("VACUUM ANALYZE access_token, token_usage, token_secret").await?;
    Ok(store)
}

impl Databases {
    fn variants<'v>(&'v self, times: u32, work: impl Fn(&PostgresStore) + Copy + 'v) -> Vec<Variant<'v>> {
        let other = if env::var_os("TOKENFOLIO_PG_URL").is_some() { "TOKENFOLIO_PG_URL" } else { "a second server" };
        vec![
            Variant::repeated("one server", times, move || work(&self.one)),
            Variant::repeated(other, times, move || work(&self.other)),
        ]
    }

    fn measure_pages(&self, table: &mut Table, runtime: &Runtime) {
        for owner in [BIG, MEDIUM, USUAL] {
            let tokens = self.tokens[&owner];
            for (place, offset) in [("first", 0), ("middle", tokens / 2), ("last", tokens - PER_PAGE)] {
                let list = |store: &PostgresStore| runtime.block_on(page(store, owner, offset, tokens));
                table.measure(&format!("{place} page of {tokens}"), &[0], self.variants(1, list));
            }
        }
    }

    fn measure_find(&self, table: &mut Table, runtime: &Runtime) {
        let find = |store: &PostgresStore| runtime.block_on(find(store, USUAL));
        table.measure("find a secret", &[0], self.variants(1, find));
    }

    fn measure_usage(&self, table: &mut Table, runtime: &Runtime) {
        let time = DateTime::from_timestamp(1_800_000_000, 0).expect("a year that chrono has");
        for owners in [1, 100, 1_000] {
            let mut random = fastrand::Rng::with_seed(5);
            let batch: Vec<_> = self
                .usual_owners
                .iter()
                .take(owners)
                .cycle()
                .take(BATCH)
                .map(|&(owner, tokens)| TokenUsage::new(owner, random.u64(1..=tokens).cast_signed(), time))
                .collect();
            let record =
                |store: &PostgresStore| runtime.block_on(store.record_usage(&batch)).expect("the store writes");
            table.measure(&format!("1,000 rows of usage, {owners} owners"), &[0], self.variants(1, record));
        }
    }

    fn measure_clients(&self, table: &mut Table, runtime: &Runtime) {
        let list = |store: &PostgresStore| self.call_at_once(runtime, |owner, tokens| page(store, owner, 0, tokens));
        table.measure("first pages, 8 clients", &[0], self.variants(CLIENTS * CALLS, list));
        let find = |store: &PostgresStore| self.call_at_once(runtime, |owner, _| find(store, owner));
        table.measure("find secrets, 8 clients", &[0], self.variants(CLIENTS * CALLS, find));
    }

    /// Calls a function from several clients at once, with random owners and their numbers of tokens.
    fn call_at_once<F: Future>(&self, runtime: &Runtime, call: impl Fn(i64, u64) -> F) {
        let call = &call;
        let clients = (0..CLIENTS).map(|client| {
            let mut random = fastrand::Rng::with_seed(client.into());
            async move {
                for _ in 0..CALLS {
                    let (owner, tokens) = self.usual_owners[random.usize(..self.usual_owners.len())];
                    call(owner, tokens).await;
                }
            }
        });
        runtime.block_on(join_all(clients));
    }
}

/// Lists a page, and checks its size.
async fn page(store: &PostgresStore, owner: i64, offset: u64, total: u64) {
    let list = store.list(&ListQuery::new(owner).with_offset(offset)).await.expect("the store lists");
    let expected = (total - offset).min(PER_PAGE);
    assert_eq!((list.tokens.len() as u64, list.total), (expected, total));
    drop(black_box(list));
}

/// Finds the first token of an owner.
async fn find(store: &PostgresStore, owner: i64) {
    let value = format!("Bearer {}", secret(owner));
    let secret = BearerToken::from_values([value.as_bytes()]).expect("a well-formed secret");
    let found = store.find(&secret).await.expect("the store finds");
    assert!(black_box(found).is_some(), "the secret of a token");
}

fn secret(owner: i64) -> String {
    format!("{owner}|secret")
}
