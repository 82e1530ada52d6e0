//! Starts and stops a server.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use crate::error::{Error, ServerError};
use crate::folder::Folder;
use crate::process::Process;
use crate::program::{User, program, run};

/// A PostgreSQL server with its own data. When it is dropped or the current process ends, the server is stopped and its
/// data is removed.
#[derive(Debug)]
pub struct Server {
    // Dropped before `process`, because dropping the folder stops the server.
    folder: Folder,
    process: Process,
    user: Option<User>,
    port: Option<u16>,
}

impl Server {
    /// Starts a server that listens only on a socket.
    ///
    /// # Errors
    ///
    /// Fails if PostgreSQL is not installed or the server does not start. The error contains the server's output.
    pub fn start() -> Result<Self, ServerError> {
        Self::new(None)
    }

    /// Starts a server that also listens on a port of 127.0.0.1. The port 0 picks a free one. Every user of this machine
    /// can connect.
    ///
    /// # Errors
    ///
    /// Fails for the same reasons as [`start`](Self::start), or if the port is in use.
    pub fn start_on(port: u16) -> Result<Self, ServerError> {
        Self::new(Some(port))
    }

    fn new(port: Option<u16>) -> Result<Self, ServerError> {
        let user = User::for_server()?;
        let folder = Folder::create(user)?;
        let mut initdb = program("initdb", user, folder.path())?;
        initdb.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
        run(initdb.arg(folder.data()), "initdb")?;
        // The data need not survive a crash of the machine. `ALTER SYSTEM` can override these settings.
        folder.configure("fsync = off\nfull_page_writes = off\n")?;
        let port = if port == Some(0) { Some(free_port()?) } else { port };
        let process = Process::start(&folder, user, port)?;
        Ok(Self { folder, process, user, port })
    }

    /// Returns the URL to connect to, with the port if there is one, else with the socket.
    #[must_use]
    pub fn url(&self) -> String {
        match self.port {
            Some(port) => format!("postgres://postgres@127.0.0.1:{port}/postgres"),
            None => {
                let folder = self.folder.path().to_string_lossy().replace('%', "%25").replace('/', "%2F");
                format!("postgres://postgres@{folder}/postgres")
            }
        }
    }

    /// Runs SQL, with `psql`.
    ///
    /// # Errors
    ///
    /// Fails if the SQL fails or the server is not running.
    pub fn run(&self, sql: &str) -> Result<(), ServerError> {
        Ok(psql(&self.url(), sql)?)
    }

    /// Shuts the server down. It closes connections and writes all data.
    ///
    /// # Errors
    ///
    /// Fails if the server is not running.
    pub fn stop(&mut self) -> Result<(), ServerError> {
        let mut pg_ctl = program("pg_ctl", self.user, self.folder.path())?;
        run(pg_ctl.args(["-m", "fast", "stop", "-D"]).arg(self.folder.data()), "pg_ctl")?;
        Ok(self.process.wait()?)
    }

    /// Kills the server, like a crash of its machine. Connections break, no data is written, and the next start replays
    /// the log.
    ///
    /// # Errors
    ///
    /// Fails if the server is not running.
    pub fn kill(&mut self) -> Result<(), ServerError> {
        Ok(self.process.kill()?)
    }

    /// Restarts a stopped or killed server, with the same data and URL.
    ///
    /// # Errors
    ///
    /// Fails for the same reasons as [`start`](Self::start), or if the server is running.
    pub fn start_again(&mut self) -> Result<(), ServerError> {
        self.process = Process::start(&self.folder, self.user, self.port)?;
        Ok(())
    }
}

/// Runs SQL on a database.
pub(crate) fn psql(url: &str, sql: &str) -> Result<(), Error> {
    let mut psql = program("psql", None, Path::new("/"))?;
    run(psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]), "psql")?;
    Ok(())
}

/// Returns a free port. If another process takes it first, the server does not start.
fn free_port() -> Result<u16, Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::Port)?;
    Ok(listener.local_addr().map_err(Error::Port)?.port())
}
