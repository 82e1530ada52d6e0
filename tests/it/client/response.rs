//! A response is a page, a problem or an error.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use tokenfolio::{Page, Problem, ResponseError};
use url::Url;

use crate::page::list;

const PAGE: &str =
    r#"{"data":[7],"links":{},"meta":{"current_page":1,"last_page":1,"path":"/t","per_page":20,"total":1}}"#;
const PROBLEM: &str = r#"{"type":"/probs/x","title":"Unauthorized","status":401,"instance":"?trace=7"}"#;

fn read(status: u16, content_type: Option<&str>, body: impl AsRef<[u8]>) -> Result<Page<u8>, ResponseError> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    if let Some(content_type) = content_type {
        response.headers_mut().insert(CONTENT_TYPE, content_type.parse().expect("a header value"));
    }
    Page::from_response(&response)
}

#[test]
fn a_page_is_read_from_json_or_without_a_content_type() {
    for content_type in [
        Some("application/json"),
        Some("Application/JSON; charset=utf-8"),
        Some("\tapplication/json ;x"),
        Some("application/vnd.api+json"),
        Some("application/vnd.API+JSON;version=1"),
        None,
    ] {
        assert_eq!(read(200, content_type, PAGE).unwrap().data, [7], "{content_type:?}");
    }
}

#[test]
fn a_page_is_read_as_our_endpoint_writes_it() {
    let page = list().request("").unwrap().paginate(vec![7], 1);
    let read = read(200, Some("application/json"), serde_json::to_vec(&page).unwrap()).unwrap();
    assert_eq!((read.data, read.meta.total), (vec![7], Some(1)));
}

#[test]
fn a_problem_is_read_with_any_status() {
    for status in [200, 204, 302, 400, 401, 503, 599] {
        for content_type in ["application/problem+json", "Application/Problem+JSON; charset=utf-8"] {
            let error = read(status, Some(content_type), PROBLEM).unwrap_err();
            assert_eq!(error.status().as_u16(), status);
            assert!(matches!(error, ResponseError::Problem { problem, .. } if problem.title() == Some("Unauthorized")));
        }
    }
}

#[test]
fn the_status_of_the_response_takes_precedence() {
    let error = read(502, Some(Problem::MEDIA_TYPE), PROBLEM).unwrap_err();
    assert_eq!(error.to_string(), "502 Bad Gateway: 401 Unauthorized");
    assert_eq!(error.status(), 502);
    assert!(
        matches!(error, ResponseError::Problem { problem, .. } if problem.status() == Some(StatusCode::UNAUTHORIZED))
    );

    let same = read(401, Some(Problem::MEDIA_TYPE), r#"{"title":"Unauthorized","status":401,"detail":"d"}"#);
    assert_eq!(same.unwrap_err().to_string(), "401 Unauthorized: d");
    assert_eq!(
        read(503, Some(Problem::MEDIA_TYPE), "{}").unwrap_err().to_string(),
        "503 Service Unavailable: about:blank"
    );
}

#[test]
fn relative_references_in_a_problem_resolve_against_the_request() {
    let Err(ResponseError::Problem { problem, .. }) = read(401, Some(Problem::MEDIA_TYPE), PROBLEM) else {
        panic!("no problem");
    };
    let requested = Url::parse("https://h.example/api/a").unwrap();
    assert_eq!(problem.type_url(&requested).unwrap().as_str(), "https://h.example/probs/x");
    assert_eq!(problem.instance_url(&requested).unwrap().as_str(), "https://h.example/api/a?trace=7");
}

#[test]
fn our_own_problems_are_read() {
    let problem = Problem::unauthorized("/t");
    let text = problem.to_string();
    let error = Page::<u8>::from_response(&Response::from(problem)).unwrap_err();
    assert_eq!((error.status(), error.to_string()), (StatusCode::UNAUTHORIZED, text));
}

#[test]
fn a_body_that_is_not_what_it_claims_is_malformed() {
    for (status, content_type, body, text) in [
        (200, Some("application/json"), "<h1>", "200 OK with a malformed body: expected value at line 1 column 1"),
        (200, None, "", "200 OK with a malformed body: EOF while parsing a value at line 1 column 0"),
        (
            200,
            Some("application/json"),
            "{}",
            "200 OK with a malformed body: `data`: missing member at line 1 column 2",
        ),
        (
            401,
            Some(Problem::MEDIA_TYPE),
            "[]",
            "401 Unauthorized with a malformed body: invalid type: sequence, expected a problem details object at line 1 column 0",
        ),
    ] {
        let error = read(status, content_type, body).unwrap_err();
        assert!(matches!(error, ResponseError::Malformed { .. }), "{error:?}");
        assert_eq!(error.status().as_u16(), status);
        assert_eq!(error.to_string(), text);
    }
    let deep = read(500, Some(Problem::MEDIA_TYPE), "[".repeat(65_536)).unwrap_err();
    assert!(matches!(deep, ResponseError::Malformed { .. }));
    let cut = read(200, None, &PAGE[..PAGE.len() - 1]).unwrap_err();
    assert!(matches!(cut, ResponseError::Malformed { .. }));
}

#[test]
fn the_last_content_type_wins() {
    let read = |types: &[&str], body: &str| {
        let mut response = Response::new(body.to_owned());
        for content_type in types {
            response.headers_mut().append(CONTENT_TYPE, content_type.parse().expect("a header value"));
        }
        Page::<u8>::from_response(&response)
    };
    assert_eq!(read(&["text/html", "application/json"], PAGE).unwrap().data, [7]);
    assert!(matches!(read(&["application/json", "text/html"], PAGE), Err(ResponseError::Unexpected { .. })));
    assert!(matches!(read(&["application/json", Problem::MEDIA_TYPE], PROBLEM), Err(ResponseError::Problem { .. })));
    assert!(matches!(read(&[Problem::MEDIA_TYPE, "application/json"], PROBLEM), Err(ResponseError::Malformed { .. })));
}

#[test]
fn a_page_with_parts_that_cannot_be_decoded_is_read() {
    let body = [b"\xef\xbb\xbf", PAGE.replacen('{', r#"{"x":[1e999,"\ud83d"],"#, 1).as_bytes(), b"\n"].concat();
    assert_eq!(read(200, None, body).unwrap().data, [7]);
}

#[test]
fn only_a_200_is_a_page() {
    for status in 100..=999 {
        let read = read(status, Some("application/json"), PAGE);
        match status {
            200 => assert_eq!(read.unwrap().data, [7]),
            _ => assert!(matches!(read, Err(ResponseError::Unexpected { .. })), "{status}"),
        }
    }
}

#[test]
fn only_the_media_type_of_problems_is_a_problem() {
    for content_type in [
        "application/problem+json, x",
        "application/problem+json x",
        "application/problem+json/x",
        "application/problem+jsonx",
        "xapplication/problem+json",
        "application/problem",
        "application/problem+xml",
        "application; problem+json",
        "\"application/problem+json\"",
        ";application/problem+json",
    ] {
        let error = read(401, Some(content_type), PROBLEM).unwrap_err();
        assert!(matches!(error, ResponseError::Unexpected { .. }), "{content_type}: {error}");
        assert!(!Problem::is_media_type(content_type.as_bytes()), "{content_type}");
    }
}

#[test]
fn anything_else_is_unexpected() {
    for (status, content_type, text) in [
        (200, Some("text/html; charset=utf-8"), r#"200 OK with "text/html; charset=utf-8""#),
        (200, Some("text/json"), r#"200 OK with "text/json""#),
        (200, Some("application/jsonp"), r#"200 OK with "application/jsonp""#),
        (200, Some("\u{e9}\""), r#"200 OK with "\xc3\xa9\"""#),
        (200, Some(""), r#"200 OK with """#),
        (201, Some("application/json"), r#"201 Created with "application/json""#),
        (206, Some("application/json"), r#"206 Partial Content with "application/json""#),
        (204, None, "204 No Content with no Content-Type"),
        (302, None, "302 Found with no Content-Type"),
        (401, Some("application/json"), r#"401 Unauthorized with "application/json""#),
        (502, Some("text/html"), r#"502 Bad Gateway with "text/html""#),
    ] {
        // The body does not matter, even if it is a page or a problem.
        for body in [PAGE, PROBLEM, ""] {
            let error = read(status, content_type, body).unwrap_err();
            assert_eq!(error.to_string(), format!("expected a page or a problem, but found {text}"));
            assert_eq!(error.status().as_u16(), status);
            let ResponseError::Unexpected { content_type: found, .. } = error else { panic!("{error:?}") };
            assert_eq!(found.as_ref().map(HeaderValue::as_bytes), content_type.map(str::as_bytes));
        }
    }
}
