use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use tokenfolio::{Page, TokenResource, TokenStatus};

use crate::process::Server;

const PATH: &str = "/api/v1/me/tokens";

/// What is to hold whatever the store.
#[track_caller]
fn check(server: &Server) {
    every_page_is_linked(server);
    secrets_open_what_they_were_announced_for(server);
    head_is_answered_as_get(server);
}

#[track_caller]
fn every_page_is_linked(server: &Server) {
    let mut next = Some(PATH.to_owned());
    let (mut ids, mut statuses, mut pages) = (Vec::new(), BTreeSet::new(), 0);
    while let Some(target) = next {
        let response = server.get(Some(&server.announced.good), &target);
        assert_eq!(response.status(), 200, "{target}");
        let page: Page<TokenResource> = serde_json::from_str(response.body()).expect("a page");
        assert_eq!((page.meta.total, page.meta.last_page), (293, 15));
        ids.extend(page.data.iter().map(|token| token.id.0));
        statuses.extend(page.data.iter().map(|token| token.status.to_string()));
        next = page.links.next;
        pages += 1;
    }
    assert_eq!(pages, 15);
    assert!(ids.into_iter().eq(1..=293));
    let known = [TokenStatus::Active, TokenStatus::Expired, TokenStatus::Revoked].map(|status| status.to_string());
    assert!(statuses.into_iter().eq(known));
}

#[track_caller]
fn secrets_open_what_they_were_announced_for(server: &Server) {
    let announced = &server.announced;
    let single = server.get(Some(&announced.single), PATH);
    let single: Page<TokenResource> = serde_json::from_str(single.body()).expect("a page");
    assert_eq!((single.data.len(), single.meta.total), (1, 1));

    let invalid = r#"Bearer realm="api", error="invalid_token""#;
    let unknown = format!("{}0", announced.good);
    for (secret, challenge) in [
        (None, r#"Bearer realm="api""#),
        (Some(&announced.expired), invalid),
        (Some(&announced.revoked), invalid),
        (Some(&announced.ip_denied), invalid),
        (Some(&unknown), invalid),
    ] {
        let refused = server.get(secret.map(String::as_str), PATH);
        assert_eq!(refused.status(), 401);
        assert_eq!(refused.headers()["www-authenticate"], challenge);
        assert_eq!(refused.headers()["content-type"], "application/problem+json");
        let body = r#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Authentication failed","instance":"/api/v1/me/tokens"}"#;
        assert_eq!(refused.body(), body);
    }
}

#[track_caller]
fn head_is_answered_as_get(server: &Server) {
    let [get, head] = ["GET", "HEAD"].map(|method| server.send(method, Some(&server.announced.good), PATH));
    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()["content-length"], get.body().len().to_string());
    assert_eq!(head.body(), "");
}

#[test]
fn a_server_over_memory_does_it_all() {
    let server = Server::start(&["--store", "memory"]);
    check(&server);
    assert_eq!(server.stop().code(), Some(0));
}

#[test]
fn a_server_over_sqlite_does_it_all() {
    let server = Server::start(&[]);
    check(&server);
    assert_eq!(server.stop().code(), Some(0));
}

#[test]
fn a_server_over_a_file_does_it_all_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("demo.db").display());
    let first = Server::start(&["--store", &store]);
    check(&first);
    let old = first.announced.good.clone();
    assert_eq!(first.stop().code(), Some(0));

    let second = Server::start(&["--store", &store]);
    check(&second);
    assert_eq!(second.get(Some(&old), PATH).status(), 401);
    assert_eq!(second.stop().code(), Some(0));
}

#[test]
fn links_begin_with_the_base() {
    let server = Server::start(&["--store", "memory", "--base", "https://api.example.com/prefix"]);
    let page = server.get(Some(&server.announced.good), "/api/v1/me/tokens?page=2");
    let page: Value = serde_json::from_str(page.body()).unwrap();
    assert_eq!(page["links"]["next"], "https://api.example.com/prefix/api/v1/me/tokens?page=3");
    assert_eq!(page["meta"]["path"], "https://api.example.com/prefix/api/v1/me/tokens");
    assert!(server.announced.url.starts_with("http://127.0.0.1:"));
}

#[test]
fn a_malformed_page_is_page_1_only_for_the_lenient() {
    for (arguments, status) in [(&[][..], 400), (&["--lenient"][..], 200)] {
        let server = Server::start(arguments);
        let answer = server.get(Some(&server.announced.good), "/api/v1/me/tokens?page=x");
        assert_eq!(answer.status(), status, "{arguments:?}");
    }
}

#[test]
fn what_the_server_refuses_is_a_problem() {
    let server = Server::start(&["--store", "memory"]);
    for (method, path, status) in [("POST", PATH, 405), ("DELETE", PATH, 405), ("GET", "/nowhere", 404)] {
        let refused = server.send(method, Some(&server.announced.good), path);
        assert_eq!(refused.status(), status, "{method} {path}");
        assert_eq!(refused.headers()["content-type"], "application/problem+json", "{method} {path}");
    }
}

#[test]
fn the_other_lines_are_commands_to_paste() {
    let server = Server::start(&["--store", "memory"]);
    let url = &server.announced.url;
    for (command, target) in server.commands.iter().zip([PATH, "/api/v1/me/tokens?page=8", PATH]) {
        assert!(command.starts_with("curl "), "{command}");
        assert!(command.ends_with(&format!(" '{url}{target}'")), "{command}");
    }
    assert_eq!(server.commands.len(), 3);
}

#[test]
fn a_request_that_is_under_way_is_answered_before_the_server_ends() {
    let server = Server::start(&["--store", "memory"]);
    let address = server.announced.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("GET {PATH} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n", server.announced.good);
    stream.write_all(head.as_bytes()).unwrap();
    // Another request, so that the server has surely taken the connection before it is asked to end.
    assert_eq!(server.get(None, PATH).status(), 401);

    let stopping = std::thread::spawn(move || server.stop());
    std::thread::sleep(std::time::Duration::from_millis(300));
    stream.write_all(b"\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(stopping.join().unwrap().code(), Some(0));
}
