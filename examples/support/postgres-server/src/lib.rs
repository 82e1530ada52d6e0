//! A throw-away PostgreSQL server for tests: empty when it starts, and gone when they are.
//!
//! It needs an installed PostgreSQL, found on `PATH` or where Debian puts it, and no rights: whoever is root hands the
//! server to the user `postgres`, because it refuses to run as root. It listens on a socket in its own folder, which no
//! other user can enter, and on a port of this machine only if it is told so. Nothing is synced to disk.
//!
//! Tests that only need tables of their own share one server and take a [`Schema`] each; those that stop a server
//! start their own. `cargo example postgres-server` runs one to play with.
//!
//! # Another engine
//!
//! Where the environment variable `TOKENFOLIO_PG_URL` names a database, every [`Schema`] is made in that one instead.
//! Its user must be allowed to create schemas, which are dropped after the tests, and must be a superuser if a test
//! sets what only a superuser may.
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

mod error;
mod folder;
mod process;
mod program;
mod schema;
mod server;

pub use error::ServerError;
pub use schema::Schema;
pub use server::Server;
