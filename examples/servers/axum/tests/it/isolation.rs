//! Clients list the tokens of many owners at once. The server stores all tokens in one SQLite file.

use std::thread;

use chrono::DateTime;
use serde_json::Value;
use tokenfolio::{AccessToken, TokenId};
use tokenfolio_acceptance::Server;
use tokenfolio_demo::PATH;
use tokenfolio_sqlite::SqliteStore;

const FIRST: i64 = 1_000;
const OWNERS: i64 = 200;
/// For each client, the step from the number of one owner to that of the next owner it requests. Each step is coprime
/// with `OWNERS`, so each client reaches all owners.
const CALLERS: [i64; 4] = [1, 3, 7, 11];

fn secret(owner: i64) -> String {
    format!("{owner}|for-tests-only")
}

#[tokio::test]
async fn two_hundred_owners_at_once_see_only_their_own_tokens() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("demo.db");
    let mut server = Server::start(env!("CARGO_BIN_EXE_axum"), &["--store", &format!("sqlite:{}", path.display())]);
    let store = SqliteStore::open(&path).await.expect("the server's file");
    for owner in FIRST..FIRST + OWNERS {
        let token = |id| AccessToken::new(id, format!("{owner}'s {id}"), DateTime::UNIX_EPOCH);
        store.insert(owner, (1..=1 + owner % 5).map(token).collect()).await.expect("new tokens");
        store.set_secret(owner, TokenId(1), &secret(owner)).await.expect("a new secret");
    }
    // Responses and the log must not contain these secrets or their digests.
    server.add_secrets(&(FIRST..FIRST + OWNERS).map(secret).collect::<Vec<_>>());
    let server = &server;
    thread::scope(|scope| {
        for step in CALLERS {
            scope.spawn(move || {
                for turn in 0..OWNERS {
                    let owner = FIRST + turn * step % OWNERS;
                    let response = server.get(&secret(owner), PATH);
                    let page: Value = serde_json::from_slice(response.body()).expect("a page");
                    let names: Vec<_> =
                        page["data"].as_array().expect("rows").iter().map(|row| row["name"].clone()).collect();
                    assert_eq!(names, (1..=1 + owner % 5).map(|id| format!("{owner}'s {id}")).collect::<Vec<_>>());
                }
            });
        }
    });
}
