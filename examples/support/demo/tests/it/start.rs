use std::net::IpAddr;
use std::sync::Arc;

use tokenfolio::{Page, ReportedStatus, TokenResource};
use tokenfolio_demo::{Arguments, Demo, Endpoint, PATH, StoreChoice};
use tokenfolio_mariadb_server::Database;
use tokenfolio_postgres_server::Schema;

pub(crate) fn arguments(store: StoreChoice) -> Arguments {
    Arguments { port: 0, base: None, store, lenient: false, trusted_proxies: Vec::new() }
}

/// Starts a demo, and returns its endpoint and startup message.
async fn start(store: StoreChoice) -> (Endpoint, serde_json::Value) {
    let demo = Demo::start(arguments(store)).await.expect("the store opens");
    (demo.endpoint, serde_json::to_value(demo.startup_message).expect("a startup message is JSON"))
}

/// Returns one store of each kind, and the schema and the database of the last two.
pub(crate) fn stores() -> ([StoreChoice; 4], Schema, Database) {
    let schema = Schema::create().unwrap_or_else(|error| panic!("{error}"));
    let database = Database::create().unwrap_or_else(|error| panic!("{error}"));
    let postgres = schema.url().parse().expect("a well-formed URL");
    let mysql = database.url().parse().expect("a well-formed URL");
    ([StoreChoice::Memory, StoreChoice::Sqlite, postgres, mysql], schema, database)
}

async fn send(endpoint: &Endpoint, secret: &str, page: u32) -> http::Response<Vec<u8>> {
    let request = http::Request::get(format!("{PATH}?page={page}"))
        .header("authorization", format!("Bearer {secret}"))
        .body(())
        .expect("a well-formed request");
    endpoint.handle(&request.into_parts().0, Some(IpAddr::from([127, 0, 0, 1]))).await
}

/// Lists the members that are the same on every start: ids, names and statuses.
async fn walk(endpoint: &Endpoint, secret: &str) -> Vec<(i64, Arc<str>, ReportedStatus)> {
    let mut walked = Vec::new();
    for page in 1.. {
        let response = send(endpoint, secret, page).await;
        let page: Page<TokenResource> = serde_json::from_slice(response.body()).expect("a page");
        walked.extend(page.data.into_iter().map(|token| (token.id.0, token.name, token.status)));
        if page.links.next.is_none() {
            break;
        }
    }
    walked
}

#[tokio::test]
async fn stores_hold_the_same_tokens() {
    let mut walks = Vec::new();
    let (stores, _schema, _database) = stores();
    for store in stores {
        let (endpoint, message) = start(store).await;
        walks.push(walk(&endpoint, message["good"].as_str().unwrap()).await);
    }
    assert_eq!(walks[0].len(), 293);
    assert!(walks.iter().all(|walk| *walk == walks[0]));
}

#[tokio::test]
async fn secrets_are_accepted_or_rejected_by_their_name() {
    let (stores, _schema, _database) = stores();
    for store in stores {
        let (endpoint, message) = start(store.clone()).await;
        for (name, status) in [("good", 200), ("single", 200), ("expired", 401), ("revoked", 401), ("ip_denied", 401)] {
            let response = send(&endpoint, message[name].as_str().unwrap(), 1).await;
            assert_eq!(response.status(), status, "{name} of {store:?}");
        }
    }
}

#[tokio::test]
async fn a_second_start_keeps_the_tokens_of_a_file_and_changes_the_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.db");
    let (first, message_first) = start(StoreChoice::SqliteFile(path.clone())).await;
    let before = walk(&first, message_first["good"].as_str().unwrap()).await;
    drop(first);

    // A change to the file survives the second start.
    let other = tokenfolio_sqlite::SqliteStore::open(&path).await.unwrap();
    assert!(other.remove(1, 293.into()).await.unwrap());

    let (second, message_second) = start(StoreChoice::SqliteFile(path)).await;
    let after = walk(&second, message_second["good"].as_str().unwrap()).await;
    assert_eq!(after, before[..292]);
    for name in ["good", "single"] {
        let old = message_first[name].as_str().unwrap();
        let new = message_second[name].as_str().unwrap();
        assert_eq!(send(&second, old, 1).await.status(), 401, "the old {name}");
        assert_eq!(send(&second, new, 1).await.status(), 200, "the new {name}");
    }
}

#[tokio::test]
async fn usage_is_in_the_store_after_the_writer_has_finished() {
    let (stores, _schema, _database) = stores();
    for store in stores {
        let demo = Demo::start(arguments(store.clone())).await.expect("the store opens");
        let message = serde_json::to_value(demo.startup_message).unwrap();
        for (name, status) in [("single", 200), ("good", 200), ("single", 200), ("expired", 401)] {
            assert_eq!(send(&demo.endpoint, message[name].as_str().unwrap(), 1).await.status(), status);
        }
        demo.usage_writer.finish().await.unwrap();
        for (name, count) in [("single", 2), ("good", 1)] {
            let response = send(&demo.endpoint, message[name].as_str().unwrap(), 1).await;
            let page: Page<TokenResource> = serde_json::from_slice(response.body()).unwrap();
            let used = &page.data[0];
            assert_eq!((used.usage_count, used.last_used_at.is_some()), (count, true), "{name} of {store:?}");
        }
    }
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let first = Demo::start(arguments(StoreChoice::Memory)).await.unwrap();
    let port = first.listener.local_addr().unwrap().port();
    let error = Demo::start(Arguments { port, ..arguments(StoreChoice::Memory) }).await.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot listen on 127.0.0.1:{port}"));
}
