//! Starts and stops a server.

use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use tokenfolio_server_process::{Folder, Installation, Process, ServerError, run, run_with_input};

/// The empty database that every server has.
const DATABASE: &str = "test";
/// The data must survive a killed server, but not a crash of the machine. The buffer pool is small, because the tests
/// have few rows. The backlog is large, because connections that a test drops remain in it for a while.
const SETTINGS: [&str; 5] = [
    "--skip-networking",
    "--skip-name-resolve",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-buffer-pool-size=64M",
    "--back-log=1024",
];

/// A MariaDB server with its own data. When it is dropped or the current process ends, the server is stopped and its data
/// is removed.
#[derive(Debug)]
pub struct Server {
    // Dropped before `process`, because dropping the folder stops the server.
    folder: Folder,
    process: Process,
    installation: Installation,
    pub(crate) options: Vec<String>,
}

impl Server {
    /// Starts a server whose time zone is UTC.
    ///
    /// # Errors
    ///
    /// Fails if MariaDB is not installed or the server does not start. The error contains the server's output.
    pub fn start() -> Result<Self, ServerError> {
        Self::start_with(["--default-time-zone=+00:00"])
    }

    /// Starts a server with options of `mariadbd`, such as `--default-time-zone=-05:00`.
    ///
    /// # Errors
    ///
    /// Fails for the same reasons as [`start`](Self::start).
    pub fn start_with(options: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, ServerError> {
        let installation = installation()?;
        let folder = create_folder(&installation)?;
        let mut install = installation.command("mariadb-install-db", folder.path())?;
        install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-name-resolve"]);
        run(install.args(folder_options(folder.path())), "mariadb-install-db")?;
        let options = options.into_iter().map(Into::into).collect();
        Self::start_in(folder, installation, options)
    }

    /// Starts a server without data, which receives the data of its cluster.
    pub(crate) fn join(options: Vec<String>) -> Result<Self, ServerError> {
        let installation = installation()?;
        let folder = create_folder(&installation)?;
        run(installation.command("mkdir", folder.path())?.arg("data"), "mkdir")?;
        Self::start_in(folder, installation, options)
    }

    fn start_in(folder: Folder, installation: Installation, options: Vec<String>) -> Result<Self, ServerError> {
        let process = start(&installation, folder.path(), &options)?;
        Ok(Self { folder, process, installation, options })
    }

    /// Returns the URL of an empty database, for the user `root`, who has no password.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of(DATABASE)
    }

    pub(crate) fn url_of(&self, database: &str) -> String {
        let socket = socket(self.folder.path()).to_string_lossy().replace('%', "%25").replace('/', "%2F");
        format!("mysql://root@localhost/{database}?socket={socket}")
    }

    /// Runs SQL in the empty database, with the program `mariadb`.
    ///
    /// # Errors
    ///
    /// Fails if the SQL fails or the server is not running.
    pub fn run(&self, sql: &str) -> Result<(), ServerError> {
        self.run_in(DATABASE, sql)
    }

    pub(crate) fn run_in(&self, database: &str, sql: &str) -> Result<(), ServerError> {
        let mut client = self.installation.command("mariadb", self.folder.path())?;
        client.args(["--no-defaults", "--default-character-set=utf8mb4", "--user=root", "--socket"]);
        run_with_input(client.arg(socket(self.folder.path())).arg(database), "mariadb", sql)?;
        Ok(())
    }

    /// Returns the id of the server's process, to send it a signal.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Kills the server. Connections break, and the next start replays the log.
    ///
    /// # Errors
    ///
    /// Fails if the server is not running.
    pub fn kill(&mut self) -> Result<(), ServerError> {
        self.process.kill()
    }

    /// Restarts a killed server, with the same data and URL.
    ///
    /// # Errors
    ///
    /// Fails for the same reasons as [`start`](Self::start), or if the server is running.
    pub fn start_again(&mut self) -> Result<(), ServerError> {
        self.process = start(&self.installation, self.folder.path(), &self.options)?;
        Ok(())
    }
}

/// Finds MariaDB, on `PATH` or in Debian's folder.
fn installation() -> Result<Installation, ServerError> {
    Installation::new("mariadb-server", "mysql", vec!["/usr/sbin".into()])
}

/// Creates the folder of a server, with the command that stops the server and the programs that it runs.
fn create_folder(installation: &Installation) -> Result<Folder, ServerError> {
    Folder::create("tokenfolio-db", installation, |folder| {
        let mut stop = installation.command("sh", folder)?;
        stop.args(["-c", "kill -KILL \"-$(cat \"$1\")\"", "sh"]).arg(process_id(folder));
        Ok(stop)
    })
}

/// Starts a server in a separate process group, and waits until it accepts connections.
fn start(installation: &Installation, folder: &Path, options: &Vec<String>) -> Result<Process, ServerError> {
    let server = installation.command("mariadbd", folder)?;
    // The shell writes the process id, because the server itself writes it late. Until then, a server that starts could
    // not be stopped.
    let mut shell = installation.command("sh", folder)?;
    shell.args(["-c", "echo $$ >\"$1\"; shift; exec \"$@\"", "sh"]).arg(process_id(folder)).arg(server.get_program());
    shell
        .arg("--no-defaults")
        .args(folder_options(folder))
        .arg("--socket")
        .arg(socket(folder))
        .args(SETTINGS)
        .args(options)
        .process_group(0);
    let is_ready = |_| UnixStream::connect(socket(folder)).is_ok();
    Process::start(&mut shell, "mariadbd", &folder.join("log"), is_ready)
}

/// Returns the options for the folders of data and of temporary files. Each server has its own folder for temporary
/// files, because a server that starts removes the temporary tables of all servers in that folder.
fn folder_options(folder: &Path) -> [String; 2] {
    [format!("--datadir={}", folder.join("data").display()), format!("--tmpdir={}", folder.display())]
}

fn process_id(folder: &Path) -> PathBuf {
    folder.join("pid")
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("socket")
}
