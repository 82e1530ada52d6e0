use crate::mock_server::{MockServer, page, response};
use crate::run::{error_report, run};

fn busy(status: &str, retry_after: &str) -> String {
    let problem = r#"{"type":"about:blank","title":"Busy"}"#;
    response(status, &format!("application/problem+json{retry_after}"), problem)
}

#[test]
fn a_busy_server_is_retried() {
    for status in ["503 Service Unavailable", "429 Too Many Requests"] {
        let mut remaining = 3;
        let server = MockServer::start(move |_, _| {
            if remaining == 0 {
                return page(1, None);
            }
            remaining -= 1;
            busy(status, "\r\nretry-after: 0")
        });
        let run = run("7|secret", &[&server.url("/t")]);
        assert_eq!((run.code, &*run.err), (Some(0), ""));
        assert_eq!(server.targets(), ["/t"; 4]);
    }
}

/// The limit applies to each page separately.
#[test]
fn retries_of_a_page_are_limited() {
    let server = MockServer::start(|_, target| match target {
        "/t?page=2" => busy("503 Service Unavailable", "\r\nretry-after: 0"),
        _ => page(1, Some("?page=2")),
    });
    let error = error_report(&[&server.url("/t")]);
    assert!(error.starts_with("error: 503 Service Unavailable: Busy\n"), "{error}");
    assert!(error.ends_with("help: try again in 1 s\n"), "{error}");
    assert_eq!(server.targets(), ["/t", "/t?page=2", "/t?page=2", "/t?page=2", "/t?page=2"]);
}

#[test]
fn a_long_or_missing_retry_after_is_not_waited_for() {
    for (headers, help) in [
        ("\r\nretry-after: 31", "try again in 31 s"),
        ("\r\nretry-after: 3600", "try again in 3600 s"),
        ("\r\nretry-after: 18446744073709551616", "try again in 18446744073709551615 s"),
        ("\r\nretry-after: soon", "try again later"),
        ("", "try again later"),
    ] {
        let server = MockServer::always(busy("503 Service Unavailable", headers));
        let error = error_report(&[&server.url("/t")]);
        assert!(error.contains(&format!("help: {help}")), "{error}");
        assert_eq!(server.targets().len(), 1, "{headers}");
    }
}

#[test]
fn other_errors_are_not_retried() {
    for status in ["400 Bad Request", "401 Unauthorized", "500 Internal Server Error", "504 Gateway Timeout"] {
        let server = MockServer::always(busy(status, "\r\nretry-after: 0"));
        error_report(&[&server.url("/t")]);
        assert_eq!(server.targets().len(), 1, "{status}");
    }
}
