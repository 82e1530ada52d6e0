//! Writes tokens to a file until it is killed. Tests kill it.

use std::env;
use std::path::Path;

fn main() {
    let path = env::args_os().nth(1).expect("expected the path of a file");
    tokenfolio_load::write(Path::new(&path));
}
