//! Runs a throw-away MariaDB server until its input ends: `cargo example mariadb-server`, and ctrl-c or ctrl-d.
//!
//! It prints the URL of an empty database, for `cargo example axum --features mysql -- --store URL`. With `-- --cluster` it
//! runs the three nodes of a Galera cluster, which takes a quarter of a minute to start. The URL then names all of them.

use std::{env, io};

use tokenfolio_mariadb_server::{Cluster, Server};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            let server = Server::start()?;
            serve(&server.url())?;
        }
        ["--cluster"] => {
            let cluster = Cluster::start("")?;
            serve(&cluster.url(0, "test"))?;
        }
        _ => return Err("expected no argument, or `--cluster`".into()),
    }
    Ok(())
}

/// Prints the URL, and waits for the end of the input.
fn serve(url: &str) -> io::Result<()> {
    println!("{url}");
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
