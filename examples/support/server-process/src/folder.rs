//! A server's folder, and the process that removes it.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, process};

use crate::error::ServerError;
use crate::installation::{Installation, User};

/// A folder for a server. A cleaner process stops the server and removes the folder when this value is dropped, or when
/// the current process ends or is killed.
///
/// The cleaner is a shell that waits for the end of a pipe. A parent-death signal would not work: the kernel sends it
/// when the parent's *thread* ends, as threads of tests do, and it would not remove the folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    cleaner: Child,
}

impl Folder {
    /// Creates a folder that only the server's user may enter. Its name starts with `prefix`, which should be short,
    /// because the path of a socket has a maximum length.
    ///
    /// `stop` returns the command that stops the server in a folder. The command runs once. Its failure is ignored.
    ///
    /// # Errors
    ///
    /// Fails if the folder cannot be created, or if the cleaner cannot be started.
    pub fn create(
        prefix: &str,
        installation: &Installation,
        stop: impl FnOnce(&Path) -> Result<Command, ServerError>,
    ) -> Result<Self, ServerError> {
        let path = env::temp_dir().join(unused_name(prefix));
        let mut cleaner = cleaner(&path, &stop(&path)?, installation.user());
        let folder_error = |error| ServerError::Folder { path: path.clone(), error };
        DirBuilder::new().mode(0o700).create(&path).map_err(folder_error)?;
        if let Some(User { uid, gid }) = installation.user() {
            chown(&path, Some(uid), Some(gid)).map_err(folder_error)?;
        }
        let cleaner = cleaner.spawn().map_err(|error| ServerError::Spawn { program: "sh", error })?;
        Ok(Self { path, cleaner })
    }

    /// Returns the path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.cleaner.stdin.take());
        // A temporary folder that remains is no reason to fail a test.
        drop(self.cleaner.wait());
    }
}

fn unused_name(prefix: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    format!("{prefix}-{}-{count}-{nanos:x}", process::id())
}

/// Returns the command that waits for the end of its input, and then stops the server and removes the folder.
fn cleaner(folder: &Path, stop: &Command, user: Option<User>) -> Command {
    const SCRIPT: &str = r#"
        folder=$1; shift
        cat
        "$@"
        rm -rf "$folder"
    "#;
    let mut shell = Command::new("sh");
    shell.args(["-c", SCRIPT, "sh"]).arg(folder).arg(stop.get_program()).args(stop.get_args());
    // The server's user owns the folder and its content.
    if let Some(User { uid, gid }) = user {
        shell.uid(uid).gid(gid);
    }
    // Ctrl-c, or a program such as `timeout`, sends a signal to the whole process group of the tests. The cleaner must
    // outlive the tests.
    shell.process_group(0);
    shell.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    shell
}
