//! PostgreSQL's programs: where they are, and as whom they run.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::error::Trouble;

/// A user and a group, by number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl User {
    /// Says as whom a server is to run: `None` is whoever this process belongs to.
    ///
    /// PostgreSQL refuses root, which therefore lends it the user of the installed package, or one that owns nothing.
    pub(crate) fn for_server() -> Result<Option<Self>, Trouble> {
        if id(&["-u"])? != 0 {
            return Ok(None);
        }
        let named = |name| Ok(Self { uid: id(&["-u", name])?, gid: id(&["-g", name])? });
        named("postgres").or_else(|_: Trouble| named("nobody")).map(Some)
    }
}

/// Asks for a number of the current user, or of the one named.
fn id(arguments: &[&str]) -> Result<u32, Trouble> {
    let output = run(Command::new("id").args(arguments), "id")?;
    output.trim().parse().map_err(|_| Trouble::Failed { program: "id", output })
}

/// Makes the command for one of PostgreSQL's programs, to run in a folder that its user can enter.
pub(crate) fn program(name: &'static str, user: Option<User>, folder: &Path) -> Result<Command, Trouble> {
    let on_path = env::var_os("PATH").into_iter().flat_map(|path| env::split_paths(&path).collect::<Vec<_>>());
    let found = on_path.chain(debian_folders()).map(|folder| folder.join(name)).find(|path| path.is_file());
    let mut command = Command::new(found.ok_or(Trouble::Missing(name))?);
    command.env("LC_ALL", "C").current_dir(folder);
    if let Some(User { uid, gid }) = user {
        command.uid(uid).gid(gid);
    }
    Ok(command)
}

/// Lists where Debian keeps programs that depend on the server's version, the newest first.
fn debian_folders() -> Vec<PathBuf> {
    let entries = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_unstable_by(|one, other| other.cmp(one));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

/// Runs a command to its end, and returns what it printed.
pub(crate) fn run(command: &mut Command, program: &'static str) -> Result<String, Trouble> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| Trouble::Spawn { program, error })?;
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(Trouble::Failed { program, output: text(&[output.stdout, output.stderr].concat()) })
    }
}
