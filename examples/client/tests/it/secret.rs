use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::mock_server::{Site, page};
use crate::run::{Run, command, finished, run};

#[track_caller]
fn assert_presented(site: &Site, run: &Run) {
    assert_eq!(run.code, Some(0), "{}", run.err);
    let request = site.requests().pop().expect("a request").to_lowercase();
    let fields: Vec<_> = request.lines().filter(|line| line.starts_with("authorization:")).collect();
    assert_eq!(fields, ["authorization: bearer 7|secret=="]);
}

#[test]
fn the_secret_comes_from_the_environment() {
    let site = Site::always(page(1, None));
    assert_presented(&site, &run("7|secret==", &[&site.url("/t")]));
    assert_presented(&site, &run(" 7|secret==\n", &[&site.url("/t")]));
}

#[test]
fn the_secret_comes_from_a_file() {
    let site = Site::always(page(1, None));
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(&file, "7|secret==\r\n").expect("a file can be written");
    let path = file.path().to_str().expect("a path of text");
    // A file that was asked for leads.
    assert_presented(&site, &run("other", &[&site.url("/t"), "--secret-file", path]));
}

#[test]
fn the_secret_comes_from_standard_input() {
    let site = Site::always(page(1, None));
    let mut client = command();
    client.args([&site.url("/t"), "--secret-file", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut client = client.spawn().expect("the client starts");
    client.stdin.take().expect("a pipe").write_all(b"7|secret==").expect("the client reads");
    assert_presented(&site, &finished(client.wait_with_output().expect("the client ends")));
}

#[test]
fn without_a_secret_nothing_is_asked() {
    let site = Site::always(page(1, None));
    let url = site.url("/t");
    let missing = finished(command().arg(&url).output().expect("the client starts"));
    let missing_text = "error: there is no secret: set TOKENFOLIO_SECRET, or give `--secret-file`\n";
    let malformed_text = "error: the secret has a blank within, or a character that no token has\n";
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
    assert_eq!(site.requests().len(), 0);
}

#[test]
fn a_secret_is_not_sent_where_others_could_read_it() {
    for url in ["http://192.0.2.7/t", "http://api.example.com/t", "https://u:p@h.example/t", "/t"] {
        let run = run("7|secret", &[url]);
        assert_eq!((run.code, &*run.out), (Some(2), ""), "{url}");
        assert!(run.err.starts_with("error: invalid value"), "{}", run.err);
    }
}

/// A proxy would read it too.
#[test]
fn without_tls_no_proxy_is_asked() {
    let (proxy, site) = (Site::always(page(1, None)), Site::always(page(1, None)));
    let mut client = command();
    client.env("TOKENFOLIO_SECRET", "7|secret==").arg(site.url("/t"));
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        client.env(name, &proxy.origin);
    }
    assert_presented(&site, &finished(client.output().expect("the client starts")));
    assert_eq!(proxy.requests().len(), 0);
}
