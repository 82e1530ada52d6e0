//! Databases in a shared server, one for each test.

use std::env;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use tokenfolio_server_process::ServerError;

use crate::server::Server;

/// The environment variable with the time zone of the shared server.
const TIME_ZONE_VARIABLE: &str = "TOKENFOLIO_MARIADB_TIME_ZONE";

/// An empty database on the server that all callers in this process share. It is dropped with this value.
#[derive(Debug)]
pub struct Database {
    name: String,
    server: &'static Server,
}

impl Database {
    /// Creates a database on a server that the first call starts and that runs until the process ends.
    ///
    /// The server's time zone is the value of `TOKENFOLIO_MARIADB_TIME_ZONE`, such as `-05:00`, or UTC.
    ///
    /// # Errors
    ///
    /// Fails for the same reasons as [`Server::start`].
    pub fn create() -> Result<Self, ServerError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = shared_server()?;
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        server.run(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"))?;
        Ok(Self { name, server })
    }

    /// Returns the URL of the database, for the user `root`, who has no password.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url_of(&self.name)
    }

    /// Runs SQL in the database, with the program `mariadb`.
    ///
    /// # Errors
    ///
    /// Fails if the SQL fails.
    pub fn run(&self, sql: &str) -> Result<(), ServerError> {
        self.server.run_in(&self.name, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A database that remains does no harm.
        drop(self.server.run(&format!("DROP DATABASE {}", self.name)));
    }
}

/// Returns the shared server, which the first call starts. It runs until the process ends, because it is never dropped.
fn shared_server() -> Result<&'static Server, ServerError> {
    static SERVER: Mutex<Option<&Server>> = Mutex::new(None);
    let mut shared = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    match *shared {
        Some(server) => Ok(server),
        None => {
            let zone = env::var(TIME_ZONE_VARIABLE).unwrap_or_else(|_| "+00:00".to_owned());
            let server = Server::start_with([format!("--default-time-zone={zone}")])?;
            Ok(shared.insert(Box::leak(Box::new(server))))
        }
    }
}
