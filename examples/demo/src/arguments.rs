//! What a server can be told on its command line.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Parser;
use tokenfolio::{BaseUrlError, PageUrls};

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

    /// Where tokens are kept: `memory`, `sqlite` (a database in memory) or `sqlite:PATH` (a file).
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

/// Where tokens are kept. The three are all that a server offers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StoreChoice {
    /// In a hash map.
    Memory,
    /// In an SQLite database in memory.
    Sqlite,
    /// In an SQLite file.
    SqliteFile(PathBuf),
}

impl FromStr for StoreChoice {
    type Err = StoreChoiceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.strip_prefix("sqlite:")) {
            ("memory", _) => Ok(Self::Memory),
            ("sqlite", _) => Ok(Self::Sqlite),
            (_, Some(path)) if !path.is_empty() => Ok(Self::SqliteFile(path.into())),
            _ => Err(StoreChoiceError(())),
        }
    }
}

/// A text that names no store.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected `memory`, `sqlite` or `sqlite:PATH`")]
pub struct StoreChoiceError(());
