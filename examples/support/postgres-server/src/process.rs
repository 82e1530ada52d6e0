//! The process of a server.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::folder::Folder;
use crate::program::{User, program, run};

/// How long a server may take to start.
const STARTUP_TIMEOUT: Duration = Duration::from_secs(60);

/// A server's process, which may have ended.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    /// Starts a server on existing data, and waits until it is ready.
    pub(crate) fn start(folder: &Folder, user: Option<User>, port: Option<u16>) -> Result<Self, Error> {
        let log = folder.path().join("log");
        let folder_error = |error| Error::Folder { path: log.clone(), error };
        let file = File::create(&log).map_err(folder_error)?;
        let mut server = program("postgres", user, folder.path())?;
        server.arg("-D").arg(folder.data()).arg("-k").arg(folder.path());
        match port {
            Some(port) => server.args(["-c", "listen_addresses=127.0.0.1", "-p", &port.to_string()]),
            None => server.args(["-c", "listen_addresses="]),
        };
        server.stdin(Stdio::null()).stdout(file.try_clone().map_err(folder_error)?).stderr(file);
        let child = server.spawn().map_err(|error| Error::Spawn { program: "postgres", error })?;
        let mut process = Self(child);
        let deadline = Instant::now() + STARTUP_TIMEOUT;
        while !process.is_ready(folder) {
            let has_ended = process.0.try_wait().map_err(Error::End)?.is_some();
            if has_ended || Instant::now() > deadline {
                let output = fs::read_to_string(&log).unwrap_or_default();
                return Err(Error::Failed { program: "postgres", output });
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(process)
    }

    /// Reads the status file that the server writes for `pg_ctl`. The file of an earlier process can still exist.
    fn is_ready(&self, folder: &Folder) -> bool {
        let file = fs::read_to_string(folder.data().join("postmaster.pid")).unwrap_or_default();
        let lines: Vec<_> = file.lines().map(str::trim_end).collect();
        lines.first() == Some(&self.0.id().to_string().as_str()) && lines.get(7) == Some(&"ready")
    }

    /// Kills every process of the server, so that it cannot write to a connection or to the disk.
    pub(crate) fn kill(&mut self) -> Result<(), Error> {
        let id = self.0.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).map_err(Error::End)?;
        let children: Vec<_> = children.split_whitespace().collect();
        self.0.kill().map_err(Error::End)?;
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

    pub(crate) fn wait(&mut self) -> Result<(), Error> {
        self.0.wait().map_err(Error::End)?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended, unless stopping it failed.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A zombie process has no command line.
fn is_running(id: &str) -> bool {
    fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| !line.is_empty())
}
