//! Schemas in a shared server, one for each test.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, process};

use tokenfolio_server_process::ServerError;

use crate::installation::psql;
use crate::server::Server;

/// The environment variable with the URL of another database.
const URL_VARIABLE: &str = "TOKENFOLIO_PG_URL";
/// The environment variable with the URL of the coordinator, if the other database is a worker of a Citus cluster.
const COORDINATOR_URL_VARIABLE: &str = "TOKENFOLIO_PG_COORDINATOR_URL";

/// An empty schema of the database that all callers in this process share. It is dropped with this value.
#[derive(Debug)]
pub struct Schema {
    name: String,
    database: String,
    /// The database that accepts changes of the schema.
    coordinator: String,
}

impl Schema {
    /// Creates a schema in the database at `TOKENFOLIO_PG_URL`, or on a server that the first call starts and that runs
    /// until the process ends.
    ///
    /// # Errors
    ///
    /// Fails for the same reasons as [`Server::start`], or if the schema cannot be created.
    pub fn create() -> Result<Self, ServerError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let database = match env::var(URL_VARIABLE) {
            Ok(url) => url,
            Err(_) => shared_server()?.url(),
        };
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let coordinator = env::var(COORDINATOR_URL_VARIABLE).unwrap_or_else(|_| database.clone());
        let schema = Self { name: format!("tokenfolio_{}_{nanos:x}_{count}", process::id()), database, coordinator };
        psql(&schema.coordinator, &format!("CREATE SCHEMA {}", schema.name))?;
        Ok(schema)
    }

    /// Returns the URL to connect to. Unqualified names refer to this schema.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_in(&self.database)
    }

    /// Returns the URL for changes of the schema. It differs from [`url`](Self::url) if the database is a worker of a
    /// Citus cluster.
    #[must_use]
    pub fn coordinator_url(&self) -> String {
        self.url_in(&self.coordinator)
    }

    fn url_in(&self, database: &str) -> String {
        let separator = if database.contains('?') { '&' } else { '?' };
        format!("{database}{separator}options=-c%20search_path%3D{}", self.name)
    }

    /// Runs SQL in the schema, with `psql`. The SQL can change the schema.
    ///
    /// # Errors
    ///
    /// Fails if the SQL fails or the database cannot be reached.
    pub fn run(&self, sql: &str) -> Result<(), ServerError> {
        psql(&self.coordinator_url(), sql)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // A schema that remains does no harm.
        drop(psql(&self.coordinator, &format!("DROP SCHEMA {} CASCADE", self.name)));
    }
}

/// Returns the shared server, which the first call starts. It runs until the process ends, because it is never dropped.
fn shared_server() -> Result<&'static Server, ServerError> {
    static SERVER: Mutex<Option<&Server>> = Mutex::new(None);
    let mut shared = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    match *shared {
        Some(server) => Ok(server),
        None => Ok(shared.insert(Box::leak(Box::new(Server::start()?)))),
    }
}
