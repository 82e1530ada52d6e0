//! A temporary MariaDB server for tests. It starts empty, and its data is removed when it stops.
//!
//! It needs an installed MariaDB, on `PATH` or in Debian's folder, and no privileges. As root it runs the server as the
//! user `mysql`. The server listens only on a socket in its own folder, which no other user can enter. It does not sync
//! data to the disk.
//!
//! Tests that need their own tables share one server and use a [`Database`] each. Tests that stop a server start their
//! own. A [`Cluster`] is three servers that replicate each other with Galera, and also needs Debian's packages `galera-4` and
//! `rsync`. `cargo example mariadb-server` runs a server from the command line, or a cluster with `-- --cluster`.
//!
//! # Examples
//!
//! ```
//! use tokenfolio_mariadb_server::{Server, ServerError};
//!
//! # fn main() -> Result<(), ServerError> {
//! let mut server = Server::start()?;
//! server.run("CREATE TABLE test.kept (id int)")?;
//!
//! server.kill()?;
//! assert!(server.run("SELECT * FROM test.kept").is_err());
//! server.start_again()?;
//! server.run("SELECT * FROM test.kept")?;
//! # Ok(())
//! # }
//! ```

mod cluster;
mod database;
mod server;

pub use cluster::Cluster;
pub use database::Database;
pub use server::Server;
pub use tokenfolio_server_process::ServerError;
