//! The process of a server.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Trouble;
use crate::folder::Folder;
use crate::program::{User, program, run};

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server, or one that has run.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    /// Starts a server on data that are there, and waits until it answers.
    pub(crate) fn start(folder: &Folder, user: Option<User>, port: Option<u16>) -> Result<Self, Trouble> {
        let log = folder.path().join("log");
        let trouble = |error| Trouble::Folder { path: log.clone(), error };
        let file = File::create(&log).map_err(trouble)?;
        let mut server = program("postgres", user, folder.path())?;
        server.arg("-D").arg(folder.data()).arg("-k").arg(folder.path());
        match port {
            Some(port) => server.args(["-c", "listen_addresses=127.0.0.1", "-p", &port.to_string()]),
            None => server.args(["-c", "listen_addresses="]),
        };
        server.stdin(Stdio::null()).stdout(file.try_clone().map_err(trouble)?).stderr(file);
        let child = server.spawn().map_err(|error| Trouble::Spawn { program: "postgres", error })?;
        let mut process = Self(child);
        let deadline = Instant::now() + PATIENCE;
        while !process.answers(folder) {
            let has_ended = process.0.try_wait().map_err(Trouble::End)?.is_some();
            if has_ended || Instant::now() > deadline {
                let output = fs::read_to_string(&log).unwrap_or_default();
                return Err(Trouble::Failed { program: "postgres", output });
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(process)
    }

    /// Tells whether the server says so in the file that it writes for `pg_ctl`. Another's may be left there.
    fn answers(&self, folder: &Folder) -> bool {
        let file = fs::read_to_string(folder.data().join("postmaster.pid")).unwrap_or_default();
        let lines: Vec<_> = file.lines().map(str::trim_end).collect();
        lines.first() == Some(&self.0.id().to_string().as_str()) && lines.get(7) == Some(&"ready")
    }

    /// Ends every process of the server at once, so that none has time for a word, to a connection or to the disk.
    pub(crate) fn kill(&mut self) -> Result<(), Trouble> {
        let id = self.0.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).map_err(Trouble::End)?;
        let children: Vec<_> = children.split_whitespace().collect();
        self.0.kill().map_err(Trouble::End)?;
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill -KILL \"$@\" || true", "sh"]).args(&children).stderr(Stdio::null());
        run(&mut kill, "kill")?;
        self.wait()?;
        // As long as one is left, another server cannot have the data.
        while children.iter().any(|child| is_running(child)) {
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    pub(crate) fn wait(&mut self) -> Result<(), Trouble> {
        self.0.wait().map_err(Trouble::End)?;
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

/// A process that has ended, and whose end was not asked for yet, has no command line any more.
fn is_running(id: &str) -> bool {
    fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| !line.is_empty())
}
