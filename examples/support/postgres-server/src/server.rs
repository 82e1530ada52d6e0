//! Starts and stops a server.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use tokenfolio_server_process::{Folder, Installation, Process, ServerError, run};

use crate::installation::{installation, psql};

/// A PostgreSQL server with its own data. When it is dropped or the current process ends, the server is stopped and its
/// data is removed.
#[derive(Debug)]
pub struct Server {
    // Dropped before `process`, because dropping the folder stops the server.
    folder: Folder,
    process: Process,
    installation: Installation,
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

    /// Starts a server that also listens on a port of 127.0.0.1. Port 0 chooses a free port. Every user of this machine
    /// can connect.
    ///
    /// # Errors
    ///
    /// Fails for the same reasons as [`start`](Self::start), or if the port is in use.
    pub fn start_on(port: u16) -> Result<Self, ServerError> {
        Self::new(Some(port))
    }

    fn new(port: Option<u16>) -> Result<Self, ServerError> {
        let installation = installation()?;
        let folder = create_folder(&installation)?;
        let mut initdb = installation.command("initdb", folder.path())?;
        initdb.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
        run(initdb.arg(data(folder.path())), "initdb")?;
        // The data does not need to survive a crash of the machine. `ALTER SYSTEM` can override these settings.
        configure(folder.path(), "fsync = off\nfull_page_writes = off\n")?;
        let port = if port == Some(0) { Some(free_port()?) } else { port };
        Self::start_in(folder, installation, port)
    }

    /// Starts a standby: a server with a copy of this server's data, which receives every later change from this server.
    /// It can be read, and listens on a free port if this server listens on a port.
    ///
    /// # Errors
    ///
    /// Fails if this server is not running or the standby does not start. The error contains the output.
    pub fn start_standby(&self) -> Result<Self, ServerError> {
        let folder = create_folder(&self.installation)?;
        let mut copy = self.installation.command("pg_basebackup", folder.path())?;
        copy.args(["--checkpoint=fast", "--no-sync", "--write-recovery-conf", "-d", &self.url(), "-D"]);
        run(copy.arg(data(folder.path())), "pg_basebackup")?;
        let port = if self.port.is_some() { Some(free_port()?) } else { None };
        Self::start_in(folder, self.installation.clone(), port)
    }

    fn start_in(folder: Folder, installation: Installation, port: Option<u16>) -> Result<Self, ServerError> {
        let process = start(&installation, folder.path(), port)?;
        Ok(Self { folder, process, installation, port })
    }

    /// Returns the URL to connect to. It contains the port if the server has one, or else the socket.
    #[must_use]
    pub fn url(&self) -> String {
        match self.port {
            Some(port) => format!("postgres://postgres@127.0.0.1:{port}/postgres"),
            None => socket_url(self.folder.path()),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs SQL, with `psql`.
    ///
    /// # Errors
    ///
    /// Fails if the SQL fails or the server is not running.
    pub fn run(&self, sql: &str) -> Result<(), ServerError> {
        psql(&self.url(), sql)
    }

    /// Promotes a standby, and waits until it accepts writes.
    ///
    /// # Errors
    ///
    /// Fails if the server is not a standby or is not running.
    pub fn promote(&mut self) -> Result<(), ServerError> {
        let mut pg_ctl = self.installation.command("pg_ctl", self.folder.path())?;
        run(pg_ctl.args(["promote", "-D"]).arg(data(self.folder.path())), "pg_ctl")?;
        Ok(())
    }

    /// Shuts the server down. It closes connections and writes all data.
    ///
    /// # Errors
    ///
    /// Fails if the server is not running.
    pub fn stop(&mut self) -> Result<(), ServerError> {
        let mut pg_ctl = self.installation.command("pg_ctl", self.folder.path())?;
        run(pg_ctl.args(["-m", "fast", "stop", "-D"]).arg(data(self.folder.path())), "pg_ctl")?;
        self.process.wait()
    }

    /// Kills the server, like a crash of its machine. Connections break, no data is written, and the next start replays
    /// the log.
    ///
    /// # Errors
    ///
    /// Fails if the server is not running.
    pub fn kill(&mut self) -> Result<(), ServerError> {
        self.process.kill()
    }

    /// Restarts a stopped or killed server, with the same data and URL.
    ///
    /// # Errors
    ///
    /// Fails for the same reasons as [`start`](Self::start), or if the server is running.
    pub fn start_again(&mut self) -> Result<(), ServerError> {
        self.process = start(&self.installation, self.folder.path(), self.port)?;
        Ok(())
    }
}

/// Returns the URL of a socket in a folder.
pub(crate) fn socket_url(folder: &Path) -> String {
    let folder = folder.to_string_lossy().replace('%', "%25").replace('/', "%2F");
    format!("postgres://postgres@{folder}/postgres")
}

fn create_folder(installation: &Installation) -> Result<Folder, ServerError> {
    Folder::create("tokenfolio-pg", installation, |folder| {
        let mut stop = installation.command("pg_ctl", folder)?;
        stop.args(["-m", "immediate", "stop", "-D"]).arg(data(folder));
        Ok(stop)
    })
}

/// Starts a server on existing data, and waits until it is ready.
fn start(installation: &Installation, folder: &Path, port: Option<u16>) -> Result<Process, ServerError> {
    let mut server = installation.command("postgres", folder)?;
    server.arg("-D").arg(data(folder)).arg("-k").arg(folder);
    match port {
        Some(port) => server.args(["-c", "listen_addresses=127.0.0.1", "-p", &port.to_string()]),
        None => server.args(["-c", "listen_addresses="]),
    };
    Process::start(&mut server, "postgres", &folder.join("log"), |id| is_ready(folder, id))
}

/// Reads the status file that the server writes for `pg_ctl`. The file of an earlier process can still exist.
fn is_ready(folder: &Path, id: u32) -> bool {
    let file = fs::read_to_string(data(folder).join("postmaster.pid")).unwrap_or_default();
    let lines: Vec<_> = file.lines().map(str::trim_end).collect();
    lines.first() == Some(&id.to_string().as_str()) && lines.get(7) == Some(&"ready")
}

/// Appends settings to the server's configuration, which `initdb` has created.
fn configure(folder: &Path, settings: &str) -> Result<(), ServerError> {
    let path = data(folder).join("postgresql.conf");
    let file = OpenOptions::new().append(true).open(&path);
    file.and_then(|mut file| file.write_all(settings.as_bytes())).map_err(|error| ServerError::Folder { path, error })
}

/// Returns the folder of the server's data.
fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// Returns a free port. If another process takes it first, the server does not start.
fn free_port() -> Result<u16, ServerError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(ServerError::Port)?;
    Ok(listener.local_addr().map_err(ServerError::Port)?.port())
}
