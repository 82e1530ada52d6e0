//! A connection pool in front of a server.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use tokenfolio_server_process::{Folder, Installation, Process, ServerError};

use crate::server::{Server, socket_url};

/// The port, which is a part of the socket's name.
const PORT: u16 = 5432;

/// How long a client of a [`Pooler`] has a server process for itself.
#[derive(Clone, Copy, Debug)]
pub enum PoolMode {
    /// Until the client disconnects.
    Session,
    /// Until the end of each transaction.
    Transaction,
    /// Until the end of each statement.
    Statement,
}

impl PoolMode {
    fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Transaction => "transaction",
            Self::Statement => "statement",
        }
    }
}

/// A PgBouncer in front of a [`Server`]. It listens on a socket. When it is dropped or the current process ends, it is
/// stopped and its folder is removed.
///
/// It needs an installed PgBouncer, on `PATH` or in Debian's folder.
#[derive(Debug)]
pub struct Pooler {
    // Dropped before `process`, because dropping the folder stops the process.
    folder: Folder,
    _process: Process,
}

impl Pooler {
    /// Starts a PgBouncer that connects to a server's socket.
    ///
    /// # Errors
    ///
    /// Fails if PgBouncer is not installed or does not start. The error contains its output.
    pub fn start(server: &Server, mode: PoolMode) -> Result<Self, ServerError> {
        let installation = Installation::new("pgbouncer", "postgres", vec![PathBuf::from("/usr/sbin")])?;
        let folder = Folder::create("tokenfolio-pool", &installation, |folder| {
            let mut stop = Command::new("sh");
            stop.args(["-c", r#"kill "$(cat "$0")""#]).arg(folder.join("pid"));
            Ok(stop)
        })?;
        let path = folder.path();
        write(&path.join("users"), "\"postgres\" \"\"\n")?;
        write(&path.join("settings.ini"), &settings(path, server.folder(), mode))?;
        let mut pooler = installation.command("pgbouncer", path)?;
        pooler.arg("settings.ini");
        let socket = path.join(format!(".s.PGSQL.{PORT}"));
        let process =
            Process::start(&mut pooler, "pgbouncer", &path.join("log"), |_| UnixStream::connect(&socket).is_ok())?;
        Ok(Self { folder, _process: process })
    }

    /// Returns the URL to connect to.
    #[must_use]
    pub fn url(&self) -> String {
        socket_url(self.folder.path())
    }
}

/// Returns the settings of a PgBouncer in a folder, in front of the server in another folder.
fn settings(folder: &Path, server: &Path, mode: PoolMode) -> String {
    format!(
        "[databases]
        * = host={server} port={PORT}
        [pgbouncer]
        listen_port = {PORT}
        unix_socket_dir = {folder}
        pidfile = {folder}/pid
        auth_type = trust
        auth_file = {folder}/users
        pool_mode = {mode}
        ; After a failure, it connects again after this many seconds.
        server_login_retry = 1
        ",
        server = server.display(),
        folder = folder.display(),
        mode = mode.as_str(),
    )
}

fn write(path: &Path, content: &str) -> Result<(), ServerError> {
    fs::write(path, content).map_err(|error| ServerError::Folder { path: path.to_owned(), error })
}
