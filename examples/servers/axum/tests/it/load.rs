//! Many connections at full speed while tokens change. `cargo load` runs it for a minute.

use tokenfolio_load::{Bound, Load};

#[test]
fn every_page_adds_up_while_tokens_come_and_go() {
    let load = Load { connections: 16, writers: 2, bound: Bound::Requests(10_000) };
    let figures = load.run(env!("CARGO_BIN_EXE_axum"));
    assert!(figures.writes > 0, "nobody wrote:\n{figures}");
}
