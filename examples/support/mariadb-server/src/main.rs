//! Runs a temporary MariaDB server: `cargo example mariadb-server`. Ctrl-c, or the end of standard input, stops it.
//!
//! It prints the URL of an empty database, for `cargo example axum --features mysql -- --store URL`. With `-- --cluster` it
//! runs the three nodes of a Galera cluster, which takes about 15 seconds to start. The URL then contains all three
//! nodes.

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
