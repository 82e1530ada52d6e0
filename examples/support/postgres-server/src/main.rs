//! Runs a temporary PostgreSQL server: `cargo example postgres-server`. Ctrl-c, or the end of standard input, stops it.
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
