//! The response to an unauthenticated request, from a path to a body.

use std::hint::black_box;

use http::{StatusCode, Uri};
use http_api_problem::HttpApiProblem;
use problem_details::{JsonProblemDetails, ProblemDetails, ProblemType};
use serde_json::Value;
use tokenfolio::Problem;

use crate::measure::{Table, Variant};
use crate::peer::versioned;
use crate::unauthorized::{self, Derived};

const PATH: &str = "/api/v1/me/tokens";
const DETAIL: &str = "Authentication failed";

pub(crate) const DIFFERENCES: [(&str, &[&str]); 2] = [
    (
        "problem_details",
        &[
            "equal values, not the same bytes: `status` comes before `title`",
            "`type` only if it is set",
            "the titles of 203, 413 and 422 are not RFC 9110's",
            "type and instance are `http::Uri`: a path with a space and a relative reference are rejected, and a \
             fragment is removed",
            "reading fails if a member has another type than in the RFC",
            "cannot hold a cause that is hidden from the client",
            "a response only through a framework, without a challenge or `Cache-Control`",
        ],
    ),
    (
        "http-api-problem",
        &[
            "equal values, not the same bytes: `status` comes before `title`",
            "`type` only if it is set",
            "the titles of 203, 413 and 422 are not RFC 9110's",
            "type and instance are any text, not escaped",
            "extensions in an order that changes from run to run, under any name except the RFC's own",
            "reading fails if a member has another type than in the RFC",
            "a response only through a framework, without a challenge or `Cache-Control`",
        ],
    ),
];

/// Measures the problem.
pub(crate) fn measure(table: &mut Table) {
    let expected = ours(PATH);
    assert_eq!(by_hand(PATH), expected);
    assert_eq!(derived(PATH), expected);
    assert_eq!(by_hand("/a \"b\"/%41%/ü"), ours("/a \"b\"/%41%/ü"));
    assert_eq!(read(&by_problem_details(PATH)), read(&expected));
    assert_eq!(read(&by_http_api_problem(PATH)), read(&expected));
    check_claims();

    let names = DIFFERENCES.map(|(name, _)| versioned(name));
    let [problem_details, http_api_problem] = names.each_ref();
    let variants = vec![
        Variant::new("by hand", || {
            black_box(by_hand(black_box(PATH)));
        }),
        Variant::new("derive", || {
            black_box(derived(black_box(PATH)));
        }),
        Variant::new("ours", || {
            black_box(ours(black_box(PATH)));
        }),
        Variant::new(problem_details, || {
            black_box(by_problem_details(black_box(PATH)));
        }),
        Variant::new(http_api_problem, || {
            black_box(by_http_api_problem(black_box(PATH)));
        }),
    ];
    table.measure("a 401, made and written to a fresh body", &[0, 1], variants);
}

/// Asserts the claims about peers that the measured problem does not show.
fn check_claims() {
    let bare = ProblemDetails::from_status_code(StatusCode::UNAUTHORIZED);
    let bare = [serde_json::json!(bare), serde_json::json!(HttpApiProblem::with_title(StatusCode::UNAUTHORIZED))];
    assert!(bare.iter().all(|bare| bare.get("type").is_none()));

    for status in [203, 413, 422].map(|code| StatusCode::from_u16(code).expect("it is a status")) {
        assert_ne!(ProblemDetails::from_status_code(status).title.as_deref(), Problem::new(status).title());
        assert_ne!(HttpApiProblem::with_title(status).title.as_deref(), Problem::new(status).title());
    }

    assert!(Uri::try_from("/a b").is_err() && Uri::try_from("a/b").is_err());
    assert_eq!(Uri::try_from("/a#b").expect("it is a URI"), "/a");
    assert_eq!(read(&by_http_api_problem("/a b"))["instance"], "/a b");

    let lenient = br#"{"status":403,"title":["x"]}"#;
    assert!(Problem::from_slice(lenient).is_ok());
    assert!(serde_json::from_slice::<ProblemDetails>(lenient).is_err());
    assert!(serde_json::from_slice::<HttpApiProblem>(lenient).is_err());
}

fn ours(path: &str) -> Vec<u8> {
    let mut body = Vec::new();
    Problem::unauthorized(path).write_json(&mut body);
    body
}

fn by_hand(path: &str) -> Vec<u8> {
    let mut body = Vec::new();
    unauthorized::by_hand(&mut body, path);
    body
}

fn derived(path: &str) -> Vec<u8> {
    serde_json::to_vec(&Derived::new(path)).expect("it is JSON")
}

fn by_problem_details(path: &str) -> Vec<u8> {
    let problem = ProblemDetails::from_status_code(StatusCode::UNAUTHORIZED)
        .with_type(ProblemType::default())
        .with_detail(DETAIL)
        .with_instance(Uri::try_from(path).expect("it is a URI"));
    JsonProblemDetails::from(problem).to_body_string().expect("it is JSON").into_bytes()
}

fn by_http_api_problem(path: &str) -> Vec<u8> {
    HttpApiProblem::with_title(StatusCode::UNAUTHORIZED)
        .type_url("about:blank")
        .detail(DETAIL)
        .instance(path)
        .json_bytes()
}

fn read(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("it is JSON")
}
