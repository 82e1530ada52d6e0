//! Kills 500 writers of one file, one after another: `cargo kill`.

use tokenfolio_load::kill_writers;

const TIMES: u32 = 500;

fn main() {
    let reported = kill_writers(env!("CARGO_BIN_EXE_writer"), TIMES);
    println!("{TIMES} writers were killed, and the file contained all of their {reported} reported changes");
}
