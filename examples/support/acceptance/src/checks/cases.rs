//! All cases.

use tokenfolio_postgres_server::Schema;

use crate::cases::{lenient_cases, strict_cases, trusted_proxy_cases};
use crate::exchange::run;
use crate::server::Server;

/// Sends all strict cases to a server over each kind of store.
#[track_caller]
pub fn every_request_gets_its_expected_response(binary: &str) {
    let schema = Schema::create().unwrap_or_else(|error| panic!("{error}"));
    for store in ["memory", "sqlite", &schema.url()] {
        let server = Server::start(binary, &["--store", store]);
        drop(run(&server, &strict_cases()));
        server.stop();
    }
}

/// Sends all lenient cases to a lenient server.
#[track_caller]
pub fn every_lenient_request_gets_its_expected_response(binary: &str) {
    let server = Server::start(binary, &["--store", "memory", "--lenient"]);
    drop(run(&server, &lenient_cases()));
    server.stop();
}

/// Sends all cases of a trusted proxy to a server that trusts this machine.
#[track_caller]
pub fn every_request_of_a_trusted_proxy_gets_its_expected_response(binary: &str) {
    let arguments = ["--store", "memory", "--trust-proxy", "10.0.0.1", "--trust-proxy", "127.0.0.0/8"];
    let server = Server::start(binary, &arguments);
    drop(run(&server, &trusted_proxy_cases()));
    server.stop();
}
