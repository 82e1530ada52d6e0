//! The usage of tokens, and whether it survives a restart of the server.

use std::thread;
use std::time::{Duration, Instant};

use http::Method;
use tokenfolio::{Page, TokenResource};

use crate::PATH;
use crate::server::{OPERATION_TIMEOUT, Server};

/// Starts two servers on one file, one after the other, and checks the usage that each has written.
#[track_caller]
pub fn usage_is_written_before_a_shutdown(binary: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = format!("sqlite:{}", folder.path().join("demo.db").display());
    let mut usage = 0;
    for _ in 0..2 {
        let server = Server::start(binary, &["--store", &store]);
        assert_eq!(use_token(&server), usage);
        let startup = server.startup_message();
        for (method, secret, target, status) in [
            (Method::HEAD, &startup.single, PATH, 200),
            (Method::GET, &startup.single, "/api/v1/me/tokens?page=0", 400),
            // These do not use the token.
            (Method::POST, &startup.single, PATH, 405),
            (Method::GET, &startup.single, "/nowhere", 404),
            (Method::GET, &startup.good, PATH, 200),
            (Method::GET, &startup.expired, PATH, 401),
        ] {
            let response = server.send(&method, secret, target);
            assert_eq!(response.status(), status, "{method} {target}");
        }
        usage += 3;
        server.stop();
    }
    assert_eq!(use_token(&Server::start(binary, &["--store", &store])), usage);
}

/// Kills a server. Usage that it has listed is preserved.
#[track_caller]
pub fn a_killed_server_loses_only_unwritten_usage(binary: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = format!("sqlite:{}", folder.path().join("demo.db").display());
    let server = Server::start(binary, &["--store", &store]);
    let mut usage = 0;
    let mut use_once = || {
        usage += 1;
        use_token(&server)
    };
    for _ in 0..100 {
        use_once();
    }
    let deadline = Instant::now() + OPERATION_TIMEOUT;
    let written = loop {
        let listed = use_once();
        if listed >= 100 {
            break listed;
        }
        assert!(Instant::now() < deadline, "the running server does not write usage: {listed}");
        thread::sleep(Duration::from_millis(50));
    };
    // Dropping the server kills it.
    drop(server);

    let server = Server::start(binary, &["--store", &store]);
    let preserved = use_token(&server);
    assert!(
        (written..=usage).contains(&preserved),
        "a usage count of {preserved} is preserved, expected {written} to {usage}"
    );
    server.stop();
}

/// Uses the token `single`, and returns its usage count in the response.
#[track_caller]
fn use_token(server: &Server) -> u64 {
    let response = server.get(&server.startup_message().single, PATH);
    let page: Page<TokenResource> = serde_json::from_slice(response.body()).expect("a page");
    let [token] = &*page.data else { panic!("expected one token: {:?}", page.data) };
    assert_eq!(token.last_used_at.is_some(), token.usage_count > 0);
    token.usage_count
}
