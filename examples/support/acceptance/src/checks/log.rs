//! The log has the cause of each problem, and the response does not.

use std::thread;

use http::Method;
use rusqlite::Connection;
use tokenfolio_postgres_server::{Schema, Server as Database};

use crate::PATH;
use crate::server::{Server, request};

/// The SQL that damages a database, the SQL that repairs it, the kind of the expected error, and words that its cause
/// contains in SQLite and in PostgreSQL.
const DAMAGES: [(&str, &str, &str, [&str; 2]); 4] = [
    (
        "UPDATE token_usage SET usage_count = -1 - usage_count WHERE token_id = 19",
        "UPDATE token_usage SET usage_count = -1 - usage_count WHERE token_id = 19",
        "the store holds corrupt data",
        ["Integer -", "out of range"],
    ),
    (
        "ALTER TABLE access_token RENAME TO moved",
        "ALTER TABLE moved RENAME TO access_token",
        "the store failed",
        ["no such table: access_token", r#"relation "access_token" does not exist"#],
    ),
    (
        "ALTER TABLE access_token RENAME COLUMN name TO label",
        "ALTER TABLE access_token RENAME COLUMN label TO name",
        "the store failed",
        ["no such column: token.name", "column token.name does not exist"],
    ),
    (
        "ALTER TABLE token_secret RENAME TO moved",
        "ALTER TABLE moved RENAME TO token_secret",
        "the store failed",
        ["no such table: token_secret", r#"relation "token_secret" does not exist"#],
    ),
];

/// Damages the tables of a running server, in a file and in PostgreSQL, locks a table, and stops the database.
#[track_caller]
pub fn causes_are_logged_and_not_sent(binary: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("demo.db");
    let server = Server::start(binary, &["--store", &format!("sqlite:{}", path.display())]);
    check_damages(&server, 0, |sql| {
        Connection::open(&path).and_then(|file| file.execute_batch(sql)).expect("the tables are there");
    });
    server.stop();

    let schema = Schema::create().unwrap_or_else(|error| panic!("{error}"));
    let server = Server::start(binary, &["--store", &schema.url()]);
    check_damages(&server, 1, |sql| schema.run(sql).unwrap_or_else(|error| panic!("{error}")));
    check_lock(&server, &schema);
    server.stop();

    let mut database = Database::start().unwrap_or_else(|error| panic!("{error}"));
    let server = Server::start(binary, &["--store", &database.url()]);
    database.stop().unwrap_or_else(|error| panic!("{error}"));
    let log = log_of(&server, 503);
    assert!(log.starts_with(&entry("503 Service Unavailable: the store is unavailable: ")), "{log}");
    database.start_again().unwrap_or_else(|error| panic!("{error}"));
    server.stop();
}

#[track_caller]
fn check_damages(server: &Server, database: usize, run: impl Fn(&str)) {
    for (damage, repair, kind, causes) in DAMAGES {
        assert_eq!(server.get(&server.startup_message.good, PATH).status(), 200);
        run(damage);
        let log = log_of(server, 500);
        run(repair);
        let start = entry(&format!("500 Internal Server Error: {kind}: "));
        assert!(log.starts_with(&start) && log.contains(causes[database]), "{damage}: {log}");
    }
}

/// Locks a table for longer than a statement may take.
#[track_caller]
fn check_lock(server: &Server, schema: &Schema) {
    thread::scope(|scope| {
        let lock = scope.spawn(|| schema.run("BEGIN; LOCK TABLE access_token; SELECT pg_sleep(5); COMMIT"));
        let mut status = 200;
        while status == 200 && !lock.is_finished() {
            status = server.get(&server.startup_message.good, PATH).status().as_u16();
        }
        assert_eq!(status, 504);
        let log = server.log();
        let last = log.lines().last().unwrap_or_default();
        let start = entry("504 Gateway Timeout: the store took too long: ");
        assert!(last.starts_with(&start) && last.contains("statement timeout"), "{last}");
    });
}

/// Sends requests that are rejected for each reason.
#[track_caller]
pub fn the_reason_of_each_401_is_logged_and_not_sent(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let message = &server.startup_message;
    let with = |secret: &str| request(&Method::GET, secret, PATH);
    let good = with(&message.good);
    for (request, reason) in [
        (good.replace("authorization", "x-authorization"), "no bearer credentials"),
        (with("a b"), "malformed bearer token"),
        (good.replacen("host", "authorization: Bearer x\r\nhost", 1), "more than one Authorization header"),
        (with("guessed"), "no token has this secret"),
        (with(&message.expired), " is expired"),
        (with(&message.revoked), " is revoked"),
        (with(&message.ip_denied), " may not be used from 127.0.0.1"),
    ] {
        let before = server.log();
        let mut connection = server.connect();
        connection.send(request);
        let response = connection.read_response().expect("the server responds");
        let body = String::from_utf8_lossy(response.body());
        let problem = r#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Authentication failed""#;
        assert_eq!(body, format!(r#"{problem},"instance":"{PATH}"}}"#), "{reason}");
        let log = server.log();
        let line = log.strip_prefix(&before).expect("a log grows");
        assert!(line.starts_with(&entry("401 Unauthorized: Authentication failed: ")), "{line}");
        assert!(line.trim_end().ends_with(reason) && line.lines().count() == 1, "{line}");
    }
    server.stop();
}

/// Requests the list, checks that the response does not contain the cause, and returns what the server has logged.
#[track_caller]
fn log_of(server: &Server, status: u16) -> String {
    let before = server.log();
    let response = server.get(&server.startup_message.good, PATH);
    assert_eq!(response.status(), status);
    let title = response.status().canonical_reason().expect("a known status");
    let problem = format!(r#"{{"type":"about:blank","title":"{title}","status":{status},"instance":"{PATH}"}}"#);
    assert_eq!(String::from_utf8_lossy(response.body()), problem);
    server.log().strip_prefix(&before).expect("a log grows").to_owned()
}

/// Returns the start of a line in the log.
fn entry(problem: &str) -> String {
    format!("GET {PATH}: {problem}")
}
