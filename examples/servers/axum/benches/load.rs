//! Puts load on the server, for a minute (`cargo load`) or a number of seconds (`cargo load -- 600`).

use std::env;
use std::thread::available_parallelism;
use std::time::Duration;

use tokenfolio_load::{Bound, Load};

fn main() {
    let seconds = env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(60);
    let load = Load { connections: 64, writers: 2, bound: Bound::Time(Duration::from_secs(seconds)) };
    let cores = available_parallelism().map_or(0, usize::from);
    println!("{} connections and {} writers on {cores} cores", load.connections, load.writers);
    println!("{}", load.run(env!("CARGO_BIN_EXE_axum")));
}
