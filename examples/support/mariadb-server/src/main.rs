//! Runs a throw-away MariaDB server until its input ends: `cargo example mariadb-server`, and ctrl-c or ctrl-d.
//!
//! It prints the URL of an empty database, for `cargo example axum --features mysql -- --store URL`.

use std::io;

use tokenfolio_mariadb_server::Server;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start()?;
    println!("{}", server.url());
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
