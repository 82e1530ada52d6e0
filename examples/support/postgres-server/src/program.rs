//! Finds and runs PostgreSQL's programs.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::error::Error;

/// The ids of a user and a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl User {
    /// Returns the user of a server, or `None` for the current user.
    ///
    /// PostgreSQL does not run as root. Root runs it as `postgres`, the user of the installed package, or as `nobody`.
    pub(crate) fn for_server() -> Result<Option<Self>, Error> {
        if id(&["-u"])? != 0 {
            return Ok(None);
        }
        let named = |name| Ok(Self { uid: id(&["-u", name])?, gid: id(&["-g", name])? });
        named("postgres").or_else(|_: Error| named("nobody")).map(Some)
    }
}

/// Returns a numeric id of the current user or of a named user.
fn id(arguments: &[&str]) -> Result<u32, Error> {
    let output = run(Command::new("id").args(arguments), "id")?;
    output.trim().parse().map_err(|_| Error::Failed { program: "id", output })
}

/// Returns the command for one of PostgreSQL's programs, to run in a folder that its user can enter.
pub(crate) fn program(name: &'static str, user: Option<User>, folder: &Path) -> Result<Command, Error> {
    let on_path = env::var_os("PATH").into_iter().flat_map(|path| env::split_paths(&path).collect::<Vec<_>>());
    let found = on_path.chain(debian_folders()).map(|folder| folder.join(name)).find(|path| path.is_file());
    let mut command = Command::new(found.ok_or(Error::Missing(name))?);
    command.env("LC_ALL", "C").current_dir(folder);
    if let Some(User { uid, gid }) = user {
        command.uid(uid).gid(gid);
    }
    Ok(command)
}

/// Lists Debian's folders of programs by server version, the newest first.
fn debian_folders() -> Vec<PathBuf> {
    let entries = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_unstable_by(|one, other| other.cmp(one));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

/// Runs a command to its end, and returns its standard output.
pub(crate) fn run(command: &mut Command, program: &'static str) -> Result<String, Error> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| Error::Spawn { program, error })?;
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(Error::Failed { program, output: text(&[output.stdout, output.stderr].concat()) })
    }
}
