//! A server's folder, and the process that removes it.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, process};

use crate::error::Error;
use crate::program::{self, User};

/// A folder for a server. A cleaner process stops the server and removes the folder when this value is dropped, or when
/// the current process ends or is killed.
///
/// The cleaner is a shell that waits for the end of a pipe. A parent-death signal would not work: the kernel sends it
/// when the parent's *thread* ends, as threads of tests do, and it would not remove the folder.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    cleaner: Child,
}

impl Folder {
    /// Creates a folder that only the user may enter.
    pub(crate) fn create(user: Option<User>) -> Result<Self, Error> {
        let path = env::temp_dir().join(unused_name());
        let mut cleaner = cleaner(&path, user)?;
        let folder_error = |error| Error::Folder { path: path.clone(), error };
        DirBuilder::new().mode(0o700).create(&path).map_err(folder_error)?;
        if let Some(User { uid, gid }) = user {
            chown(&path, Some(uid), Some(gid)).map_err(folder_error)?;
        }
        let cleaner = cleaner.spawn().map_err(|error| Error::Spawn { program: "sh", error })?;
        Ok(Self { path, cleaner })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the folder of the server's data.
    pub(crate) fn data(&self) -> PathBuf {
        data(&self.path)
    }

    /// Appends settings to the server's configuration, which `initdb` has created.
    pub(crate) fn configure(&self, settings: &str) -> Result<(), Error> {
        let path = self.data().join("postgresql.conf");
        let file = OpenOptions::new().append(true).open(&path);
        file.and_then(|mut file| file.write_all(settings.as_bytes())).map_err(|error| Error::Folder { path, error })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.cleaner.stdin.take());
        // A temporary folder that remains is no reason to fail a test.
        drop(self.cleaner.wait());
    }
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// Returns a short name, because the path of a socket has a maximum length.
fn unused_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    format!("tokenfolio-pg-{}-{count}-{nanos:x}", process::id())
}

/// Returns the command that waits for the end of its input, and then stops the server and removes the folder.
fn cleaner(folder: &Path, user: Option<User>) -> Result<Command, Error> {
    // A terminal sends its signals to the cleaner too, which must outlive the tests.
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
    // The server's user owns the folder and its content.
    if let Some(User { uid, gid }) = user {
        shell.uid(uid).gid(gid);
    }
    shell.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(shell)
}
