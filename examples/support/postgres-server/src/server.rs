//! Starting and stopping.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use crate::error::{ServerError, Trouble};
use crate::folder::Folder;
use crate::process::Process;
use crate::program::{User, program, run};

/// A PostgreSQL server with data of its own. It is stopped when dropped, or when its process ends, and its data
/// removed.
#[derive(Debug)]
pub struct Server {
    // Dropped before the process, which is thereby told to end.
    folder: Folder,
    process: Process,
    user: Option<User>,
    port: Option<u16>,
}

impl Server {
    /// Starts a server that listens on a socket alone.
    ///
    /// # Errors
    ///
    /// A machine without PostgreSQL, or a server that does not start, with what it printed.
    pub fn start() -> Result<Self, ServerError> {
        Self::new(None)
    }

    /// Starts a server that listens on a port of 127.0.0.1 too; 0 picks a free one. Whoever is on this machine may then
    /// connect.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), or a port that is taken.
    pub fn start_on(port: u16) -> Result<Self, ServerError> {
        Self::new(Some(port))
    }

    fn new(port: Option<u16>) -> Result<Self, ServerError> {
        let user = User::for_server()?;
        let folder = Folder::make(user)?;
        let mut initdb = program("initdb", user, folder.path())?;
        initdb.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
        run(initdb.arg(folder.data()), "initdb")?;
        // The data need not survive the machine, so nothing waits for a disk. `ALTER SYSTEM` may say otherwise.
        folder.configure("fsync = off\nfull_page_writes = off\n")?;
        let port = if port == Some(0) { Some(free_port()?) } else { port };
        let process = Process::start(&folder, user, port)?;
        Ok(Self { folder, process, user, port })
    }

    /// Returns where to connect to: `postgres://..`, by the port if there is one, else by the socket.
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
    /// SQL that fails, or a server that is not there.
    pub fn run(&self, sql: &str) -> Result<(), ServerError> {
        Ok(psql(&self.url(), sql)?)
    }

    /// Stops the server as for a shutdown: connections are told, and all is written.
    ///
    /// # Errors
    ///
    /// A server that is not running.
    pub fn stop(&mut self) -> Result<(), ServerError> {
        let mut pg_ctl = program("pg_ctl", self.user, self.folder.path())?;
        run(pg_ctl.args(["-m", "fast", "stop", "-D"]).arg(self.folder.data()), "pg_ctl")?;
        Ok(self.process.wait()?)
    }

    /// Stops the server as the failure of its machine does: connections break without a word, nothing is written, and the
    /// log is replayed at the next start.
    ///
    /// # Errors
    ///
    /// A server that is not running.
    pub fn kill(&mut self) -> Result<(), ServerError> {
        Ok(self.process.kill()?)
    }

    /// Starts the server again after it was stopped or killed, with its data, in the same place.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), or a server that is running.
    pub fn start_again(&mut self) -> Result<(), ServerError> {
        self.process = Process::start(&self.folder, self.user, self.port)?;
        Ok(())
    }
}

/// Runs SQL on a database.
pub(crate) fn psql(url: &str, sql: &str) -> Result<(), Trouble> {
    let mut psql = program("psql", None, Path::new("/"))?;
    run(psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]), "psql")?;
    Ok(())
}

/// Finds a port that nobody listens on. Another may take it before the server does, which then does not start.
fn free_port() -> Result<u16, Trouble> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Trouble::Port)?;
    Ok(listener.local_addr().map_err(Trouble::Port)?.port())
}
