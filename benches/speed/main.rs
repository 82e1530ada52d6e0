//! Measures this crate and its alternatives: `cargo bench`.
//!
//! It prints a table, and writes the results to `target/bench.json`. A second table shows how long a single `record`
//! takes while another thread drains the log. `cargo bench -- --short` only checks that everything runs and that
//! outputs are equal. With `--ten-million`, the largest stores in memory have ten million tokens, which takes several
//! GB.

mod allocations;
mod allow_list;
mod any_problem;
mod endpoint;
mod envelope;
mod fresh;
mod growth;
mod hand;
mod measure;
mod naive;
mod page;
mod problem;
mod ready;
mod rejection;
mod status;
mod unauthorized;
mod usage;
mod without_total;

use measure::{Effort, Table, Unit};

fn main() -> std::io::Result<()> {
    let has_flag = |flag: &str| std::env::args().any(|argument| argument == flag);
    let effort = if has_flag("--short") { Effort::Short } else { Effort::Full };
    let mut table = Table::begin(effort, Unit::default(), Some(allocations::count));
    envelope::measure(&mut table);
    fresh::measure(&mut table);
    without_total::measure(&mut table);
    problem::measure(&mut table);
    rejection::measure(&mut table);
    allow_list::measure(&mut table);
    status::measure(&mut table);
    usage::measure(&mut table);
    growth::measure(&mut table, if has_flag("--ten-million") { 7 } else { 6 });
    usage::print_latencies(effort);
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/target/bench.json"), table.into_json().to_string())
}
