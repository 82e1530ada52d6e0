//! The command line of a server.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Parser;
use tokenfolio::{AllowedIp, AllowedIps, BaseUrlError, Pagination, TrustedProxies};

use crate::start::PATH;

/// Lists access tokens over HTTP, with demo data, on 127.0.0.1.
#[derive(Clone, Debug, Parser)]
pub struct Arguments {
    /// The port to listen on. 0 chooses a free port.
    #[arg(long, value_name = "N", default_value_t = 3000)]
    pub port: u16,

    /// The base of every link: the public origin, and a path prefix if there is one. The default is the server's own
    /// origin.
    #[arg(long, value_name = "URL", value_parser = pagination)]
    pub base: Option<Pagination>,

    /// The store: `memory`, `sqlite` (a database in memory), `sqlite:PATH` (a file), `postgres://USER@HOST/DATABASE`, which
    /// needs the cargo feature `postgres`, or `mysql://USER@HOST/DATABASE`, which needs `mysql`. For the folder of a socket of
    /// PostgreSQL, write `%2F` for each slash in HOST. For a socket of MySQL or MariaDB, add `?socket=PATH`. For a Galera
    /// cluster, HOST is a list: `mysql://USER@HOST,HOST,HOST/DATABASE`.
    #[arg(long, value_name = "STORE", default_value = "sqlite")]
    pub store: StoreChoice,

    /// Treats an invalid page number as page 1, as Laravel does.
    #[arg(long)]
    pub lenient: bool,

    /// Trusts the header `X-Forwarded-For` of the proxy at this address, or of all proxies in this range. Can be repeated.
    #[arg(long = "trust-proxy", value_name = "RANGE")]
    pub trusted_proxies: Vec<AllowedIp>,
}

impl Arguments {
    /// Parses the command line. Ends the process with a message if the command line is invalid or asks for help.
    #[must_use]
    pub fn read() -> Self {
        Self::parse()
    }

    /// Returns the trusted proxies, or `None` if there are none.
    pub(crate) fn trusted_proxies(&self) -> Option<TrustedProxies> {
        AllowedIps::new(self.trusted_proxies.iter().copied()).ok().map(TrustedProxies::x_forwarded_for)
    }
}

/// Creates the endpoint's pagination from the base URL of its links.
pub(crate) fn pagination(base: &str) -> Result<Pagination, BaseUrlError> {
    Pagination::new(&format!("{}{PATH}", base.trim_end_matches('/')))
}

/// The stores that a server offers. The features `mysql` and `postgres` add one each.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum StoreChoice {
    /// A hash map.
    Memory,
    /// A database of a MariaDB or MySQL server, with Laravel Sanctum's table.
    #[cfg(feature = "mysql")]
    MySql(crate::mysql::MySqlUrl),
    /// A database of a PostgreSQL server.
    #[cfg(feature = "postgres")]
    Postgres(Box<tokio_postgres::Config>),
    /// An SQLite database in memory.
    Sqlite,
    /// An SQLite file.
    SqliteFile(PathBuf),
}

impl FromStr for StoreChoice {
    type Err = StoreChoiceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "memory" => Ok(Self::Memory),
            None if text == "sqlite" => Ok(Self::Sqlite),
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::SqliteFile(path.into())),
            #[cfg(feature = "mysql")]
            Some(("mysql" | "mariadb", _)) => text.parse().map(Self::MySql).map_err(|_| StoreChoiceError::Unknown),
            #[cfg(not(feature = "mysql"))]
            Some(("mysql" | "mariadb", _)) => Err(StoreChoiceError::WithoutMySql),
            #[cfg(feature = "postgres")]
            Some(("postgres" | "postgresql", _)) => {
                let config = text.parse().map_err(|_| StoreChoiceError::Unknown)?;
                Ok(Self::Postgres(Box::new(config)))
            }
            #[cfg(not(feature = "postgres"))]
            Some(("postgres" | "postgresql", _)) => Err(StoreChoiceError::WithoutPostgres),
            _ => Err(StoreChoiceError::Unknown),
        }
    }
}

/// An error for a text that is not a store of this server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreChoiceError {
    /// The text names no store.
    #[error(
        "expected `memory`, `sqlite`, `sqlite:PATH`, `postgres://USER@HOST/DATABASE` or `mysql://USER@HOST/DATABASE`"
    )]
    Unknown,
    /// The text is the URL of a MariaDB or MySQL database.
    #[error(
        "this server was built without MySQL: run `cargo example {} --features mysql -- --store mysql://..`",
        program()
    )]
    WithoutMySql,
    /// The text is the URL of a PostgreSQL database.
    #[error(
        "this server was built without PostgreSQL: run `cargo example {} --features postgres -- --store postgres://..`",
        program()
    )]
    WithoutPostgres,
}

/// The name of this program, which `cargo example` takes.
fn program() -> String {
    let path = std::env::current_exe().unwrap_or_default();
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
