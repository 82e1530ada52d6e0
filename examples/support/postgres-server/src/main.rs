//! Runs a throw-away PostgreSQL server until its input ends: `cargo example postgres-server`, and ctrl-c or ctrl-d.
//!
//! It prints the URL to connect to, for `psql` or `cargo example axum --features postgres -- --store URL`.

use std::io;

use tokenfolio_postgres_server::Server;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start()?;
    println!("{}", server.url());
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
