//! Writers that are killed in the middle of their work, and what they leave behind.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use rusqlite::Connection;
use tokenfolio::StoreError;
use tokenfolio_sqlite::SqliteStore;

use crate::block_on;
use crate::churn::Churn;

/// Each is written by a thread of its own.
const OWNERS: [i64; 3] = [1, 2, 3];
/// A writer is killed after it has told of 1 change, of 2, of 4, and so on, and after the last of these of 1 again.
/// So many at once move the log into the file more than once.
const MOST_DOUBLINGS: u32 = 12;

/// Changes the tokens in a file until the process is killed, and tells of each change on standard output once it is
/// written. It is what the compiled writer does.
///
/// # Panics
///
/// If the file cannot be written, or nobody reads.
pub fn write(path: &Path) {
    thread::scope(|scope| {
        for owner in OWNERS {
            scope.spawn(move || block_on(write_list(path, owner)));
        }
    });
}

async fn write_list(path: &Path, owner: i64) -> Result<Infallible, StoreError> {
    let store = SqliteStore::open(path).await?;
    let mut list = Churn::read(&store, owner).await?;
    loop {
        let change = list.change(&store).await?;
        println!("{owner} {change}");
    }
}

/// Kills as many writers as that, the compiled one at this path, one after the other in the middle of their work on one
/// file. Returns of how many changes they have told.
///
/// # Panics
///
/// If a writer leaves a file that is damaged, or that lacks what was told, or in which there is more than what each
/// thread may have written and not told; or a file that cannot be written.
#[must_use]
pub fn kill_writers(writer: &str, times: u32) -> u64 {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("tokens.db");
    let mut lists = BTreeMap::new();
    block_on(async {
        let store = SqliteStore::open(&path).await?;
        for owner in OWNERS {
            lists.insert(owner, Churn::start(&store, owner).await?);
        }
        Ok(())
    });
    let mut told = 0;
    for time in 0..times {
        told += kill_one(writer, &path, 1 << (time % (MOST_DOUBLINGS + 1)), &mut lists);
        is_sound(&path);
        block_on(async {
            let store = SqliteStore::open(&path).await?;
            for (owner, told) in &mut lists {
                let mut found = Churn::read(&store, *owner).await?;
                assert!(found.is_or_follows(told), "{found:?} is there, and {told:?} was told");
                found.change(&store).await?;
                *told = found;
            }
            Ok(())
        });
    }
    told
}

/// Starts a writer, kills it when it has told of so many changes, and makes all that it has told of in `lists`.
fn kill_one(writer: &str, path: &Path, changes: usize, lists: &mut BTreeMap<i64, Churn>) -> u64 {
    let mut process = Command::new(writer).arg(path).stdout(Stdio::piped()).spawn().expect("the writer starts");
    let output = BufReader::new(process.stdout.take().expect("a pipe was asked for"));
    let mut told = 0;
    for (line, number) in output.lines().zip(1..) {
        let line = line.expect("the output is text");
        let (owner, change) = line.split_once(' ').expect("a change is told whole");
        let list = lists.get_mut(&owner.parse().expect("an owner")).expect("one of the owners");
        list.apply(change.parse().expect("a change"));
        if number == changes {
            process.kill().expect("it is ours");
        }
        told += 1;
    }
    let status = process.wait().expect("it is ours");
    assert_eq!(status.code(), None, "it ended by itself");
    told
}

/// Holds the file against what SQLite says of it.
fn is_sound(path: &Path) {
    let connection = Connection::open(path).expect("the database opens");
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a verdict");
    assert_eq!(verdict, "ok");
    let mut statement = connection.prepare("PRAGMA foreign_key_check").expect("a statement");
    assert!(!statement.exists([]).expect("rows or none"), "a secret or a use of a token that is gone");
}
