use std::io;
use std::path::PathBuf;

/// An error of a temporary server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The server's process cannot be ended.
    #[error("the server did not end: {0}")]
    End(io::Error),
    /// A program failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// The name of the program.
        program: &'static str,
        /// The output of the program.
        output: String,
    },
    /// A file or a folder of the server cannot be created or written.
    #[error("cannot prepare {path}: {error}")]
    Folder {
        /// The path.
        path: PathBuf,
        /// The cause.
        error: io::Error,
    },
    /// A program is not installed.
    #[error("{program} is not installed (Debian: `apt-get install {package}`)")]
    Missing {
        /// The name of the program.
        program: &'static str,
        /// Debian's package with the program.
        package: &'static str,
    },
    /// No port is free.
    #[error("cannot find a free port: {0}")]
    Port(io::Error),
    /// A program cannot be started.
    #[error("cannot run {program}: {error}")]
    Spawn {
        /// The name of the program.
        program: &'static str,
        /// The cause.
        error: io::Error,
    },
}
