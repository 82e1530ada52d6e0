//! Problem details (RFC 9457), and the responses that they become.

mod event;
mod extension_name;
mod json;
mod other_format;
mod trace_id;

use std::error::Error;
use std::sync::Arc;

use crate::page::list;
use http::header::{ALLOW, CACHE_CONTROL, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Method, Response, StatusCode};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokenfolio::{CursorError, ExtensionName, Problem, StoreError, StoreErrorKind, TraceId};
use url::Url;

/// Returns the JSON of a problem, which serde and the encoder must write alike.
#[track_caller]
fn written(problem: &Problem) -> String {
    let json = serde_json::to_string(problem).unwrap();
    let mut body = Vec::new();
    problem.write_json(&mut body);
    assert!(body == json.as_bytes(), "{json} is written as {}", String::from_utf8_lossy(&body));
    json
}

#[track_caller]
fn read(json: &str) -> Problem {
    Problem::from_slice(json.as_bytes()).unwrap()
}

#[track_caller]
fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap()
}

#[track_caller]
fn trace_id(text: &str) -> TraceId {
    text.parse().unwrap()
}

#[track_caller]
fn name(text: &str) -> ExtensionName {
    text.parse().unwrap()
}

/// Returns the headers of a response, sorted by name.
fn headers(response: &Response<Vec<u8>>) -> Vec<(&str, &str)> {
    let mut headers: Vec<_> =
        response.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    headers.sort_unstable();
    headers
}

const UNAUTHORIZED: &str = concat!(
    r#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Authentication failed","#,
    r#""instance":"/api/v1/me/tokens"}"#,
);

#[test]
fn an_unauthorized_problem_is_written_byte_for_byte() {
    assert_eq!(written(&Problem::unauthorized("/api/v1/me/tokens")), UNAUTHORIZED);
}

/// The phrases of RFC 9110, section 15, and of the IANA registry for the codes of other RFCs.
const PHRASES: [(u16, &str); 60] = [
    (100, "Continue"),
    (101, "Switching Protocols"),
    (102, "Processing"),
    (103, "Early Hints"),
    (200, "OK"),
    (201, "Created"),
    (202, "Accepted"),
    (203, "Non-Authoritative Information"),
    (204, "No Content"),
    (205, "Reset Content"),
    (206, "Partial Content"),
    (207, "Multi-Status"),
    (208, "Already Reported"),
    (226, "IM Used"),
    (300, "Multiple Choices"),
    (301, "Moved Permanently"),
    (302, "Found"),
    (303, "See Other"),
    (304, "Not Modified"),
    (305, "Use Proxy"),
    (307, "Temporary Redirect"),
    (308, "Permanent Redirect"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (402, "Payment Required"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (406, "Not Acceptable"),
    (407, "Proxy Authentication Required"),
    (408, "Request Timeout"),
    (409, "Conflict"),
    (410, "Gone"),
    (411, "Length Required"),
    (412, "Precondition Failed"),
    (413, "Content Too Large"),
    (414, "URI Too Long"),
    (415, "Unsupported Media Type"),
    (416, "Range Not Satisfiable"),
    (417, "Expectation Failed"),
    (421, "Misdirected Request"),
    (422, "Unprocessable Content"),
    (423, "Locked"),
    (424, "Failed Dependency"),
    (425, "Too Early"),
    (426, "Upgrade Required"),
    (428, "Precondition Required"),
    (429, "Too Many Requests"),
    (431, "Request Header Fields Too Large"),
    (451, "Unavailable For Legal Reasons"),
    (500, "Internal Server Error"),
    (501, "Not Implemented"),
    (502, "Bad Gateway"),
    (503, "Service Unavailable"),
    (504, "Gateway Timeout"),
    (505, "HTTP Version Not Supported"),
    (506, "Variant Also Negotiates"),
    (507, "Insufficient Storage"),
    (508, "Loop Detected"),
    (511, "Network Authentication Required"),
];

#[test]
fn every_status_has_its_phrase_for_a_title() {
    for code in 100..=999 {
        let problem = Problem::new(status(code));
        let title = problem.title().unwrap();
        match PHRASES.iter().find(|(known, _)| *known == code) {
            Some((_, phrase)) => assert_eq!(title, *phrase, "{code}"),
            // 418 is unused and 510 is obsolete, so no standard has a phrase for them.
            None if [418, 510].contains(&code) => assert!(!title.is_empty(), "{code}"),
            None => assert_eq!(title, "Unknown Status", "{code}"),
        }
        assert_eq!(written(&problem), format!(r#"{{"type":"about:blank","title":"{title}","status":{code}}}"#));
    }
}

#[test]
fn a_relative_type_and_instance_resolve_against_the_request() {
    let request = Url::parse("https://h.test/api/a?page=2").unwrap();
    for (reference, url) in [
        ("", "https://h.test/api/a?page=2"),
        ("/probs/x", "https://h.test/probs/x"),
        ("x", "https://h.test/api/x"),
        ("?page=3", "https://h.test/api/a?page=3"),
        ("#x", "https://h.test/api/a?page=2#x"),
        ("//other.test/x", "https://other.test/x"),
        ("https://e.test/p", "https://e.test/p"),
        ("about:blank", "about:blank"),
        ("urn:uuid:1", "urn:uuid:1"),
    ] {
        let problem = read(&json!({"type": reference, "instance": reference}).to_string());
        assert_eq!((problem.type_uri(), problem.instance()), (reference, Some(reference)));
        assert_eq!(problem.type_url(&request).as_ref().map(Url::as_str), Some(url), "{reference:?}");
        assert_eq!(problem.instance_url(&request).as_ref().map(Url::as_str), Some(url), "{reference:?}");
    }
    let bare = read("{}");
    assert_eq!(bare.type_url(&request).as_ref().map(Url::as_str), Some("about:blank"));
    assert_eq!(bare.instance_url(&request), None);
    let broken = read(r#"{"type":"https://[","instance":"https://["}"#);
    assert_eq!((broken.type_url(&request), broken.instance_url(&request)), (None, None));
}

#[test]
fn the_status_of_the_body_does_not_change_the_status_of_the_response() {
    let response = Response::builder().status(502).body(UNAUTHORIZED.as_bytes().to_vec()).unwrap();
    let problem = Problem::from_slice(response.body()).unwrap();
    assert_eq!((response.status().as_u16(), problem.status()), (502, Some(StatusCode::UNAUTHORIZED)));
}

#[test]
fn the_media_type_ignores_case_and_parameters() {
    for (content_type, is_problem) in [
        ("application/problem+json", true),
        ("Application/Problem+JSON; charset=utf-8", true),
        ("application/problem+json;charset=utf-8", true),
        ("application/problem+json ;x=\"a;b\"", true),
        (" application/problem+json ", true),
        ("application/json", false),
        ("application/problem+xml", false),
        ("application/problem+jsonx", false),
        ("xapplication/problem+json", false),
        ("text/plain; application/problem+json", false),
        ("application/problem", false),
        (";application/problem+json", false),
        ("", false),
    ] {
        assert_eq!(Problem::is_media_type(content_type.as_bytes()), is_problem, "{content_type:?}");
    }
    assert!(!Problem::is_media_type(b"application/problem+json\xff"));
    assert!(Problem::is_media_type(Problem::MEDIA_TYPE.as_bytes()));
}

#[test]
fn a_problem_becomes_a_response_with_its_status_and_headers() {
    let response: Response<Vec<u8>> =
        Problem::new(StatusCode::NOT_FOUND).with_header(RETRY_AFTER, HeaderValue::from_static("7")).into();
    assert_eq!(response.status(), 404);
    assert_eq!(
        headers(&response),
        [
            ("cache-control", "private, no-store"),
            ("content-length", "55"),
            ("content-type", "application/problem+json"),
            ("retry-after", "7"),
        ]
    );
    assert_eq!(response.body(), br#"{"type":"about:blank","title":"Not Found","status":404}"#);
}

#[test]
fn a_problem_becomes_a_response_with_any_body_that_is_made_from_bytes() {
    let problem = || Problem::unauthorized("/api/v1/me/tokens").with_header(ALLOW, HeaderValue::from_static("GET"));
    let bytes = Response::from(problem());
    let vec: Response<Vec<u8>> = problem().into_response();
    let shared: Response<Arc<[u8]>> = problem().into_response();
    let boxed: Response<Box<[u8]>> = problem().into_response();
    assert_eq!(bytes.body(), UNAUTHORIZED.as_bytes());
    for (status, headers, body) in [
        (vec.status(), vec.headers(), &**vec.body()),
        (shared.status(), shared.headers(), &**shared.body()),
        (boxed.status(), boxed.headers(), &**boxed.body()),
    ] {
        assert_eq!((status, headers, body), (bytes.status(), bytes.headers(), &**bytes.body()));
    }
}

#[test]
fn a_status_below_400_is_answered_as_500_in_the_status_line_and_the_body() {
    for code in 100..=999 {
        let expected = if code < 400 { 500 } else { code };
        for problem in [Problem::new(status(code)), read(&format!(r#"{{"status":{code}}}"#))] {
            assert_eq!(problem.status(), Some(status(code)));
            assert!(written(&problem).ends_with(&format!(r#""status":{code}}}"#)));
            let response: Response<Vec<u8>> = problem.into();
            assert_eq!(response.status(), expected, "{code}");
            assert_eq!(response.headers().contains_key(WWW_AUTHENTICATE), code == 401, "{code}");
            assert_eq!(response.headers()["content-length"], response.body().len().to_string());
            let body: Value = serde_json::from_slice(response.body()).unwrap();
            assert_eq!(body["status"], expected, "{code}");
        }
    }
}

#[test]
fn the_phrase_of_a_status_that_is_not_sent_is_replaced_too() {
    for (json, body) in [
        (r#"{}"#, r#"{"type":"about:blank","status":500}"#),
        (r#"{"status":99}"#, r#"{"type":"about:blank","status":500}"#),
        (r#"{"status":304}"#, r#"{"type":"about:blank","status":500}"#),
        (
            r#"{"title":"No Content","status":204}"#,
            r#"{"type":"about:blank","title":"Internal Server Error","status":500}"#,
        ),
        (
            r#"{"type":"about:blank","title":"OK","status":200,"detail":"d","instance":"/i","abc":1}"#,
            concat!(
                r#"{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"d","instance":"/i","#,
                r#""abc":1}"#,
            ),
        ),
        // Any other title does not depend on the status.
        (r#"{"title":"Low stock","status":200}"#, r#"{"type":"about:blank","title":"Low stock","status":500}"#),
        (r#"{"title":"No Content"}"#, r#"{"type":"about:blank","title":"No Content","status":500}"#),
        (
            r#"{"type":"/probs/x","title":"No Content","status":204}"#,
            r#"{"type":"/probs/x","title":"No Content","status":500}"#,
        ),
    ] {
        let response: Response<Vec<u8>> = read(json).into();
        assert_eq!((response.status().as_u16(), &*String::from_utf8_lossy(response.body())), (500, body), "{json}");
    }
    let response: Response<Vec<u8>> = Problem::new(StatusCode::SWITCHING_PROTOCOLS).into();
    let same: Response<Vec<u8>> = Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into();
    assert_eq!((response.status(), response.headers(), response.body()), (same.status(), same.headers(), same.body()));
}

#[test]
fn a_401_always_has_a_challenge_and_its_own_takes_precedence() {
    let response: Response<Vec<u8>> = Problem::unauthorized("/api/v1/me/tokens").into();
    assert_eq!(
        headers(&response),
        [
            ("cache-control", "private, no-store"),
            ("content-length", "122"),
            ("content-type", "application/problem+json"),
            ("www-authenticate", r#"Bearer realm="api""#),
        ]
    );
    assert_eq!(response.body(), UNAUTHORIZED.as_bytes());
    let own = Problem::unauthorized("/").with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"x\""));
    let response: Response<Vec<u8>> = own.into();
    let challenges: Vec<_> = response.headers().get_all(WWW_AUTHENTICATE).iter().collect();
    assert_eq!(challenges, ["Basic realm=\"x\""]);
    let read: Response<Vec<u8>> = read(r#"{"status":401}"#).into();
    assert_eq!(read.headers()[WWW_AUTHENTICATE], r#"Bearer realm="api""#);
}

#[test]
fn a_problem_without_a_status_becomes_a_500() {
    let response: Response<Vec<u8>> = read(r#"{"title":"x"}"#).into();
    assert_eq!(response.status(), 500);
    assert_eq!(response.body(), br#"{"type":"about:blank","title":"x","status":500}"#);
}

#[test]
fn several_challenges_are_answered_in_order() {
    for basic_is_first in [true, false] {
        let mut values = [r#"Basic realm="x""#, r#"Bearer realm="y""#];
        if !basic_is_first {
            values.reverse();
        }
        let challenge = |value| (WWW_AUTHENTICATE, HeaderValue::from_static(value));
        let (name, first) = challenge(values[0]);
        let problem = Problem::unauthorized("/").with_header(name, first);
        let (name, second) = challenge(values[1]);
        let response: Response<Vec<u8>> = problem.with_header(name, second).into();
        let challenges: Vec<_> = response.headers().get_all(WWW_AUTHENTICATE).iter().collect();
        assert_eq!(challenges, values);
    }
}

#[test]
fn a_header_that_must_not_repeat_is_replaced() {
    let repeated = ["link", "proxy-authenticate", "set-cookie", "vary", "www-authenticate"];
    let once = ["allow", "content-language", "etag", "location", "retry-after", "x-request-id"];
    for name in repeated.into_iter().chain(once) {
        let name: http::HeaderName = name.parse().unwrap();
        let problem = ["a", "b"].into_iter().fold(Problem::new(StatusCode::CONFLICT), |problem, value| {
            problem.with_header(name.clone(), HeaderValue::from_static(value))
        });
        let response: Response<Vec<u8>> = problem.into();
        let values: Vec<_> = response.headers().get_all(&name).iter().collect();
        assert_eq!(values, if repeated.contains(&name.as_str()) { &["a", "b"][..] } else { &["b"] }, "{name}");
    }
    let unavailable = Problem::from(StoreError::new(StoreErrorKind::Unavailable, "down"));
    let response: Response<Vec<u8>> = unavailable.with_header(RETRY_AFTER, HeaderValue::from_static("7")).into();
    assert_eq!(response.headers().get_all(RETRY_AFTER).iter().collect::<Vec<_>>(), ["7"]);
}

#[test]
fn cache_control_can_be_replaced_and_the_media_type_and_length_cannot() {
    let response: Response<Vec<u8>> = Problem::new(StatusCode::GONE)
        .with_header(CACHE_CONTROL, HeaderValue::from_static("max-age=60"))
        .with_header(http::header::CONTENT_TYPE, HeaderValue::from_static("text/html"))
        .with_header(http::header::CONTENT_LENGTH, HeaderValue::from_static("1"))
        .into();
    assert_eq!(
        headers(&response),
        [("cache-control", "max-age=60"), ("content-length", "50"), ("content-type", "application/problem+json")]
    );
}

#[test]
fn the_length_counts_bytes() {
    let response: Response<Vec<u8>> = Problem::new(StatusCode::CONFLICT).with_detail("é日🦀").into();
    assert_eq!(response.headers()["content-length"], response.body().len().to_string());
}

#[test]
fn the_length_is_right_for_every_number_of_digits() {
    for detail_len in (0..1_000).chain([9_000, 99_000]) {
        let problem = Problem::new(StatusCode::GONE).with_detail("d".repeat(detail_len));
        let response: Response<Vec<u8>> = problem.into();
        assert_eq!(response.headers()["content-length"], response.body().len().to_string());
    }
}

#[test]
fn a_405_lists_the_allowed_methods() {
    let response: Response<Vec<u8>> = Problem::method_not_allowed(&[Method::GET, Method::HEAD]).into();
    assert_eq!((response.status().as_u16(), &response.headers()[ALLOW]), (405, &HeaderValue::from_static("GET, HEAD")));
    assert_eq!(response.body(), br#"{"type":"about:blank","title":"Method Not Allowed","status":405}"#);
    let none: Response<Vec<u8>> = Problem::method_not_allowed(&[]).into();
    assert_eq!(none.headers()[ALLOW], "");
}

#[test]
fn the_cause_is_only_for_logs() {
    let problem = Problem::unauthorized("/").with_source(std::io::Error::other("s3cret of db-3"));
    assert_eq!(problem.source().map(ToString::to_string).as_deref(), Some("s3cret of db-3"));
    assert!(problem.source().unwrap().is::<std::io::Error>());
    for shown in [written(&problem), problem.to_string(), format!("{problem:?}"), format!("{problem:#?}")] {
        assert!(!shown.contains("s3cret") && !shown.contains("db-3"), "{shown}");
    }
    let response: Response<Vec<u8>> = problem.into();
    assert!(!format!("{response:?}").contains("s3cret"));
    assert!(!String::from_utf8(response.into_body()).unwrap().contains("s3cret"));
    assert!(Problem::unauthorized("/").source().is_none());
}

#[test]
fn the_text_of_a_problem_is_its_status_title_and_detail() {
    assert_eq!(Problem::unauthorized("/x").to_string(), "401 Unauthorized: Authentication failed");
    assert_eq!(Problem::new(StatusCode::NOT_FOUND).to_string(), "404 Not Found");
    for (json, text) in [
        ("{}", "about:blank"),
        (r#"{"type":"/probs/x"}"#, "/probs/x"),
        (r#"{"type":"/probs/x","detail":"d"}"#, "/probs/x: d"),
        (r#"{"status":404}"#, "404"),
        (r#"{"title":"T","detail":"d"}"#, "T: d"),
        (r#"{"status":404,"detail":"d"}"#, "404: d"),
    ] {
        assert_eq!(read(json).to_string(), text, "{json}");
    }
}

#[test]
fn a_debug_print_has_what_the_client_sees() {
    let problem = Problem::unauthorized("/x")
        .with_trace_id(&trace_id("t-1"))
        .with_header(RETRY_AFTER, HeaderValue::from_static("7"))
        .with_source("hidden");
    assert_eq!(
        format!("{problem:?}"),
        concat!(
            r#"Problem { type: "about:blank", title: Some("Unauthorized"), status: Some(401), "#,
            r#"detail: Some("Authentication failed"), instance: Some("/x"), "#,
            r#"extensions: [("trace_id", String("t-1"))], headers: {"retry-after": "7"}, .. }"#,
        )
    );
}

#[test]
fn a_problem_is_as_small_as_a_pointer() {
    assert_eq!(size_of::<Problem>(), 8);
    assert_eq!(size_of::<Result<(), Problem>>(), 8);
}

fn parts(uri: &str) -> http::request::Parts {
    http::Request::get(uri).body(()).unwrap().into_parts().0
}

#[test]
fn the_instance_is_the_path_without_the_query() {
    for (uri, instance) in [
        ("/api/v1/me/tokens", "/api/v1/me/tokens"),
        ("/api/v1/me/tokens?access_token=s3cret&page=2", "/api/v1/me/tokens"),
        ("https://evil.test/api/v1/me/tokens?x", "/api/v1/me/tokens"),
        ("/a%20b/%C3%A9", "/a%20b/%C3%A9"),
        ("/a[b]\"c|d", "/a%5Bb%5D%22c%7Cd"),
        ("//evil.example/x", "/.//evil.example/x"),
        ("///evil.example/x", "/.///evil.example/x"),
        ("/a%zz", "/a%25zz"),
        ("/", "/"),
    ] {
        let problem = Problem::new(StatusCode::NOT_FOUND).with_request(&parts(uri));
        assert_eq!(problem.instance(), Some(instance), "{uri}");
        assert_eq!(problem.trace_id(), None);
    }
}

#[test]
fn a_reference_is_escaped_where_a_uri_requires_it() {
    for c in '\0'..='\u{ff}' {
        let problem =
            Problem::new(StatusCode::NOT_FOUND).with_instance(&format!("/a{c}x")).with_type(&format!("/{c}x"));
        let escaped: String = if c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/?#".contains(c) {
            c.into()
        } else {
            c.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect()
        };
        assert_eq!(problem.instance(), Some(&*format!("/a{escaped}x")), "{c:?}");
        assert_eq!(problem.type_uri(), format!("/{escaped}x"), "{c:?}");
    }
    assert_eq!(Problem::unauthorized("/a%2Fb c").instance(), Some("/a%2Fb%20c"));
}

#[test]
fn any_text_becomes_a_reference_within_its_component() {
    for (text, written) in [
        ("", ""),
        ("a", "a"),
        ("/a#b#c[", "/a#b%23c%5B"),
        ("/a?b?c[#d?e", "/a?b?c%5B#d?e"),
        ("?[", "?%5B"),
        ("#[", "#%5B"),
        ("%", "%25"),
        ("/\\evil.example", "/%5Cevil.example"),
        ("about:blank", "about:blank"),
        ("urn:uuid:f81d[", "urn:uuid:f81d%5B"),
        ("tag:a@b,2024:c", "tag:a@b,2024:c"),
        ("1a:b", "./1a:b"),
        ("é:b/c:d", "./%C3%A9:b/c:d"),
        (":", "./:"),
        ("a/b:c", "a/b:c"),
        ("https://u:p@h.example:80/a[b]", "https://u:p@h.example:80/a%5Bb%5D"),
        ("https://a@b@h/x", "https://a%40b@h/x"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("https://[::1]/x", "https://[::1]/x"),
        ("https://[x]:80/x", "https://%5Bx%5D:80/x"),
        ("https://[::1/x", "https://%5B%3A:1/x"),
        ("https://h:8x/x", "https://h%3A8x/x"),
        ("https://bücher.example/é", "https://b%C3%BCcher.example/%C3%A9"),
        ("https:///x", "https:///x"),
    ] {
        assert_eq!(Problem::new(StatusCode::NOT_FOUND).with_type(text).type_uri(), written, "{text}");
        assert_eq!(Problem::new(StatusCode::NOT_FOUND).with_instance(text).instance(), Some(written), "{text}");
    }
    let problem = Problem::new(StatusCode::NOT_FOUND).with_type("//h.example/t").with_instance("//h.example/t");
    assert_eq!((problem.type_uri(), problem.instance()), ("//h.example/t", Some("/.//h.example/t")));
}

proptest! {
    #[test]
    fn any_type_and_instance_are_uri_references(
        text in prop_oneof![any::<String>(), "(https?|[a-z0-9é]{0,2})?[:/@?#\\[\\]%.]{0,4}[a-z0-9é:@\\[\\]%/?# ]{0,12}"],
    ) {
        let problem = Problem::new(StatusCode::NOT_FOUND).with_type(&text).with_instance(&text);
        for reference in [problem.type_uri(), problem.instance().unwrap_or_default()] {
            prop_assert!(fluent_uri::UriRef::parse(reference).is_ok(), "{} is not a URI reference", reference);
        }
        prop_assert!(!problem.instance().unwrap_or_default().starts_with("//"));
        if fluent_uri::UriRef::parse(&*text).is_ok() {
            prop_assert_eq!(problem.type_uri(), text);
        }
    }
}

#[test]
fn the_services_trace_id_takes_precedence_over_the_clients() {
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let mut parts = parts("/x");
    let traced = |parts: &_| Problem::new(StatusCode::NOT_FOUND).with_request(parts);
    parts.headers.insert("traceparent", HeaderValue::from_static(traceparent));
    assert_eq!(traced(&parts).trace_id(), Some("0af7651916cd43dd8448eb211c80319c"));
    parts.extensions.insert(trace_id("request-7"));
    assert_eq!(traced(&parts).trace_id(), Some("request-7"));
    parts.headers.insert("traceparent", HeaderValue::from_static("00-<script>"));
    parts.extensions.clear();
    assert_eq!(traced(&parts).trace_id(), None);
    let own = Problem::new(StatusCode::NOT_FOUND).with_trace_id(&trace_id("own")).with_request(&parts);
    assert_eq!(own.trace_id(), Some("own"));
}

#[test]
fn a_store_error_becomes_a_problem_without_detail() {
    for (kind, code, title, retry_after) in [
        (StoreErrorKind::Unavailable, 503, "Service Unavailable", Some("1")),
        (StoreErrorKind::Timeout, 504, "Gateway Timeout", None),
        (StoreErrorKind::Corrupt, 500, "Internal Server Error", None),
        (StoreErrorKind::Other, 500, "Internal Server Error", None),
    ] {
        let problem = Problem::from(StoreError::new(kind, "row 17 of db-3"));
        assert_eq!(written(&problem), format!(r#"{{"type":"about:blank","title":"{title}","status":{code}}}"#));
        let cause = problem.source().unwrap().downcast_ref::<StoreError>().unwrap();
        assert_eq!(cause.kind(), kind);
        assert_eq!(cause.source().unwrap().to_string(), "row 17 of db-3");
        assert!(!format!("{problem:?}{problem}").contains("db-3"));
        let response: Response<Vec<u8>> = problem.into();
        let seconds = response.headers().get(RETRY_AFTER).map(|value| value.to_str().unwrap());
        assert_eq!((response.status().as_u16(), seconds), (code, retry_after));
    }
}

#[test]
fn a_cursor_error_becomes_a_500_without_detail() {
    let request = list().with_per_page(1.try_into().unwrap()).cursor_request("").unwrap();
    let error = request.paginate(vec![7, 8], |key| *key).unwrap_err();
    let problem = Problem::from(error.clone());
    assert_eq!(written(&problem), r#"{"type":"about:blank","title":"Internal Server Error","status":500}"#);
    assert_eq!(problem.source().unwrap().downcast_ref::<CursorError>(), Some(&error));
}

#[test]
fn a_query_error_becomes_a_problem_that_names_every_parameter() {
    let list = list().with_client_size("size", 50.try_into().unwrap()).unwrap();
    let error = list.request("page=x&size=51").unwrap_err();
    let page = "must be a whole number from 1 to 9223372036854775807, but has something other than the digits 0 to 9";
    let size = "must be a whole number from 1 to 50, but is larger";
    let problem = Problem::from(error.clone());
    assert_eq!(
        written(&problem),
        json_in_order(&[
            ("type", json!("about:blank")),
            ("title", json!("Bad Request")),
            ("status", json!(400)),
            ("detail", json!(format!("`page` {page}; `size` {size}"))),
            ("errors", json!([{"detail": page, "parameter": "page"}, {"detail": size, "parameter": "size"}])),
        ])
    );
    assert_eq!(problem.source().unwrap().downcast_ref(), Some(&error));
}

fn json_in_order(members: &[(&str, Value)]) -> String {
    let members: Vec<_> = members.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
    format!("{{{}}}", members.join(","))
}
