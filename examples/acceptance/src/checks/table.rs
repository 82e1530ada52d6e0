//! The table itself.

use crate::cases::{lenient_cases, strict_cases};
use crate::exchange::run;
use crate::server::Server;

/// Sends the whole table to a strict server.
#[track_caller]
pub fn every_case_is_answered(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    drop(run(&server, &strict_cases()));
    server.stop();
}

/// Sends the table's queries to a lenient server.
#[track_caller]
pub fn every_lenient_case_is_answered(binary: &str) {
    let server = Server::start(binary, &["--store", "memory", "--lenient"]);
    drop(run(&server, &lenient_cases()));
    server.stop();
}
