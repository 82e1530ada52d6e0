use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::mock_server::{MockServer, page};
use crate::run::{Run, command, finished, run};

#[track_caller]
fn assert_presented(server: &MockServer, run: &Run) {
    assert_eq!(run.code, Some(0), "{}", run.err);
    let request = server.requests().pop().expect("a request").to_lowercase();
    let headers: Vec<_> = request.lines().filter(|line| line.starts_with("authorization:")).collect();
    assert_eq!(headers, ["authorization: bearer 7|secret=="]);
}

#[test]
fn the_secret_comes_from_the_environment() {
    let server = MockServer::always(page(1, None));
    assert_presented(&server, &run("7|secret==", &[&server.url("/t")]));
    assert_presented(&server, &run(" 7|secret==\n", &[&server.url("/t")]));
}

#[test]
fn the_secret_comes_from_a_file() {
    let server = MockServer::always(page(1, None));
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(&file, "7|secret==\r\n").expect("a file can be written");
    let path = file.path().to_str().expect("the path is UTF-8");
    // `--secret-file` takes precedence over the environment.
    assert_presented(&server, &run("other", &[&server.url("/t"), "--secret-file", path]));
}

#[test]
fn the_secret_comes_from_standard_input() {
    let server = MockServer::always(page(1, None));
    let mut client = command();
    client.args([&server.url("/t"), "--secret-file", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut client = client.spawn().expect("the client starts");
    client.stdin.take().expect("a pipe").write_all(b"7|secret==").expect("the client reads");
    assert_presented(&server, &finished(client.wait_with_output().expect("the client ends")));
}

#[test]
fn without_a_valid_secret_no_request_is_sent() {
    let server = MockServer::always(page(1, None));
    let url = server.url("/t");
    let missing = finished(command().arg(&url).output().expect("the client starts"));
    let missing_text = "error: the secret is missing: set TOKENFOLIO_SECRET or use `--secret-file`\n";
    let malformed_text = "error: the secret contains whitespace or a character that is not allowed in a token\n";
    for (run, text) in [
        (missing, missing_text),
        (run("", &[&url]), missing_text),
        (run(" \n", &[&url]), missing_text),
        (run("two words", &[&url]), malformed_text),
        (run("clé", &[&url]), malformed_text),
        (run("a\r\nx-evil: 1", &[&url]), malformed_text),
        (run("x", &[&url, "--secret-file", "/nowhere/at/all"]), "error: the secret cannot be read: "),
    ] {
        assert!(run.code == Some(1) && run.out.is_empty() && run.err.starts_with(text), "{run:?}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_secret_is_not_sent_to_an_insecure_url() {
    for url in ["http://192.0.2.7/t", "http://api.example.com/t", "https://u:p@h.example/t", "/t"] {
        let run = run("7|secret", &[url]);
        assert_eq!((run.code, &*run.out), (Some(2), ""), "{url}");
        assert!(run.err.starts_with("error: invalid value"), "{}", run.err);
    }
}

/// A proxy could read the secret.
#[test]
fn without_tls_no_proxy_is_used() {
    let proxy = MockServer::always(page(1, None));
    let server = MockServer::always(page(1, None));
    let mut client = command();
    client.env("TOKENFOLIO_SECRET", "7|secret==").arg(server.url("/t"));
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        client.env(name, &proxy.origin);
    }
    assert_presented(&server, &finished(client.output().expect("the client starts")));
    assert_eq!(proxy.requests().len(), 0);
}
