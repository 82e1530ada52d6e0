//! Measures writes: usage one by one and in batches, and tokens with and without block counts.

use std::cell::Cell;

use chrono::{DateTime, Utc};
use tokenfolio::{AccessToken, TokenUsage};
use tokenfolio_postgres::PostgresStore;
use tokio::runtime::Runtime;

use crate::measure::{Table, Variant};
use crate::postgres::Postgres;
use crate::stores::Stores;
use crate::{BoxError, data};

/// The number of rows in a batch.
const BATCH: u32 = 1_000;
/// The number of rows that a measurement writes one by one.
const SINGLES: u32 = 20;

pub(crate) fn measure_usage(
    table: &mut Table,
    runtime: &Runtime,
    stores: &Stores,
    owners: &[i64],
) -> Result<(), BoxError> {
    let Stores { sqlite, postgres, .. } = stores;
    let batches = batches(owners);
    let turn = Cell::new(0);
    // Consecutive batches contain different tokens.
    let next = || {
        turn.set((turn.get() + 1) % batches.len());
        &batches[turn.get()][..]
    };
    let singles = || &next()[..SINGLES as usize];
    let one_by_one = || {
        for usage in singles() {
            runtime.block_on(sqlite.record(usage)).expect("SQLite writes");
        }
    };
    let at_once = || runtime.block_on(sqlite.store.record_usage(next())).expect("SQLite writes");
    table.measure("usage recorded, SQLite", &[0], one_and_many(one_by_one, at_once));

    let one_by_one = || {
        for usage in singles() {
            runtime.block_on(postgres.record(usage)).expect("PostgreSQL writes");
        }
    };
    let at_once = || runtime.block_on(postgres.store.record_usage(next())).expect("PostgreSQL writes");
    table.measure("usage recorded, PostgreSQL, fsync off", &[0], one_and_many(one_by_one, at_once));
    postgres.enable_fsync()?;
    table.measure("usage recorded, PostgreSQL, fsync on", &[0], one_and_many(one_by_one, at_once));
    Ok(())
}

fn one_and_many<'v>(one_by_one: impl FnMut() + 'v, at_once: impl FnMut() + 'v) -> Vec<Variant<'v>> {
    vec![Variant::repeated("one by one", SINGLES, one_by_one), Variant::repeated("1,000 at once", BATCH, at_once)]
}

/// Returns batches of random tokens, sorted as by `UsageLog::drain`.
fn batches(owners: &[i64]) -> Vec<Vec<TokenUsage<i64>>> {
    const COUNT: usize = 100;
    let size = BATCH as usize;
    let mut tokens: Vec<_> = owners.iter().zip(1_i64..).collect();
    fastrand::Rng::with_seed(2).shuffle(&mut tokens);
    let sorted = |tokens: &[(&i64, i64)]| {
        let mut usage: Vec<_> = tokens.iter().map(|(owner, id)| TokenUsage::new(**owner, *id, now())).collect();
        usage.sort_by_key(|entry| (entry.owner, entry.id));
        usage
    };
    tokens.chunks_exact(size).take(COUNT).map(sorted).collect()
}

/// Later than any usage in the stores.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a year that chrono has")
}

/// Adds tokens to an owner who has 100,000 tokens, with and without block counts.
pub(crate) fn measure_inserts(table: &mut Table, runtime: &Runtime, postgres: &Postgres) -> Result<(), BoxError> {
    const TOKENS: i64 = 100_000;
    const OWNER: i64 = 1;
    let (uncounted, counted) = runtime.block_on(async {
        let counted = postgres.empty_store("counted").await?;
        counted.migrate_block_counts().await?;
        Ok::<_, BoxError>((postgres.empty_store("uncounted").await?, counted))
    })?;
    let next_id = Cell::new(1);
    let insert = |store: &PostgresStore, count: i64| {
        let first = next_id.replace(next_id.get() + count);
        let tokens: Vec<AccessToken> = (first..first + count).map(data::token).collect();
        runtime.block_on(store.insert(OWNER, tokens)).expect("PostgreSQL writes");
    };
    for store in [&uncounted, &counted] {
        for _ in 0..TOKENS / i64::from(BATCH) {
            insert(store, BATCH.into());
        }
    }
    let one_by_one = |store| (0..SINGLES).for_each(|_| insert(store, 1));
    let variants = vec![
        Variant::repeated("without block counts", SINGLES, || one_by_one(&uncounted)),
        Variant::repeated("with block counts", SINGLES, || one_by_one(&counted)),
    ];
    table.measure("tokens added one by one, PostgreSQL", &[0], variants);
    let variants = vec![
        Variant::repeated("without block counts", BATCH, || insert(&uncounted, BATCH.into())),
        Variant::repeated("with block counts", BATCH, || insert(&counted, BATCH.into())),
    ];
    table.measure("tokens added 1,000 at once, PostgreSQL", &[0], variants);
    Ok(())
}
