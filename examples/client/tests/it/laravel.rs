//! Recorded responses of Laravel: escaped slashes, HTML entities in labels, and gaps (`...`) without the member `page`.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::mock_server::{MockServer, response, token};
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
fn labels_with_entities_and_gaps_without_the_member_page_are_read() {
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

#[derive(Deserialize)]
struct Form {
    name: String,
    request: FormRequest,
    response: FormResponse,
}

#[derive(Deserialize)]
struct FormRequest {
    target: String,
}

#[derive(Deserialize)]
struct FormResponse {
    raw: String,
}

/// Laravel's recorded pages of a list. Their links lead to the host of the recording, not to the test's server.
struct Forms {
    /// Two pages of eight tokens each. The keys are the targets of their requests.
    full_pages: BTreeMap<String, String>,
    empty_page: String,
}

impl Forms {
    #[track_caller]
    fn read(kind: &str) -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/forms.jsonl");
        let recorded = fs::read_to_string(path).expect("the recordings exist");
        let forms = recorded.lines().map(|line| serde_json::from_str::<Form>(line).expect("a recording"));
        let (full, empty): (Vec<_>, Vec<_>) = forms
            .filter(|form| form.name.starts_with(&format!("form:resource-{kind}:")))
            .filter(|form| ["-1-of-3", "-2-of-3", "past-the-end", "empty"].iter().any(|end| form.name.ends_with(end)))
            .partition(|form| form.name.ends_with("-of-3"));
        Self {
            full_pages: full.into_iter().map(|form| (form.request.target, form.response.raw)).collect(),
            empty_page: empty.into_iter().next().expect("an empty page").response.raw,
        }
    }

    /// Returns the page for a target: one of the full pages, or else the empty page.
    fn page(&self, target: &str) -> &str {
        self.full_pages.get(target).unwrap_or(&self.empty_page)
    }
}

/// Returns the members of a page as Laravel sends them without a resource.
fn without_resource(raw: &str) -> String {
    let mut page: Value = serde_json::from_str(raw).expect("a page");
    let links = page["links"].take();
    let mut bare = page["meta"].take();
    bare["data"] = page["data"].take();
    for name in ["first", "last", "prev", "next"] {
        bare[format!("{name}_page_url")] = links[name].clone();
    }
    bare.to_string()
}

/// Laravel has six forms of a page: with a total, without a total, and by cursor, each with and without a resource.
#[test]
fn every_form_is_walked_to_its_end() {
    for kind in ["paginate", "simple", "cursor"] {
        for is_bare in [false, true] {
            let forms = Forms::read(kind);
            let server = MockServer::start(move |origin, target| {
                let raw = forms.page(target);
                let body = if is_bare { without_resource(raw) } else { raw.replace(r"\/", "/") };
                response("200 OK", "application/json", &body.replace("http://api.example.com", origin))
            });
            let run = run("7|secret", &[&server.url(&format!("/api/forms/resource/{kind}"))]);
            assert_eq!((run.code, &*run.err), (Some(0), ""), "{kind}");
            assert_eq!(run.out.lines().count(), 1 + 16, "{kind}");
            assert_eq!(server.targets().len(), 3, "{kind}");
        }
    }
}

/// The recorded links lead to another host, as Laravel's links do behind a proxy that it does not trust.
#[test]
fn a_walk_can_stay_on_its_own_url() {
    for kind in ["paginate", "simple", "cursor"] {
        let forms = Forms::read(kind);
        let server = MockServer::start(move |_, target| response("200 OK", "application/json", forms.page(target)));
        let url = server.url(&format!("/api/forms/resource/{kind}"));
        let error = error_report(&[&url]);
        assert!(error.starts_with("error: next link leads to http://api.example.com, expected http://127.0.0.1:"));
        assert!(error.contains("`--own-url`"), "{error}");

        let run = run("7|secret", &[&url, "--own-url"]);
        assert_eq!((run.code, run.out.lines().count()), (Some(0), 1 + 16), "{}", run.err);
        assert_eq!(server.targets().len(), 1 + 3);
    }
}

#[test]
fn the_cursor_parameter_can_have_another_name() {
    let forms = Forms::read("cursor");
    let server = MockServer::start(move |origin, target| {
        let raw = forms.page(&target.replace("?after=", "?cursor=")).replace(r"\/", "/").replace("?cursor=", "?after=");
        response("200 OK", "application/json", &raw.replace("http://api.example.com", origin))
    });
    let url = server.url("/api/forms/resource/cursor");
    let error = error_report(&[&url]);
    assert!(error.contains("`--cursor-name`"), "{error}");
    assert_eq!(run("7|secret", &[&url, "--cursor-name", "after"]).out.lines().count(), 1 + 16);
}

#[test]
fn a_repeated_cursor_is_an_error() {
    let server = MockServer::start(|origin, _| {
        let links = json!({ "next": format!("{origin}/t?cursor=x") });
        let meta = json!({ "path": "/t", "per_page": 1 });
        let page = json!({ "data": [token("CI")], "links": links, "meta": meta });
        response("200 OK", "application/json", &page.to_string())
    });
    let error = error_report(&[&server.url("/t")]);
    assert!(error.starts_with("error: next link has a cursor that was requested before\n"), "{error}");
    assert_eq!(server.targets(), ["/t", "/t?cursor=x"]);
}

/// Laravel writes a bracketed name into its links, but does not read it from a query. Every request therefore returns
/// the first page.
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
