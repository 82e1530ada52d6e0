//! Tables of one's own, in a server that is shared.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, process};

use crate::error::ServerError;
use crate::server::{Server, psql};

/// Where another engine is named.
const ENGINE: &str = "TOKENFOLIO_PG_URL";

/// An empty schema of a database that the process shares, dropped with this value.
#[derive(Debug)]
pub struct Schema {
    name: String,
    database: String,
}

impl Schema {
    /// Makes a schema, in the database that `TOKENFOLIO_PG_URL` names, or on a server that is started for the first and
    /// runs until the process ends.
    ///
    /// # Errors
    ///
    /// A database that cannot be reached or refuses it, or as [`Server::start`].
    pub fn create() -> Result<Self, ServerError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let database = match env::var(ENGINE) {
            Ok(url) => url,
            Err(_) => shared_server()?.url(),
        };
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let schema = Self { name: format!("tokenfolio_{}_{nanos:x}_{count}", process::id()), database };
        psql(&schema.database, &format!("CREATE SCHEMA {}", schema.name))?;
        Ok(schema)
    }

    /// Returns where to connect to: `postgres://..`, every unqualified name being one of this schema.
    #[must_use]
    pub fn url(&self) -> String {
        let Self { name, database } = self;
        let separator = if database.contains('?') { '&' } else { '?' };
        format!("{database}{separator}options=-c%20search_path%3D{name}")
    }

    /// Runs SQL in the schema, with `psql`.
    ///
    /// # Errors
    ///
    /// SQL that fails, or a database that cannot be reached.
    pub fn run(&self, sql: &str) -> Result<(), ServerError> {
        Ok(psql(&self.url(), sql)?)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // It is in nobody's way if it stays.
        drop(psql(&self.database, &format!("DROP SCHEMA {} CASCADE", self.name)));
    }
}

/// Starts the server at the first call. A static is never dropped: the server is stopped because the process ends.
fn shared_server() -> Result<&'static Server, ServerError> {
    static SERVER: Mutex<Option<&Server>> = Mutex::new(None);
    let mut shared = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    match *shared {
        Some(server) => Ok(server),
        None => Ok(shared.insert(Box::leak(Box::new(Server::start()?)))),
    }
}
