//! The process of a server.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::ServerError;
use crate::installation::run;

/// The maximum time that a server may take to start.
const STARTUP_TIMEOUT: Duration = Duration::from_secs(60);

/// A server's process, which may have ended.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts a server, and waits until `is_ready` returns true for its process id. The server's output is written to
    /// `log`.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be started, ends or is not ready in time. The error then contains the server's output.
    pub fn start(
        server: &mut Command,
        program: &'static str,
        log: &Path,
        is_ready: impl Fn(u32) -> bool,
    ) -> Result<Self, ServerError> {
        let folder_error = |error| ServerError::Folder { path: log.to_owned(), error };
        let file = File::create(log).map_err(folder_error)?;
        server.stdin(Stdio::null()).stdout(file.try_clone().map_err(folder_error)?).stderr(file);
        let child = server.spawn().map_err(|error| ServerError::Spawn { program, error })?;
        let mut process = Self(child);
        let deadline = Instant::now() + STARTUP_TIMEOUT;
        while !is_ready(process.id()) {
            let has_ended = process.0.try_wait().map_err(ServerError::End)?.is_some();
            if has_ended || Instant::now() > deadline {
                let output = fs::read_to_string(log).unwrap_or_default();
                return Err(ServerError::Failed { program, output });
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(process)
    }

    /// Returns the id of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Kills every process of the server, so that it cannot write to a connection or to the disk.
    ///
    /// # Errors
    ///
    /// Fails if the process has ended.
    pub fn kill(&mut self) -> Result<(), ServerError> {
        let id = self.0.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).map_err(ServerError::End)?;
        let children: Vec<_> = children.split_whitespace().collect();
        self.0.kill().map_err(ServerError::End)?;
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill -KILL \"$@\" || true", "sh"]).args(&children).stderr(Stdio::null());
        run(&mut kill, "kill")?;
        self.wait()?;
        // A new server cannot use the data until all processes have ended.
        while children.iter().any(|child| is_running(child)) {
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Waits until the process has ended.
    ///
    /// # Errors
    ///
    /// Fails if the operating system reports an error.
    pub fn wait(&mut self) -> Result<(), ServerError> {
        self.0.wait().map_err(ServerError::End)?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The process has already ended, unless an attempt to stop it has failed.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A zombie process has no command line.
fn is_running(id: &str) -> bool {
    fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| !line.is_empty())
}
