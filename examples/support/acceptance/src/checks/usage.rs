//! Uses of a token, as far as they survive the server.

use std::thread;
use std::time::{Duration, Instant};

use http::Method;
use tokenfolio::{Page, TokenResource};

use crate::PATH;
use crate::server::{PATIENCE, Server};

/// Starts servers on one file, and counts what each has written when it ends.
#[track_caller]
pub fn every_use_is_written_before_the_end(binary: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = format!("sqlite:{}", folder.path().join("demo.db").display());
    let mut uses = 0;
    for _ in 0..2 {
        let server = Server::start(binary, &["--store", &store]);
        assert_eq!(use_it(&server), uses);
        let announced = server.announced();
        for (method, secret, target, status) in [
            (Method::HEAD, &announced.single, PATH, 200),
            (Method::GET, &announced.single, "/api/v1/me/tokens?page=0", 400),
            // None of these is a use of it.
            (Method::POST, &announced.single, PATH, 405),
            (Method::GET, &announced.single, "/nowhere", 404),
            (Method::GET, &announced.good, PATH, 200),
            (Method::GET, &announced.expired, PATH, 401),
        ] {
            let answer = server.send(&method, secret, target);
            assert_eq!(answer.status(), status, "{method} {target}");
        }
        uses += 3;
        server.stop();
    }
    assert_eq!(use_it(&Server::start(binary, &["--store", &store])), uses);
}

/// Kills a server: uses that it has shown as written are there when it is started again.
#[track_caller]
pub fn a_killed_server_loses_only_uses_that_were_not_yet_written(binary: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = format!("sqlite:{}", folder.path().join("demo.db").display());
    let server = Server::start(binary, &["--store", &store]);
    let mut uses = 0;
    let mut use_once = || {
        uses += 1;
        use_it(&server)
    };
    for _ in 0..100 {
        use_once();
    }
    let deadline = Instant::now() + PATIENCE;
    let written = loop {
        let shown = use_once();
        if shown >= 100 {
            break shown;
        }
        assert!(Instant::now() < deadline, "uses are not written while the server runs: {shown}");
        thread::sleep(Duration::from_millis(50));
    };
    // Kills it.
    drop(server);

    let server = Server::start(binary, &["--store", &store]);
    let kept = use_it(&server);
    assert!((written..=uses).contains(&kept), "{written} were written of {uses}, and {kept} were kept");
    server.stop();
}

/// Uses the token that is its owner's only one, and returns how often it says it was used.
#[track_caller]
fn use_it(server: &Server) -> u64 {
    let answer = server.get(&server.announced().single, PATH);
    let page: Page<TokenResource> = serde_json::from_slice(answer.body()).expect("a page");
    let [token] = &*page.data else { panic!("expected one token: {:?}", page.data) };
    assert_eq!(token.last_used_at.is_some(), token.usage_count > 0);
    token.usage_count
}
