//! Recorded responses of Laravel: escaped slashes, entities in labels, gaps without a page.

use std::fs;

use serde::Deserialize;

use crate::mock_server::{MockServer, response};
use crate::run::{error_report, run};

#[derive(Deserialize)]
struct Recording {
    request: String,
    page_name: String,
    raw: String,
}

/// A page past the end, without a next page.
const LAST: &str = "/api/v1/me/tokens?page=4";

/// Returns Laravel's recorded body for a target, with another origin.
#[track_caller]
fn recorded(origin: &str, page_name: &str, target: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/envelope.jsonl");
    let recorded = fs::read_to_string(path).expect("the recordings exist");
    let recordings = recorded.lines().map(|line| serde_json::from_str::<Recording>(line).expect("a recording"));
    let request = format!("http://localhost{target}");
    let mut matching = recordings.filter(|recording| recording.request == request && recording.page_name == page_name);
    let raw = matching.next().expect("a recording of this request").raw;
    assert!(raw.contains(r"http:\/\/localhost\/"), "{raw}");
    raw.replace(r"http:\/\/localhost", &origin.replace('/', r"\/"))
}

fn recorded_response(origin: &str, page_name: &str, target: &str) -> String {
    response("200 OK", "application/json", &recorded(origin, page_name, target))
}

#[test]
fn a_list_of_laravel_is_read() {
    let server = MockServer::start(|origin, target| recorded_response(origin, "page", target));
    let run = run("7|secret", &[&server.url("/api/v1/me/tokens?page=2")]);
    assert_eq!((run.code, &*run.err), (Some(0), ""));
    assert_eq!(server.targets(), ["/api/v1/me/tokens?page=2", "/api/v1/me/tokens?page=3"]);
    let names: Vec<_> = run.out.lines().skip(1).filter_map(|line| line.split("  ").last()).map(str::trim).collect();
    assert_eq!(names, (21..=45).map(|id| format!("token {id}")).collect::<Vec<_>>());
}

#[test]
fn labels_of_entities_and_gaps_without_a_page_are_read() {
    let first = "/api/v1/me/tokens?page=500";
    let raw = recorded("http://h", "page", first);
    assert!(raw.contains("&laquo; Previous") && raw.contains(r#"{"url":null,"label":"...","active":false}"#), "{raw}");
    let server = MockServer::start(move |origin, target| {
        recorded_response(origin, "page", if target == first { first } else { LAST })
    });
    let run = run("7|secret", &[&server.url(first)]);
    assert_eq!((run.code, run.out.lines().count()), (Some(0), 21), "{}", run.err);
    assert_eq!(server.targets(), [first, "/api/v1/me/tokens?page=501"]);
}

/// Laravel does not read back the bracketed name that it writes, and answers every page with the first.
#[test]
fn a_list_that_repeats_its_first_page_is_an_error() {
    let server = MockServer::start(|origin, _| recorded_response(origin, "page[number]", "/t?page[number]=2"));
    let error = error_report(&[&server.url("/t"), "--page-name", "page[number]"]);
    assert!(error.starts_with("error: next link leads to page 2, expected one above 2\n"), "{error}");
    assert_eq!(server.targets(), ["/t", "/t?page%5Bnumber%5D=2"]);
}

#[test]
fn the_page_parameter_can_have_another_name() {
    let server = MockServer::start(|origin, target| match target {
        "/t?p=2" => recorded_response(origin, "p", target),
        _ => recorded_response(origin, "page", LAST),
    });
    assert_eq!(run("7|secret", &[&server.url("/t?p=2"), "--page-name", "p"]).code, Some(0));
    assert_eq!(server.targets(), ["/t?p=2", "/t?p=3"]);
    let error = error_report(&[&server.url("/t?p=2")]);
    assert!(error.contains("expected one above 1") && error.contains("`--page-name`"), "{error}");
}

#[test]
fn the_page_parameter_must_have_a_name() {
    let run = run("7|secret", &["https://api.example.com/t", "--page-name", ""]);
    assert_eq!((run.code, &*run.out), (Some(2), ""));
    assert!(run.err.contains("--page-name"), "{}", run.err);
}
