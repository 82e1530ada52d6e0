use std::io;
use std::path::PathBuf;

/// Why there is no server, or it did not do what it was told.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ServerError(#[from] Trouble);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
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
