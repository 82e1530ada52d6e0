//! The table itself.

use tokenfolio_postgres_server::Schema;

use crate::cases::{lenient_cases, strict_cases};
use crate::exchange::run;
use crate::server::Server;

/// Sends the whole table to a strict server, over each kind of store.
#[track_caller]
pub fn every_case_is_answered(binary: &str) {
    let schema = Schema::create().unwrap_or_else(|error| panic!("{error}"));
    for store in ["memory", "sqlite", &schema.url()] {
        let server = Server::start(binary, &["--store", store]);
        drop(run(&server, &strict_cases()));
        server.stop();
    }
}

/// Sends the table's queries to a lenient server.
#[track_caller]
pub fn every_lenient_case_is_answered(binary: &str) {
    let server = Server::start(binary, &["--store", "memory", "--lenient"]);
    drop(run(&server, &lenient_cases()));
    server.stop();
}
