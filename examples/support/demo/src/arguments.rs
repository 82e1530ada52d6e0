//! What a server can be told on its command line.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Parser;
use tokenfolio::{BaseUrlError, PageUrls};
use tokio_postgres::Config;

use crate::start::PATH;

/// Lists access tokens over HTTP, with demo data, on 127.0.0.1.
#[derive(Clone, Debug, Parser)]
pub struct Arguments {
    /// The port to listen on; 0 picks a free one.
    #[arg(long, value_name = "N", default_value_t = 3000)]
    pub port: u16,

    /// What links begin with: the public origin, and the prefix if there is one. The server's own origin unless given.
    #[arg(long, value_name = "URL", value_parser = page_urls)]
    pub base: Option<PageUrls>,

    /// Where tokens are kept: `memory`, `sqlite` (a database in memory), `sqlite:PATH` (a file) or `postgres://..` (a
    /// server; the folder of a socket stands in place of a host with `%2F` for each slash).
    #[arg(long, value_name = "STORE", default_value = "sqlite")]
    pub store: StoreChoice,

    /// Takes a malformed page for page 1, as Laravel does.
    #[arg(long)]
    pub lenient: bool,
}

impl Arguments {
    /// Reads the command line. Where it cannot be read, or asks for help, the process ends with a text that says more.
    #[must_use]
    pub fn read() -> Self {
        Self::parse()
    }
}

/// Makes the endpoint's URLs from what they begin with.
pub(crate) fn page_urls(base: &str) -> Result<PageUrls, BaseUrlError> {
    PageUrls::new(&format!("{}{PATH}", base.trim_end_matches('/')))
}

/// Where tokens are kept. These are all that a server offers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StoreChoice {
    /// In a hash map.
    Memory,
    /// In a database of a PostgreSQL server.
    Postgres(Box<Config>),
    /// In an SQLite database in memory.
    Sqlite,
    /// In an SQLite file.
    SqliteFile(PathBuf),
}

impl FromStr for StoreChoice {
    type Err = StoreChoiceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "memory" => Ok(Self::Memory),
            None if text == "sqlite" => Ok(Self::Sqlite),
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::SqliteFile(path.into())),
            Some(("postgres" | "postgresql", _)) => {
                text.parse().map(|config| Self::Postgres(Box::new(config))).map_err(|_| StoreChoiceError(()))
            }
            _ => Err(StoreChoiceError(())),
        }
    }
}

/// A text that names no store.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected `memory`, `sqlite`, `sqlite:PATH` or `postgres://USER@HOST/DATABASE`")]
pub struct StoreChoiceError(());
