//! Tests that kill writers.

use tokenfolio_load::kill_writers;

#[test]
fn a_killed_writer_loses_no_reported_change() {
    assert!(kill_writers(env!("CARGO_BIN_EXE_writer"), 13) > 0);
}
