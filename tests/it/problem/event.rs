//! A problem and its request, as a log prints them.

use http::request::Parts;
use http::{Method, StatusCode};
use proptest::prelude::*;
use tokenfolio::{Pagination, Problem, ProblemEvent, StoreError, StoreErrorKind, TraceId};

fn request(target: &str) -> Parts {
    let request = http::Request::delete(target).header("authorization", "Bearer s3cret");
    request.body(()).unwrap().into_parts().0
}

#[test]
fn an_event_has_the_problem_and_the_method_and_path_of_the_request() {
    let request = request("/a%20b//c?secret=1");
    let problem = Problem::new(StatusCode::NOT_FOUND);
    let event = ProblemEvent::new(&problem, &request);
    assert_eq!(event.method(), Method::DELETE);
    assert_eq!(event.path(), "/a%20b//c");
    assert!(std::ptr::eq(event.problem(), &raw const problem));
}

#[test]
fn an_event_is_printed_with_the_whole_chain_of_causes() {
    let trace_id: TraceId = "request-7".parse().unwrap();
    let cause = std::io::Error::other(StoreError::new(StoreErrorKind::Timeout, "statement 17 cancelled"));
    let failed = Problem::from(StoreError::new(StoreErrorKind::Other, cause));
    let too_long = Pagination::new("/t").unwrap().with_query_string().request(&"q".repeat(1_025)).unwrap_err();
    let wrong = Pagination::new("/t").unwrap().request("page=0").unwrap_err();
    for (problem, line) in [
        (Problem::new(StatusCode::NOT_FOUND), "DELETE /t: 404 Not Found"),
        (Problem::new(StatusCode::NOT_FOUND).with_trace_id(&trace_id), "DELETE /t [request-7]: 404 Not Found"),
        (
            failed.with_detail("try later"),
            "DELETE /t: 500 Internal Server Error: try later: the store failed: the store took too long: \
             statement 17 cancelled",
        ),
        // The detail already contains the text of the cause.
        (
            wrong.into(),
            "DELETE /t: 400 Bad Request: `page` must be a whole number from 1 to 9223372036854775807, but is zero",
        ),
        (too_long.into(), "DELETE /t: 414 URI Too Long: links can preserve at most 1024 bytes of query parameters"),
    ] {
        assert_eq!(ProblemEvent::new(&problem, &request("/t?page=0")).to_string(), line);
    }
}

#[test]
fn an_event_contains_no_header_and_no_query() {
    let request = request("/t?access_token=s3cret");
    let problem = Problem::unauthorized("/t");
    let event = ProblemEvent::new(&problem, &request);
    assert!(!format!("{event} {event:?} {event:#?}").contains("s3cret"));
}

proptest! {
    #[test]
    fn an_event_is_one_line_whatever_its_texts(detail in any::<String>(), cause in any::<String>()) {
        let problem = Problem::new(StatusCode::CONFLICT).with_detail(detail.clone()).with_source(cause.clone());
        let line = ProblemEvent::new(&problem, &request("/t")).to_string();
        prop_assert!(!line.contains(ends_line));
        // Other characters stay as they are.
        let visible = |text: &str| text.chars().filter(|c| !ends_line(*c)).count();
        prop_assert!(line.chars().count() >= visible(&detail));
        if !detail.contains(ends_line) && !cause.contains(ends_line) && detail != cause {
            prop_assert_eq!(line, format!("DELETE /t: 409 Conflict: {detail}: {cause}"));
        }
    }
}

/// Returns whether a character can end a line or change what a terminal shows.
fn ends_line(c: char) -> bool {
    c.is_control() || "\u{2028}\u{2029}".contains(c)
}

#[test]
fn control_characters_and_line_separators_are_escaped() {
    let problem = Problem::new(StatusCode::CONFLICT)
        .with_source("ERROR\r\n2026-11-27 fake line\u{1b}[31m\u{85}é\\n\u{2028}\u{2029}x");
    assert_eq!(
        ProblemEvent::new(&problem, &request("/t")).to_string(),
        r"DELETE /t: 409 Conflict: ERROR\r\n2026-11-27 fake line\u{1b}[31m\u{85}é\n\u{2028}\u{2029}x"
    );
}
