//! Measures a page and a problem, and compares them with similar crates: `cargo bench-peers`.
//!
//! `cargo bench-peers -- --short` only checks that everything runs, that outputs are equal where that is claimed, and that
//! the notes about each peer are true. The results are also written to `target/bench-peers.json`.
//!
//! The harness, the page, the hand-written encoder and the naive structs are shared with `cargo bench`.

#[path = "../../speed/allocations.rs"]
mod allocations;
#[path = "../../speed/hand.rs"]
mod hand;
#[path = "../../speed/measure.rs"]
mod measure;
#[path = "../../speed/naive.rs"]
mod naive;
#[path = "../../speed/page.rs"]
mod page;
mod pages;
mod peer;
mod problems;
#[path = "../../speed/unauthorized.rs"]
mod unauthorized;

use measure::{Effort, Table, Unit};
use serde_json::json;

fn main() -> std::io::Result<()> {
    let effort = if std::env::args().any(|argument| argument == "--short") { Effort::Short } else { Effort::Full };
    let mut table = Table::begin(effort, Unit::default(), Some(allocations::count));
    pages::measure(&mut table);
    problems::measure(&mut table);
    let differences = peer::differences(&[&pages::DIFFERENCES[..], &problems::DIFFERENCES].concat());
    let figures = json!({"works": table.into_json(), "differences": differences});
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/bench-peers.json"), figures.to_string())
}
