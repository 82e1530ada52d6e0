//! Many connections at full speed while tokens change. `cargo load` runs it for a minute.

use tokenfolio_load::{Bound, Load};

#[test]
fn every_page_is_consistent_while_tokens_change() {
    let load = Load { connections: 16, writers: 2, bound: Bound::Requests(10_000) };
    let measurements = load.run(env!("CARGO_BIN_EXE_axum"));
    assert!(measurements.writes > 0, "no thread wrote:\n{measurements}");
}
