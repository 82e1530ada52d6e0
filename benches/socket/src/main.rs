//! Measures requests per second over a loopback socket, and compares them with a constant body of the same size: `cargo
//! bench-socket`.
//!
//! One process serves everything with one thread. `wrk` (in Debian: `apt-get install wrk`) sends requests from another
//! thread, for one second to each variant in turn. A ratio is the median of the ratios within each round, because the speed
//! of a machine changes from second to second. The results are also written to `target/bench-socket.json`.
//!
//! `--short` runs one round, to check that everything runs and that every response is as expected.

mod axum_server;
mod database;
#[path = "../../speed/endpoint.rs"]
#[allow(dead_code, reason = "shared with a bench that sends one request")]
mod endpoint;
mod hyper_server;
#[path = "../../speed/naive.rs"]
#[allow(dead_code, reason = "shared with a bench that also measures borrowed rows")]
mod naive;
#[path = "../../speed/page.rs"]
#[allow(dead_code, reason = "shared with a bench that also builds pages")]
mod page;
mod target;
mod wrk;

use std::error::Error;

use serde_json::json;

use crate::database::Databases;
use crate::target::Target;

/// Any error, which ends the bench.
type BoxError = Box<dyn Error + Send + Sync>;

/// The path of the endpoint.
const PATH: &str = "/api/v1/me/tokens";
/// The number of rounds for a stable median.
const ROUNDS: usize = 15;

fn main() -> Result<(), BoxError> {
    let rounds = if std::env::args().any(|argument| argument == "--short") { 1 } else { ROUNDS };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let databases = runtime.block_on(Databases::load())?;
    let mut targets = runtime.block_on(axum_server::start(&databases))?;
    targets.extend(runtime.block_on(hyper_server::start())?);
    for target in &targets {
        target.check()?;
    }

    let mut rates = vec![Vec::new(); targets.len()];
    for round in 0..rounds {
        for turn in 0..targets.len() {
            let index = (round + turn) % targets.len();
            rates[index].push(wrk::requests_per_second(&targets[index])?);
        }
    }
    let results = print(&targets, &rates);
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/bench-socket.json"), json!(results).to_string())?;
    Ok(())
}

/// Prints a table, and returns it as JSON.
fn print(targets: &[Target], rates: &[Vec<f64>]) -> Vec<serde_json::Value> {
    println!("| variant | requests/s | to the constant body | database, µs a request |");
    println!("| --- | ---: | ---: | ---: |");
    let mut results = Vec::new();
    for (target, own) in targets.iter().zip(rates) {
        let constant = targets.iter().position(|other| other.is_constant() && other.server == target.server);
        let reference = &rates[constant.expect("each server has a constant body")];
        let rate = median(own.clone());
        let ratio = median(own.iter().zip(reference).map(|(own, reference)| own / reference).collect());
        let database = target.clock.as_ref().map(|clock| clock.microseconds_per_request());
        let cell = database.map_or(String::new(), |microseconds| format!("{microseconds:.0}"));
        println!("| {}: {} | {rate:.0} | {ratio:.3} | {cell} |", target.server, target.name);
        results.push(json!({
            "server": target.server,
            "variant": target.name,
            "requests_per_second": rate,
            "ratio": ratio,
            "database_microseconds": database,
        }));
    }
    results
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
