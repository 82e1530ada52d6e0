//! Finds and runs the programs of an installed server.

use std::env;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::error::ServerError;

/// The programs of an installed server, and the user who runs them.
///
/// Database servers do not run as root. Root runs them as the user of the installed package, or as `nobody`. Any other
/// user runs them as itself.
#[derive(Clone, Debug)]
pub struct Installation {
    package: &'static str,
    folders: Vec<PathBuf>,
    user: Option<User>,
}

/// The ids of a user and a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Installation {
    /// Describes Debian's `package`, which creates the user `user`. Programs are on `PATH` or in `folders`.
    ///
    /// # Errors
    ///
    /// Fails if the current user is not known.
    pub fn new(package: &'static str, user: &str, folders: Vec<PathBuf>) -> Result<Self, ServerError> {
        Ok(Self { package, folders, user: User::for_server(user)? })
    }

    /// Returns the command for a program, to run in a folder that its user can enter.
    ///
    /// # Errors
    ///
    /// Fails if the program is not installed.
    pub fn command(&self, program: &'static str, folder: &Path) -> Result<Command, ServerError> {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut folders = env::split_paths(&path).chain(self.folders.iter().cloned());
        let found = folders.find_map(|folder| Some(folder.join(program)).filter(|path| path.is_file()));
        let found = found.ok_or(ServerError::Missing { program, package: self.package })?;
        let mut command = Command::new(found);
        command.env("LC_ALL", "C").current_dir(folder);
        if let Some(User { uid, gid }) = self.user {
            // The program may not read root's home.
            command.uid(uid).gid(gid).env_remove("HOME");
        }
        Ok(command)
    }

    pub(crate) fn user(&self) -> Option<User> {
        self.user
    }
}

impl User {
    /// Returns the user of a server, or `None` for the current user.
    fn for_server(name: &str) -> Result<Option<Self>, ServerError> {
        if id(&["-u"])? != 0 {
            return Ok(None);
        }
        let named = |name| Ok(Self { uid: id(&["-u", name])?, gid: id(&["-g", name])? });
        named(name).or_else(|_: ServerError| named("nobody")).map(Some)
    }
}

/// Returns a numeric id of the current user or of a named user.
fn id(arguments: &[&str]) -> Result<u32, ServerError> {
    let output = run(Command::new("id").args(arguments), "id")?;
    output.trim().parse().map_err(|_| ServerError::Failed { program: "id", output })
}

/// Runs a command to its end without input, and returns its standard output.
///
/// # Errors
///
/// Fails if the command cannot be started or fails.
pub fn run(command: &mut Command, program: &'static str) -> Result<String, ServerError> {
    run_with_input(command, program, "")
}

/// Runs a command to its end with standard input, and returns its standard output.
///
/// # Errors
///
/// Fails if the command cannot be started or fails.
pub fn run_with_input(command: &mut Command, program: &'static str, input: &str) -> Result<String, ServerError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| ServerError::Spawn { program, error })?;
    let stdin = child.stdin.take();
    let output = thread::scope(|scope| {
        // If the command ends before it has read everything, its own error is returned.
        scope.spawn(|| drop(stdin.map(|mut stdin| stdin.write_all(input.as_bytes()))));
        child.wait_with_output().map_err(ServerError::End)
    })?;
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(ServerError::Failed { program, output: text(&[output.stdout, output.stderr].concat()) })
    }
}
