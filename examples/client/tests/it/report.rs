use crate::mock_server::{MockServer, response};
use crate::run::error_report;

#[track_caller]
fn report(status: &str, problem: &str) -> String {
    let server = MockServer::always(response(status, "application/problem+json", problem));
    error_report(&[&server.url("/api/t?page=2")]).replace(&server.origin, "http://h")
}

#[test]
fn every_member_of_a_problem_is_reported() {
    let problem = r#"{"type":"/probs/quota","title":"Too much","status":400,"detail":"too much at once",
        "trace_id":"b4f5aa7a","errors":[{"parameter":"size","detail":"is too large"},{"parameter":"q"},7]}"#;
    let expected = "\
error: 400 Too much: too much at once
  url: http://h/api/t?page=2
  size: is too large
  type: http://h/probs/quota
  trace id: b4f5aa7a
  help: check the parameters in the URL
";
    assert_eq!(report("400 Bad Request", problem), expected);
}

#[test]
fn the_status_of_the_response_comes_first() {
    let problem = r#"{"title":"Unauthorized","status":401,"detail":"Authentication failed"}"#;
    let report = report("502 Bad Gateway", problem);
    assert!(report.starts_with("error: 502 Bad Gateway: 401 Unauthorized: Authentication failed\n"), "{report}");
    assert!(report.contains("help: try again later"), "{report}");
}

#[test]
fn control_characters_of_a_problem_are_escaped() {
    let problem = r#"{"type":"\u001b]0;x\u0007","title":"\u001b[2J","detail":"a\nerror: b\r\u202e","trace_id":"\u009b1A",
        "errors":[{"parameter":"\u001bc","detail":"\u0008"}]}"#;
    let report = report("418 I'm a teapot", problem);
    assert!(report.starts_with("error: 418 I'm a teapot: \\u{1b}[2J: a\\nerror: b\\r\\u{202e}\n"), "{report}");
    for line in ["\n  trace id: \\u{9b}1A\n", "\n  \\u{1b}c: \\u{8}\n", "\n  type: "] {
        assert!(report.contains(line), "{report}");
    }
}

#[test]
fn every_status_has_help() {
    for (status, help) in [
        ("403 Forbidden", "check that the token may list tokens"),
        ("404 Not Found", "check the URL"),
        ("405 Method Not Allowed", "check the URL"),
        ("429 Too Many Requests", "try again later"),
        ("500 Internal Server Error", "try again later, or report this to the server's operators"),
        ("200 OK", "check that the URL is a list of tokens"),
    ] {
        let report = report(status, "{}");
        assert!(report.ends_with(&format!("  help: {help}\n")), "{report}");
        assert!(!report.contains("type:"), "{report}");
    }
}
