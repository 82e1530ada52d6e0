use std::process::Stdio;

use crate::demo_server;
use crate::run::{command, run};

#[test]
fn every_token_of_every_page_is_listed() {
    let server = demo_server::start();
    let run = run(&server.good, &[&server.list_url()]);
    assert_eq!((run.code, &*run.err), (Some(0), ""));

    let lines: Vec<_> = run.out.lines().collect();
    let ids = lines[1..].iter().map(|line| line.split_whitespace().next().and_then(|id| id.parse::<u64>().ok()));
    assert!(ids.eq((1..=293).map(Some)));
    for (index, status, name) in
        [(1, "active", "Production Deploy"), (2, "expired", "préproduction"), (3, "revoked", "🦀")]
    {
        let line = lines[index];
        assert!(line.contains(status) && line.ends_with(name), "{line}");
    }
}

#[test]
fn a_status_and_a_direction_choose_the_tokens() {
    let server = demo_server::start();
    let run = run(&server.good, &[&server.list_url(), "--status", "revoked", "--direction", "desc"]);
    assert_eq!((run.code, &*run.err), (Some(0), ""));
    let lines: Vec<_> = run.out.lines().skip(1).collect();
    let ids: Vec<i64> = lines.iter().map(|line| line.split_whitespace().next().unwrap().parse().unwrap()).collect();
    assert!(ids.is_sorted_by(|before, after| before > after), "{ids:?}");
    assert_eq!(lines.iter().filter(|line| line.contains(" revoked ")).count(), 83);
    assert_eq!(lines.len(), 83);
}

#[test]
fn an_unknown_status_or_direction_is_not_sent() {
    for (option, value, expected) in [
        ("--status", "gone", "unknown status `gone`, expected `active`, `expired` or `revoked`"),
        ("--direction", "up", "unknown order `up`, expected `asc` or `desc`"),
    ] {
        let run = run("7|secret", &["http://127.0.0.1:1/t", option, value]);
        assert_eq!((run.code, &*run.out), (Some(2), ""));
        assert!(run.err.contains(expected), "{}", run.err);
    }
}

#[test]
fn listing_can_start_at_any_page() {
    let server = demo_server::start();
    for (page, count) in [("14", 33), ("15", 13), ("16", 0)] {
        let run = run(&server.good, &[&format!("{}?page={page}", server.list_url())]);
        assert_eq!((run.code, run.out.lines().count()), (Some(0), 1 + count), "{page}");
    }
}

#[test]
fn a_list_of_one_token_is_a_header_and_a_line() {
    let server = demo_server::start();
    let run = run(&server.single, &[&server.list_url()]);
    let lines: Vec<_> = run.out.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("ID   STATUS") && lines[1].ends_with("The only one"), "{lines:?}");
}

#[test]
fn a_rejected_secret_is_reported_with_help() {
    let server = demo_server::start();
    for secret in [server.expired.as_str(), "1|unknown"] {
        let run = run(secret, &[&server.list_url()]);
        assert_eq!((run.code, &*run.out), (Some(1), ""));
        let expected = format!(
            "error: 401 Unauthorized: Authentication failed\n  url: {}\n  help: check that the secret is complete, not \
             expired, not revoked, and allowed from this address\n",
            server.list_url()
        );
        assert_eq!(run.err, expected);
    }
}

#[test]
fn an_invalid_page_is_reported_once() {
    let server = demo_server::start();
    let run = run(&server.good, &[&format!("{}?page=0", server.list_url())]);
    let message = "`page` must be a whole number from 1 to 9223372036854775807, but is zero";
    assert!(run.err.starts_with(&format!("error: 400 Bad Request: {message}\n  url: ")), "{}", run.err);
    assert_eq!((run.code, run.err.matches("is zero").count()), (Some(1), 1));
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let server = demo_server::start();
    let mut client = command();
    client.env("TOKENFOLIO_SECRET", &server.good).arg(server.list_url());
    let mut client = client.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the client starts");
    drop(client.stdout.take());
    let output = client.wait_with_output().expect("the client ends");
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}
