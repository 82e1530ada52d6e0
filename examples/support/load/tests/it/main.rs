//! Writers that are killed.

use tokenfolio_load::kill_writers;

#[test]
fn what_a_killed_writer_has_told_of_is_there() {
    assert!(kill_writers(env!("CARGO_BIN_EXE_writer"), 13) > 0);
}
