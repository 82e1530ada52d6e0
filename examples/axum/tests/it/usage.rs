//! Uses of a token, as far as they survive the server.

use std::time::{Duration, Instant};

use tokenfolio::{Page, TokenResource};

use crate::process::Server;

const PATH: &str = "/api/v1/me/tokens";

/// Uses the token that is its owner's only one, and returns how often it says it was used.
#[track_caller]
fn use_it(server: &Server) -> u64 {
    let response = server.get(Some(&server.announced.single), PATH);
    let page: Page<TokenResource> = serde_json::from_str(response.body()).expect("a page");
    let [token] = &*page.data else { panic!("expected one token: {:?}", page.data) };
    assert_eq!(token.last_used_at.is_some(), token.usage_count > 0);
    token.usage_count
}

#[test]
fn a_server_that_is_asked_to_end_writes_every_use() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("demo.db").display());
    let mut uses = 0;
    for _ in 0..2 {
        let server = Server::start(&["--store", &store]);
        assert_eq!(use_it(&server), uses);
        let announced = &server.announced;
        for (method, secret, target, status) in [
            ("HEAD", &announced.single, PATH, 200),
            ("GET", &announced.single, "/api/v1/me/tokens?page=0", 400),
            // None of these is a use of it.
            ("POST", &announced.single, PATH, 405),
            ("GET", &announced.single, "/nowhere", 404),
            ("GET", &announced.good, PATH, 200),
            ("GET", &announced.expired, PATH, 401),
        ] {
            assert_eq!(server.send(method, Some(secret), target).status(), status, "{method} {target}");
        }
        uses += 3;
        assert_eq!(server.stop().code(), Some(0));
    }
    assert_eq!(use_it(&Server::start(&["--store", &store])), uses);
}

#[test]
fn a_server_that_is_killed_loses_only_uses_that_were_not_yet_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("demo.db").display());
    let server = Server::start(&["--store", &store]);
    let mut uses = 0;
    let mut use_once = || {
        uses += 1;
        use_it(&server)
    };
    for _ in 0..100 {
        use_once();
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    let written = loop {
        let shown = use_once();
        if shown >= 100 {
            break shown;
        }
        assert!(Instant::now() < deadline, "uses are not written while the server runs: {shown}");
        std::thread::sleep(Duration::from_millis(50));
    };
    // Kills it.
    drop(server);

    let server = Server::start(&["--store", &store]);
    let kept = use_it(&server);
    assert!((written..=uses).contains(&kept), "{written} were written of {uses}, and {kept} were kept");
    assert_eq!(server.stop().code(), Some(0));
}
