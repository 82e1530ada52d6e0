//! What a page costs in memory, in SQLite and in PostgreSQL, beside the plain ways: `cargo bench-stores`.
//!
//! It fills each with ten million tokens, of which one owner has a million, and prints two tables: milliseconds of pages,
//! and how many writes a second. `cargo bench-stores -- --small` takes a tenth of that; with `--short` a few thousand only
//! prove that everything runs, and that all ways list the same tokens. The figures also go to `target/bench-stores.json`.
//!
//! PostgreSQL must be installed. The server is the bench's own, and gone when it ends.

mod data;
#[path = "../../speed/measure.rs"]
mod measure;
mod pages;
mod postgres;
mod sqlite;
mod stores;
mod writes;

use std::error::Error;
use std::thread::available_parallelism;

use data::Scale;
use measure::{Effort, Table, Unit};
use stores::Stores;

/// What can go wrong, which ends the bench.
type Trouble = Box<dyn Error + Send + Sync>;

const MILLISECONDS: Unit = Unit { name: "ms", write: |nanoseconds| format!("{:.4}", nanoseconds / 1e6) };
const TIMES_PER_SECOND: Unit = Unit { name: "times/s", write: |nanoseconds| format!("{:.0}", 1e9 / nanoseconds) };

fn main() -> Result<(), Trouble> {
    let is_asked = |flag: &str| std::env::args().any(|argument| argument == flag);
    let (scale, effort) = match () {
        () if is_asked("--short") => (Scale::SHORT, Effort::Short),
        () if is_asked("--small") => (Scale::SMALL, Effort::Full),
        () => (Scale::FULL, Effort::Full),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Where connections end, at the latest when the stores are dropped.
    let _entered = runtime.enter();
    let owners = data::owners(scale);
    let stores = runtime.block_on(Stores::load(&owners))?;
    let postgres = runtime.block_on(stores.postgres.version())?;
    println!(
        "{} tokens; {} cores; SQLite {}; PostgreSQL {postgres}",
        scale.all,
        available_parallelism()?,
        rusqlite::version()
    );

    let mut table = Table::begin(effort, MILLISECONDS, None);
    pages::measure(&mut table, &runtime, &stores, scale);
    let pages = table.into_json();
    let mut table = Table::begin(effort, TIMES_PER_SECOND, None);
    writes::measure_inserts(&mut table, &runtime, &stores.postgres)?;
    writes::measure_uses(&mut table, &runtime, &stores, &owners)?;
    let works: Vec<_> =
        [pages, table.into_json()].iter().filter_map(|works| works.as_array()).flatten().cloned().collect();
    std::fs::write(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/bench-stores.json"),
        serde_json::json!(works).to_string(),
    )?;
    Ok(())
}
