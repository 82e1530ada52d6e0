//! The command line of the servers.

use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;
use tokenfolio_mariadb_server::Database;
use tokenfolio_postgres_server::Schema;

use crate::PATH;
use crate::server::Server;

/// Starts a server twice on one file.
#[track_caller]
pub fn a_file_can_be_reopened(binary: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    check_reopening(binary, &format!("sqlite:{}", folder.path().join("demo.db").display()));
}

/// Starts a server twice on one database of MariaDB.
#[track_caller]
pub fn a_mysql_database_can_be_reopened(binary: &str) {
    let database = Database::create().unwrap_or_else(|error| panic!("{error}"));
    check_reopening(binary, &database.url());
}

/// Starts a server twice on one database of PostgreSQL.
#[track_caller]
pub fn a_postgres_database_can_be_reopened(binary: &str) {
    let schema = Schema::create().unwrap_or_else(|error| panic!("{error}"));
    check_reopening(binary, &schema.url());
}

/// The tokens are the same, and the secrets are new.
#[track_caller]
fn check_reopening(binary: &str, store: &str) {
    let start = || Server::start(binary, &["--store", store]);
    let page = |server: &Server| server.get(&server.startup_message.good, "/api/v1/me/tokens?page=15");
    let first = start();
    let old_secret = first.startup_message.good.clone();
    let before = rows(page(&first).body());
    first.stop();

    let second = start();
    assert_eq!(rows(page(&second).body()), before);
    assert_eq!(second.get(&old_secret, PATH).status(), 401);
    second.stop();
}

#[track_caller]
fn rows(body: &[u8]) -> Value {
    let page: Value = serde_json::from_slice(body).expect("a page");
    assert_eq!(page["data"].as_array().map(Vec::len), Some(13));
    page["data"].clone()
}

/// Starts a server with another base URL.
#[track_caller]
pub fn links_start_with_the_base_url(binary: &str) {
    let server = Server::start(binary, &["--store", "memory", "--base", "https://api.example.com/prefix"]);
    let page = server.get(&server.startup_message.good, "/api/v1/me/tokens?page=2");
    let page: Value = serde_json::from_slice(page.body()).expect("a page");
    assert_eq!(page["links"]["next"], "https://api.example.com/prefix/api/v1/me/tokens?page=3");
    assert_eq!(page["meta"]["path"], "https://api.example.com/prefix/api/v1/me/tokens");
    server.stop();
}

/// Reads the commands that a server prints for users.
#[track_caller]
pub fn the_startup_message_has_commands_to_paste(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let url = &server.startup_message.url;
    for (command, target) in server.commands.iter().zip([PATH, "/api/v1/me/tokens?page=8", PATH]) {
        assert!(command.starts_with("curl "), "{command}");
        assert!(command.ends_with(&format!(" '{url}{target}'")), "{command}");
    }
    server.stop();
}

/// Starts servers that cannot serve. They print an error that names the wrong argument, print no startup message, and exit
/// with an error code.
#[track_caller]
pub fn a_server_that_cannot_start_fails_with_an_error(binary: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it is bound").port().to_string();
    for (option, value, expected) in [
        ("--port", &*port, format!("Error: cannot listen on 127.0.0.1:{port}")),
        ("--store", "sqlite:/", "Error: cannot open the SQLite file /".to_owned()),
        ("--store", "none", "invalid value 'none' for '--store".to_owned()),
        ("--base", "none", "invalid value 'none' for '--base".to_owned()),
        ("--a", "b", "unexpected argument '--a'".to_owned()),
    ] {
        let output = Command::new(binary).args([option, value]).output().expect("the server starts");
        assert!(!output.status.success(), "{option} {value}");
        assert!(output.stdout.is_empty(), "{option} {value}");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(&expected), "{option} {value}: {error}");
    }
}
