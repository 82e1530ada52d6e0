//! The arguments that all servers share.

use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;
use tokenfolio_postgres_server::Schema;

use crate::PATH;
use crate::server::Server;

/// Starts a server twice on one file.
#[track_caller]
pub fn a_file_is_opened_again(binary: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    is_opened_again(binary, &format!("sqlite:{}", folder.path().join("demo.db").display()));
}

/// Starts a server twice on one database of PostgreSQL.
#[track_caller]
pub fn a_database_is_opened_again(binary: &str) {
    let schema = Schema::create().unwrap_or_else(|error| panic!("{error}"));
    is_opened_again(binary, &schema.url());
}

/// The tokens stay, and the secrets are new.
#[track_caller]
fn is_opened_again(binary: &str, store: &str) {
    let start = || Server::start(binary, &["--store", store]);
    let page = |server: &Server| server.get(&server.announced.good, "/api/v1/me/tokens?page=15");
    let first = start();
    let (old, before) = (first.announced.good.clone(), rows(page(&first).body()));
    first.stop();

    let second = start();
    assert_eq!(rows(page(&second).body()), before);
    assert_eq!(second.get(&old, PATH).status(), 401);
    second.stop();
}

#[track_caller]
fn rows(body: &[u8]) -> Value {
    let page: Value = serde_json::from_slice(body).expect("a page");
    assert_eq!(page["data"].as_array().map(Vec::len), Some(13));
    page["data"].clone()
}

/// Starts a server that links to somewhere else than where it listens.
#[track_caller]
pub fn links_begin_with_the_base(binary: &str) {
    let server = Server::start(binary, &["--store", "memory", "--base", "https://api.example.com/prefix"]);
    let page = server.get(&server.announced.good, "/api/v1/me/tokens?page=2");
    let page: Value = serde_json::from_slice(page.body()).expect("a page");
    assert_eq!(page["links"]["next"], "https://api.example.com/prefix/api/v1/me/tokens?page=3");
    assert_eq!(page["meta"]["path"], "https://api.example.com/prefix/api/v1/me/tokens");
    server.stop();
}

/// Reads the lines that are printed for a person.
#[track_caller]
pub fn the_announcement_has_commands_to_paste(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let url = &server.announced.url;
    for (command, target) in server.commands.iter().zip([PATH, "/api/v1/me/tokens?page=8", PATH]) {
        assert!(command.starts_with("curl "), "{command}");
        assert!(command.ends_with(&format!(" '{url}{target}'")), "{command}");
    }
    server.stop();
}

/// Starts servers that cannot serve: they say so, announce nothing, and end with an error.
#[track_caller]
pub fn what_cannot_be_served_ends_with_an_error(binary: &str) {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("it is bound").port().to_string();
    for arguments in [["--port", &port], ["--store", "sqlite:/"], ["--store", "none"], ["--base", "none"], ["--a", "b"]]
    {
        let output = Command::new(binary).args(arguments).output().expect("the server starts");
        assert!(!output.status.success(), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}
