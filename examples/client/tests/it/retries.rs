use crate::mock_server::{Site, page, response};
use crate::run::{failure, run};

fn busy(status: &str, retry_after: &str) -> String {
    let problem = r#"{"type":"about:blank","title":"Busy"}"#;
    response(status, &format!("application/problem+json{retry_after}"), problem)
}

#[test]
fn a_server_that_is_busy_is_asked_again() {
    for status in ["503 Service Unavailable", "429 Too Many Requests"] {
        let mut refusals = 3;
        let site = Site::start(move |_, _| {
            if refusals == 0 {
                return page(1, None);
            }
            refusals -= 1;
            busy(status, "\r\nretry-after: 0")
        });
        let run = run("7|secret", &[&site.url("/t")]);
        assert_eq!((run.code, &*run.err), (Some(0), ""));
        assert_eq!(site.targets(), ["/t"; 4]);
    }
}

/// Every page has its own number of retries.
#[test]
fn a_server_that_is_always_busy_is_given_up() {
    let site = Site::start(|_, target| match target {
        "/t?page=2" => busy("503 Service Unavailable", "\r\nretry-after: 0"),
        _ => page(1, Some("?page=2")),
    });
    let error = failure(&[&site.url("/t")]);
    assert!(error.starts_with("error: 503 Service Unavailable: Busy\n"), "{error}");
    assert!(error.ends_with("what to do: try again in 1 seconds\n"), "{error}");
    assert_eq!(site.targets(), ["/t", "/t?page=2", "/t?page=2", "/t?page=2", "/t?page=2"]);
}

#[test]
fn no_one_waits_for_long_or_unasked() {
    for (fields, advice) in [
        ("\r\nretry-after: 31", "try again in 31 seconds"),
        ("\r\nretry-after: 3600", "try again in 3600 seconds"),
        ("\r\nretry-after: 18446744073709551616", "try again in 18446744073709551615 seconds"),
        ("\r\nretry-after: soon", "try again later"),
        ("", "try again later"),
    ] {
        let site = Site::always(busy("503 Service Unavailable", fields));
        let error = failure(&[&site.url("/t")]);
        assert!(error.contains(&format!("what to do: {advice}")), "{error}");
        assert_eq!(site.targets().len(), 1, "{fields}");
    }
}

#[test]
fn other_refusals_are_final() {
    for status in ["400 Bad Request", "401 Unauthorized", "500 Internal Server Error", "504 Gateway Timeout"] {
        let site = Site::always(busy(status, "\r\nretry-after: 0"));
        failure(&[&site.url("/t")]);
        assert_eq!(site.targets().len(), 1, "{status}");
    }
}
