use std::io;
use std::path::PathBuf;

/// An error of a PostgreSQL server.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ServerError(#[from] Error);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the server did not end: {0}")]
    End(io::Error),
    #[error("{program} failed: {output}")]
    Failed { program: &'static str, output: String },
    #[error("cannot prepare {path}: {error}")]
    Folder { path: PathBuf, error: io::Error },
    #[error(
        "PostgreSQL is needed and not installed: {0} is neither on PATH nor in /usr/lib/postgresql/*/bin (Debian: \
         `apt-get install postgresql`); or name another database in TOKENFOLIO_PG_URL"
    )]
    Missing(&'static str),
    #[error("cannot find a free port: {0}")]
    Port(io::Error),
    #[error("cannot run {program}: {error}")]
    Spawn { program: &'static str, error: io::Error },
}
