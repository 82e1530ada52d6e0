//! Kills 500 writers, one after the other on one file: `cargo kill`.

use tokenfolio_load::kill_writers;

const TIMES: u32 = 500;

fn main() {
    let told = kill_writers(env!("CARGO_BIN_EXE_writer"), TIMES);
    println!("{TIMES} writers were killed, and each of {told} changes of which they had told was there");
}
