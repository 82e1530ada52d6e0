//! A temporary PostgreSQL server for tests. It starts empty, and its data is removed when it stops.
//!
//! It needs an installed PostgreSQL, on `PATH` or in Debian's folders, and no privileges. As root it runs the server as
//! the user `postgres`, because PostgreSQL does not run as root. The server listens on a socket in its own folder, which
//! no other user can enter. It listens on a port only with [`Server::start_on`]. It does not sync data to the disk.
//!
//! Tests that need their own tables share one server and use a [`Schema`] each. Tests that stop a server start their own.
//! A [`Pooler`] is a connection pool in front of a server.
//! `cargo example postgres-server` runs a server from the command line.
//!
//! # Another database
//!
//! If the environment variable `TOKENFOLIO_PG_URL` is set, every [`Schema`] is created in the database at that URL. Its
//! user must be allowed to create schemas, which are dropped after the tests. Some tests need a superuser. Workers of a
//! Citus cluster reject changes of a schema. If the database is a worker, set `TOKENFOLIO_PG_COORDINATOR_URL` to the
//! URL of the coordinator.
//!
//! # Examples
//!
//! ```
//! use tokenfolio_postgres_server::{Server, ServerError};
//!
//! # fn main() -> Result<(), ServerError> {
//! let mut server = Server::start()?;
//! server.run("CREATE TABLE kept (id int)")?;
//!
//! server.kill()?;
//! assert!(server.run("SELECT FROM kept").is_err());
//! server.start_again()?;
//! server.run("SELECT FROM kept")?;
//! # Ok(())
//! # }
//! ```

mod installation;
mod pooler;
mod schema;
mod server;

pub use pooler::{PoolMode, Pooler};
pub use schema::Schema;
pub use server::Server;
pub use tokenfolio_server_process::ServerError;
