//! A server's folder, and who clears it away.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, process};

use crate::error::Trouble;
use crate::program::{self, User};

/// A folder for a server, with a process that stops the server and removes the folder as soon as this value is dropped,
/// or the process it lives in has ended, in whatever way.
///
/// That is a shell which waits for the end of a pipe. A signal that the kernel sends when a parent dies would not do:
/// it is sent when the parent's *thread* ends, as those of tests do, and it removes no folder.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    cleaner: Child,
}

impl Folder {
    /// Makes a folder that only the user may enter.
    pub(crate) fn make(user: Option<User>) -> Result<Self, Trouble> {
        let path = env::temp_dir().join(unused_name());
        let mut cleaner = cleaner(&path, user)?;
        let trouble = |error| Trouble::Folder { path: path.clone(), error };
        DirBuilder::new().mode(0o700).create(&path).map_err(trouble)?;
        if let Some(User { uid, gid }) = user {
            chown(&path, Some(uid), Some(gid)).map_err(trouble)?;
        }
        let cleaner = cleaner.spawn().map_err(|error| Trouble::Spawn { program: "sh", error })?;
        Ok(Self { path, cleaner })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns where the server keeps its data.
    pub(crate) fn data(&self) -> PathBuf {
        data(&self.path)
    }

    /// Adds settings to the server's, once its data are there.
    pub(crate) fn configure(&self, settings: &str) -> Result<(), Trouble> {
        let path = self.data().join("postgresql.conf");
        let file = OpenOptions::new().append(true).open(&path);
        file.and_then(|mut file| file.write_all(settings.as_bytes())).map_err(|error| Trouble::Folder { path, error })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.cleaner.stdin.take());
        // A failure leaves a folder among other temporary ones, which no test should fail for.
        drop(self.cleaner.wait());
    }
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// Short, because the path of a socket must be.
fn unused_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    format!("tokenfolio-pg-{}-{count}-{nanos:x}", process::id())
}

/// Makes the command that waits for the end of its input, and then clears away.
fn cleaner(folder: &Path, user: Option<User>) -> Result<Command, Trouble> {
    // Signals that a terminal sends to the tests reach this process too, which is to outlive them.
    const SCRIPT: &str = r#"
        trap '' HUP INT TERM
        folder=$1; shift
        cat
        "$@"
        rm -rf "$folder"
    "#;
    let mut stop = program::program("pg_ctl", user, folder)?;
    stop.args(["-m", "immediate", "stop", "-D"]).arg(data(folder));
    let mut shell = Command::new("sh");
    shell.args(["-c", SCRIPT, "sh"]).arg(folder).arg(stop.get_program()).args(stop.get_args());
    // As the same user, who owns all that is in the folder; the folder itself, in a place that all may write to, too.
    if let Some(User { uid, gid }) = user {
        shell.uid(uid).gid(gid);
    }
    shell.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(shell)
}
