//! Errors of a database. The log contains the cause, and the response does not.

use rusqlite::Connection;
use tokenfolio_postgres_server::Schema;

use crate::PATH;
use crate::server::Server;

/// How to damage a database, how to repair it, and how the log entry starts.
const DAMAGES: [(&str, &str, &str); 3] = [
    (
        "UPDATE token_usage SET usage_count = -1 - usage_count WHERE token_id = 19",
        "UPDATE token_usage SET usage_count = -1 - usage_count WHERE token_id = 19",
        "tokens cannot be listed: the token store holds corrupt data: ",
    ),
    (
        "ALTER TABLE access_token RENAME TO moved",
        "ALTER TABLE moved RENAME TO access_token",
        "a token cannot be looked up: the token store failed: ",
    ),
    (
        "ALTER TABLE token_secret RENAME TO moved",
        "ALTER TABLE moved RENAME TO token_secret",
        "a token cannot be looked up: the token store failed: ",
    ),
];

/// Damages the tables of a running server, in a file and in PostgreSQL.
#[track_caller]
pub fn causes_are_logged_and_not_sent(binary: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("demo.db");
    check_store(binary, &format!("sqlite:{}", path.display()), |sql| {
        Connection::open(&path).and_then(|file| file.execute_batch(sql)).expect("the tables are there");
    });
    let schema = Schema::create().unwrap_or_else(|error| panic!("{error}"));
    check_store(binary, &schema.url(), |sql| {
        schema.run(sql).unwrap_or_else(|error| panic!("{error}"));
    });
}

#[track_caller]
fn check_store(binary: &str, store: &str, run: impl Fn(&str)) {
    let server = Server::start(binary, &["--store", store]);
    let mut logged = String::new();
    for (damage, repair, prefix) in DAMAGES {
        assert_eq!(server.get(&server.startup_message.good, PATH).status(), 200);
        run(damage);
        let response = server.get(&server.startup_message.good, PATH);
        run(repair);
        let body = String::from_utf8_lossy(response.body());
        let problem = r#"{"type":"about:blank","title":"Internal Server Error","status":500"#;
        assert_eq!(body, format!(r#"{problem},"instance":"{PATH}"}}"#), "{damage}");
        let log = server.log();
        let new = log.strip_prefix(&logged).expect("a log grows");
        assert!(new.strip_prefix(prefix).is_some_and(|cause| !cause.trim().is_empty()), "{damage}: {new}");
        logged = log;
    }
    server.stop();
}
