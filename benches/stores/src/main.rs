//! Measures pages in memory, in SQLite, in PostgreSQL and in MariaDB, and compares them with plain SQL:
//! `cargo bench-stores`.
//!
//! It fills the stores in memory, in SQLite and in PostgreSQL with ten million tokens each, a million of them for one
//! owner. It prints two tables: milliseconds per page, and writes per second. `--small` uses a tenth of the tokens.
//! `--short` uses a few thousand tokens, to check that everything runs and that all variants list the same tokens.
//! `--galera` measures only the server and the cluster of MariaDB Galera. The results are also written to
//! `target/bench-stores.json`.
//!
//! `--growth` measures the same page in tables of 10,000 to ten million tokens.
//!
//! `--citus` measures one server of PostgreSQL beside the database at `TOKENFOLIO_PG_URL`, such as a Citus cluster, with
//! 2 million tokens in each.
//!
//! In MariaDB, the table is that of Laravel Sanctum. It has two million tokens, a million of them for one owner. The
//! measurements of Galera use a smaller table. One server of MariaDB and a cluster of three nodes have this table, and
//! are measured in turn.
//!
//! MariaDB with Galera, PostgreSQL and rsync must be installed. The bench starts its own servers and removes them.

mod citus;
mod data;
mod galera;
mod growth;
#[path = "../../speed/measure.rs"]
mod measure;
mod pages;
mod postgres;
mod sanctum;
mod sqlite;
mod stores;
mod writes;

use std::error::Error;
use std::thread::available_parallelism;

use data::Scale;
use measure::{Effort, Table, Unit};
use sanctum::Sanctum;
use serde_json::Value;
use stores::Stores;
use tokio::runtime::Runtime;

/// Any error, which ends the bench.
type BoxError = Box<dyn Error + Send + Sync>;

const MILLISECONDS: Unit = Unit { name: "ms", format: |nanoseconds| format!("{:.4}", nanoseconds / 1e6) };
const TIMES_PER_SECOND: Unit = Unit { name: "times/s", format: |nanoseconds| format!("{:.0}", 1e9 / nanoseconds) };

fn main() -> Result<(), BoxError> {
    let has_flag = |flag: &str| std::env::args().any(|argument| argument == flag);
    let (scale, effort) = match () {
        () if has_flag("--short") => (Scale::SHORT, Effort::Short),
        () if has_flag("--small") => (Scale::SMALL, Effort::Full),
        () => (Scale::FULL, Effort::Full),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Connections need a runtime when the stores are dropped.
    let _entered = runtime.enter();
    let mut works = Vec::new();
    let has_part = ["--galera", "--growth", "--citus"].into_iter().any(has_flag);
    let is_whole_and_short = has_flag("--short") && !has_part;
    if !has_part {
        works.extend(measure_stores(&runtime, scale, effort)?);
    }
    if !has_part || has_flag("--galera") {
        works.extend(galera::measure(&runtime, effort)?);
    }
    if is_whole_and_short || has_flag("--growth") {
        works.push(growth::measure(&runtime, effort)?);
    }
    if is_whole_and_short || has_flag("--citus") {
        works.extend(citus::measure(&runtime, effort)?);
    }
    std::fs::write(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/bench-stores.json"),
        serde_json::json!(works.iter().filter_map(Value::as_array).flatten().collect::<Vec<_>>()).to_string(),
    )?;
    Ok(())
}

/// Fills each store, and returns two tables.
fn measure_stores(runtime: &Runtime, scale: Scale, effort: Effort) -> Result<[Value; 2], BoxError> {
    let owners = data::owners(scale);
    let stores = runtime.block_on(Stores::load(&owners))?;
    let sanctum = runtime.block_on(Sanctum::load(scale))?;
    let postgres = runtime.block_on(stores.postgres.version())?;
    let mariadb = runtime.block_on(sanctum.version())?;
    println!(
        "{} tokens; {} cores; SQLite {}; PostgreSQL {postgres}; MariaDB {mariadb}",
        scale.all,
        available_parallelism()?,
        rusqlite::version()
    );

    let mut pages = Table::begin(effort, MILLISECONDS, None);
    pages::measure(&mut pages, runtime, &stores, scale);
    sanctum::measure_pages(&mut pages, runtime, &sanctum, scale);
    let mut writes = Table::begin(effort, TIMES_PER_SECOND, None);
    writes::measure_inserts(&mut writes, runtime, &stores.postgres)?;
    writes::measure_usage(&mut writes, runtime, &stores, &owners)?;
    sanctum::measure_usage(&mut writes, runtime, &sanctum);
    Ok([pages.into_json(), writes.into_json()])
}
