//! Kills writers while they work, and checks the file that they leave.

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

/// Each owner's tokens are written by a separate thread.
const OWNERS: [i64; 3] = [1, 2, 3];
/// Writers are killed after they have reported 1 change, 2, 4, and so on, up to this power of two, and then 1 again. The
/// maximum causes several checkpoints of the write-ahead log.
const MAX_DOUBLINGS: u32 = 12;

/// Changes the tokens in a file until the process is killed. It reports every written change on standard output. This is
/// the main function of the writer.
///
/// # Panics
///
/// Panics if the file or standard output cannot be written.
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

/// Starts and kills the compiled writer at this path `times` times, on one file. Returns the number of reported changes.
///
/// # Panics
///
/// Panics if a writer leaves a file that is damaged or cannot be written, that lacks a reported change, or that contains
/// more than one unreported change per thread.
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
    let mut reported = 0;
    for round in 0..times {
        reported += kill_one(writer, &path, 1 << (round % (MAX_DOUBLINGS + 1)), &mut lists);
        check_integrity(&path);
        block_on(async {
            let store = SqliteStore::open(&path).await?;
            for (owner, expected) in &mut lists {
                let mut found = Churn::read(&store, *owner).await?;
                assert!(found.is_or_follows(expected), "expected {expected:?}, found {found:?}");
                found.change(&store).await?;
                *expected = found;
            }
            Ok(())
        });
    }
    reported
}

/// Starts a writer, kills it after a number of reported changes, and applies all reported changes to `lists`.
fn kill_one(writer: &str, path: &Path, changes: usize, lists: &mut BTreeMap<i64, Churn>) -> u64 {
    let mut process = Command::new(writer).arg(path).stdout(Stdio::piped()).spawn().expect("the writer starts");
    let output = BufReader::new(process.stdout.take().expect("standard output is a pipe"));
    let mut reported = 0;
    for (line, number) in output.lines().zip(1..) {
        let line = line.expect("the output is text");
        let (owner, change) = line.split_once(' ').expect("a report is one line");
        let list = lists.get_mut(&owner.parse().expect("an owner")).expect("one of the owners");
        list.apply(change.parse().expect("a change"));
        if number == changes {
            process.kill().expect("the process exists");
        }
        reported += 1;
    }
    let status = process.wait().expect("the process exists");
    assert_eq!(status.code(), None, "the writer exited by itself");
    reported
}

/// Runs SQLite's checks on the file.
fn check_integrity(path: &Path) {
    let connection = Connection::open(path).expect("the database opens");
    let result: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a result");
    assert_eq!(result, "ok");
    let mut statement = connection.prepare("PRAGMA foreign_key_check").expect("a statement");
    assert!(!statement.exists([]).expect("rows or none"), "a secret or usage without a token");
}
