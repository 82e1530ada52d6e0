//! The installed PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};

use tokenfolio_server_process::{Installation, ServerError, run};

/// Finds PostgreSQL, on `PATH` or in Debian's folders.
pub(crate) fn installation() -> Result<Installation, ServerError> {
    Installation::new("postgresql", "postgres", debian_folders())
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

/// Runs SQL on a database.
pub(crate) fn psql(url: &str, sql: &str) -> Result<(), ServerError> {
    let mut psql = installation()?.command("psql", Path::new("/"))?;
    run(psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]), "psql")?;
    Ok(())
}
