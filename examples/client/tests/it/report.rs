use crate::mock_server::{Site, response};
use crate::run::failure;

#[track_caller]
fn told(status: &str, problem: &str) -> String {
    let site = Site::always(response(status, "application/problem+json", problem));
    failure(&[&site.url("/api/t?page=2")]).replace(&site.origin, "http://h")
}

#[test]
fn everything_that_a_problem_says_is_told() {
    let problem = r#"{"type":"/probs/quota","title":"Too much","status":400,"detail":"too much at once",
        "trace_id":"b4f5aa7a","errors":[{"parameter":"size","detail":"is too large"},{"parameter":"q"},7]}"#;
    let expected = "\
error: 400 Too much: too much at once
  asked: http://h/api/t?page=2
  size: is too large
  type: http://h/probs/quota
  trace id: b4f5aa7a
  what to do: see whether the parameters in the URL are right
";
    assert_eq!(told("400 Bad Request", problem), expected);
}

#[test]
fn the_status_of_the_response_leads() {
    let problem = r#"{"title":"Unauthorized","status":401,"detail":"Authentication failed"}"#;
    let told = told("502 Bad Gateway", problem);
    assert!(told.starts_with("error: 502 Bad Gateway: 401 Unauthorized: Authentication failed\n"), "{told}");
    assert!(told.contains("what to do: try again later"), "{told}");
}

#[test]
fn no_problem_drives_the_terminal() {
    let problem = r#"{"type":"\u001b]0;x\u0007","title":"\u001b[2J","detail":"a\nerror: b\r\u202e","trace_id":"\u009b1A",
        "errors":[{"parameter":"\u001bc","detail":"\u0008"}]}"#;
    let told = told("418 I'm a teapot", problem);
    assert!(told.starts_with("error: 418 I'm a teapot: \\u{1b}[2J: a\\nerror: b\\r\\u{202e}\n"), "{told}");
    for line in ["\n  trace id: \\u{9b}1A\n", "\n  \\u{1b}c: \\u{8}\n", "\n  type: "] {
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn every_kind_of_refusal_has_advice() {
    for (status, advice) in [
        ("403 Forbidden", "see whether the token has the right to list tokens"),
        ("404 Not Found", "see whether the URL is right"),
        ("405 Method Not Allowed", "see whether the URL is right"),
        ("429 Too Many Requests", "try again later"),
        ("500 Internal Server Error", "try again later; if it stays so, send this to the server's operators"),
        ("200 OK", "see whether the URL is that of a list of tokens"),
    ] {
        let told = told(status, "{}");
        assert!(told.ends_with(&format!("  what to do: {advice}\n")), "{told}");
        assert!(!told.contains("type:"), "{told}");
    }
}
