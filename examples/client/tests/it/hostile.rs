//! Hostile and broken servers.

use std::net::TcpListener;

use crate::mock_server::{MockServer, page, response};
use crate::run::error_report;

#[test]
fn a_next_page_at_another_origin_is_not_requested() {
    let other = MockServer::always(page(2, None));
    let next = other.url("/t?page=2");
    let server = MockServer::always(page(1, Some(&next)));
    let error = error_report(&[&server.url("/t")]);
    let expected = format!("error: next link leads to {}, expected {}\n", other.origin, server.origin);
    assert!(error.starts_with(&expected), "{error}");
    assert!(error.contains("the secret was not sent to the other origin"), "{error}");
    assert_eq!(server.targets(), ["/t"]);
    assert_eq!(other.targets().len(), 0);
}

#[test]
fn a_next_page_that_is_not_ahead_is_not_requested() {
    for back in ["/t?page=1", "/t", "/t?page=2", "?page=02"] {
        let server = MockServer::start(move |_, target| match target {
            "/t?page=2" => page(2, Some(back)),
            _ => page(1, Some("/t?page=2")),
        });
        let error = error_report(&[&server.url("/t")]);
        assert!(error.contains(", expected one above 2\n") && error.contains("--page-name"), "{error}");
        assert_eq!(server.targets(), ["/t", "/t?page=2"], "{back}");
    }
}

#[test]
fn an_endless_list_ends_at_the_maximum_number_of_pages() {
    let server = MockServer::start(|_, target| {
        let number = target.rsplit('=').next().and_then(|page| page.parse().ok()).unwrap_or(1);
        page(number, Some(&format!("?page={}", number + 1)))
    });
    let error = error_report(&[&server.url("/t"), "--max-pages", "5"]);
    assert!(error.starts_with("error: the list has more than 5 pages\n"), "{error}");
    assert_eq!(server.targets(), ["/t", "/t?page=2", "/t?page=3", "/t?page=4", "/t?page=5"]);
}

#[test]
fn no_redirect_is_followed() {
    let other = MockServer::always(page(1, None));
    for status in
        ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        for location in [other.url("/t"), "/here".to_owned()] {
            let headers = format!("text/html\r\nlocation: {location}");
            let server = MockServer::always(response(status, &headers, ""));
            let error = error_report(&[&server.url("/t")]);
            let target = if location == "/here" { server.url("/here") } else { location };
            assert!(error.contains(&format!("help: use {target} if you trust it")), "{error}");
            assert_eq!(server.targets(), ["/t"]);
        }
    }
    assert_eq!(other.targets().len(), 0);
    let headers = format!("text/html\r\nlocation: {}", other.origin);
    let error = error_report(&[&MockServer::always(response("404 Not Found", &headers, "")).url("/t")]);
    assert!(error.ends_with("help: check the URL\n"), "{error}");
}

#[test]
fn a_body_is_read_up_to_the_limit() {
    let endless = "[".repeat(5 << 20);
    for media_type in ["application/json", "application/problem+json", "text/html"] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\nconnection: close\r\n\r\n");
        let error = error_report(&[&MockServer::always(head + &endless).url("/t")]);
        assert!(
            error.starts_with("error: no response: the response body is larger than request limit: 4194304"),
            "{error}"
        );
    }
}

#[test]
fn a_response_that_is_not_a_page_is_reported() {
    for (response, expected) in [
        (response("200 OK", "text/html", "<h1>"), r#"expected a page or a problem, but found 200 OK with "text/html""#),
        (
            response("200 OK", "application/json", "<h1>"),
            "200 OK with a malformed body: expected value at line 1 column 1",
        ),
        (response("200 OK", "application/json", "{}"), "200 OK with a malformed body: `data`: missing member"),
        (response("204 No Content", "application/json", ""), "expected a page or a problem, but found 204 No Content"),
        (
            response("401 Unauthorized", "application/json", r#"{"title":"Unauthorized","status":401}"#),
            r#"expected a page or a problem, but found 401 Unauthorized with "application/json""#,
        ),
        (
            response("500 Internal Server Error", "application/problem+json", "[]"),
            "500 Internal Server Error with a malformed body",
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_owned(), "no response: "),
        ("SSH-2.0-x\r\n\r\n".to_owned(), "no response: "),
        (String::new(), "no response: "),
    ] {
        let error = error_report(&[&MockServer::always(response).url("/t")]);
        assert!(error.starts_with(&format!("error: {expected}")), "{error}");
    }
}

#[test]
fn a_server_without_a_response_times_out() {
    // The operating system queues the connections, and no program accepts them.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/t", silent.local_addr().expect("an address"));
    let error = error_report(&[&url, "--timeout", "1"]);
    assert!(error.starts_with("error: no response: timeout"), "{error}");
}

#[test]
fn an_unreachable_server_is_reported() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/t", closed.local_addr().expect("an address"));
    drop(closed);
    let error = error_report(&[&url]);
    assert!(error.starts_with("error: no response: ") && error.contains(&format!("\n  url: {url}\n")), "{error}");
}
