//! Answers as Laravel itself gave them, recorded: escaped slashes, entities in labels, gaps without a page.

use std::fs;

use serde::Deserialize;

use crate::mock_server::{Site, response};
use crate::run::{failure, run};

#[derive(Deserialize)]
struct Answer {
    request: String,
    page_name: String,
    raw: String,
}

/// A page past the end, which ends a walk.
const LAST: &str = "/api/v1/me/tokens?page=4";

/// What Laravel answered to that target, as it would have from another origin.
#[track_caller]
fn recorded(origin: &str, page_name: &str, target: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/envelope.jsonl");
    let recorded = fs::read_to_string(path).expect("the recorded answers are here");
    let answers = recorded.lines().map(|line| serde_json::from_str::<Answer>(line).expect("a recorded answer"));
    let request = format!("http://localhost{target}");
    let mut matching = answers.filter(|answer| answer.request == request && answer.page_name == page_name);
    let raw = matching.next().expect("a recorded answer to that").raw;
    assert!(raw.contains(r"http:\/\/localhost\/"), "{raw}");
    raw.replace(r"http:\/\/localhost", &origin.replace('/', r"\/"))
}

fn answer(origin: &str, page_name: &str, target: &str) -> String {
    response("200 OK", "application/json", &recorded(origin, page_name, target))
}

#[test]
fn a_list_of_laravel_is_walked() {
    let site = Site::start(|origin, target| answer(origin, "page", target));
    let run = run("7|secret", &[&site.url("/api/v1/me/tokens?page=2")]);
    assert_eq!((run.code, &*run.err), (Some(0), ""));
    assert_eq!(site.targets(), ["/api/v1/me/tokens?page=2", "/api/v1/me/tokens?page=3"]);
    let names: Vec<_> = run.out.lines().skip(1).filter_map(|line| line.split("  ").last()).map(str::trim).collect();
    assert_eq!(names, (21..=45).map(|id| format!("token {id}")).collect::<Vec<_>>());
}

#[test]
fn labels_of_entities_and_gaps_without_a_page_are_read() {
    let begin = "/api/v1/me/tokens?page=500";
    let raw = recorded("http://h", "page", begin);
    assert!(raw.contains("&laquo; Previous") && raw.contains(r#"{"url":null,"label":"...","active":false}"#), "{raw}");
    let site = Site::start(move |origin, target| answer(origin, "page", if target == begin { begin } else { LAST }));
    let run = run("7|secret", &[&site.url(begin)]);
    assert_eq!((run.code, run.out.lines().count()), (Some(0), 21), "{}", run.err);
    assert_eq!(site.targets(), [begin, "/api/v1/me/tokens?page=501"]);
}

/// Laravel does not read back the bracketed name that it writes, and answers every page with the first.
#[test]
fn a_list_that_never_gets_ahead_is_given_up() {
    let site = Site::start(|origin, _| answer(origin, "page[number]", "/t?page[number]=2"));
    let error = failure(&[&site.url("/t"), "--page-name", "page[number]"]);
    assert!(error.starts_with("error: next link leads to page 2, expected one above 2\n"), "{error}");
    assert_eq!(site.targets(), ["/t", "/t?page%5Bnumber%5D=2"]);
}

#[test]
fn the_page_parameter_may_have_another_name() {
    let site = Site::start(|origin, target| match target {
        "/t?p=2" => answer(origin, "p", target),
        _ => answer(origin, "page", LAST),
    });
    assert_eq!(run("7|secret", &[&site.url("/t?p=2"), "--page-name", "p"]).code, Some(0));
    assert_eq!(site.targets(), ["/t?p=2", "/t?p=3"]);
    let error = failure(&[&site.url("/t?p=2")]);
    assert!(error.contains("expected one above 1") && error.contains("`--page-name`"), "{error}");
}
