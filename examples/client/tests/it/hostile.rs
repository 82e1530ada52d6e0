//! Servers that mean no good, or are broken in ways that look so.

use std::net::TcpListener;

use crate::mock_server::{Site, page, response};
use crate::run::failure;

#[test]
fn a_next_page_elsewhere_is_not_asked() {
    let elsewhere = Site::always(page(2, None));
    let next = elsewhere.url("/t?page=2");
    let site = Site::always(page(1, Some(&next)));
    let error = failure(&[&site.url("/t")]);
    let expected = format!("error: next link leads to {}, expected {}\n", elsewhere.origin, site.origin);
    assert!(error.starts_with(&expected), "{error}");
    assert!(error.contains("the secret was not sent there"), "{error}");
    assert_eq!(site.targets(), ["/t"]);
    assert_eq!(elsewhere.targets().len(), 0);
}

#[test]
fn a_next_page_that_leads_back_is_not_asked_again() {
    for back in ["/t?page=1", "/t", "/t?page=2", "?page=02"] {
        let site = Site::start(move |_, target| match target {
            "/t?page=2" => page(2, Some(back)),
            _ => page(1, Some("/t?page=2")),
        });
        let error = failure(&[&site.url("/t")]);
        assert!(error.contains(", expected one above 2\n") && error.contains("--page-name"), "{error}");
        assert_eq!(site.targets(), ["/t", "/t?page=2"], "{back}");
    }
}

#[test]
fn an_endless_list_ends_with_the_number_of_pages_that_is_allowed() {
    let site = Site::start(|_, target| {
        let number = target.rsplit('=').next().and_then(|page| page.parse().ok()).unwrap_or(1);
        page(number, Some(&format!("?page={}", number + 1)))
    });
    let error = failure(&[&site.url("/t"), "--max-pages", "5"]);
    assert!(error.starts_with("error: the list has more than 5 pages\n"), "{error}");
    assert_eq!(site.targets(), ["/t", "/t?page=2", "/t?page=3", "/t?page=4", "/t?page=5"]);
}

#[test]
fn no_redirect_is_followed() {
    let elsewhere = Site::always(page(1, None));
    for status in
        ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        for location in [elsewhere.url("/t"), "/here".to_owned()] {
            let fields = format!("text/html\r\nlocation: {location}");
            let site = Site::always(response(status, &fields, ""));
            let error = failure(&[&site.url("/t")]);
            let target = if location == "/here" { site.url("/here") } else { location };
            assert!(error.contains(&format!("what to do: ask {target} instead, if you trust it")), "{error}");
            assert_eq!(site.targets(), ["/t"]);
        }
    }
    assert_eq!(elsewhere.targets().len(), 0);
    let fields = format!("text/html\r\nlocation: {}", elsewhere.origin);
    let error = failure(&[&Site::always(response("404 Not Found", &fields, "")).url("/t")]);
    assert!(error.ends_with("what to do: see whether the URL is right\n"), "{error}");
}

#[test]
fn a_body_without_end_is_not_read_to_it() {
    let endless = "[".repeat(5 << 20);
    for fields in ["application/json", "application/problem+json", "text/html"] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {fields}\r\nconnection: close\r\n\r\n");
        let error = failure(&[&Site::always(head + &endless).url("/t")]);
        assert!(
            error.starts_with("error: no answer: the response body is larger than request limit: 4194304"),
            "{error}"
        );
    }
}

#[test]
fn what_is_no_page_is_told_plainly() {
    for (answer, told) in [
        (response("200 OK", "text/html", "<h1>"), r#"expected a page or a problem, but found 200 OK with "text/html""#),
        (
            response("200 OK", "application/json", "<h1>"),
            "200 OK with a malformed body: expected value at line 1 column 1",
        ),
        (response("200 OK", "application/json", "{}"), "200 OK with a malformed body: missing field `data`"),
        (response("204 No Content", "application/json", ""), "expected a page or a problem, but found 204 No Content"),
        (
            response("401 Unauthorized", "application/json", r#"{"title":"Unauthorized","status":401}"#),
            r#"expected a page or a problem, but found 401 Unauthorized with "application/json""#,
        ),
        (
            response("500 Internal Server Error", "application/problem+json", "[]"),
            "500 Internal Server Error with a malformed body",
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_owned(), "no answer: "),
        ("SSH-2.0-x\r\n\r\n".to_owned(), "no answer: "),
        (String::new(), "no answer: "),
    ] {
        let error = failure(&[&Site::always(answer).url("/t")]);
        assert!(error.starts_with(&format!("error: {told}")), "{error}");
    }
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    // Connections wait in the queue of the system, where no one takes them.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/t", silent.local_addr().expect("an address"));
    let error = failure(&[&url, "--timeout", "1"]);
    assert!(error.starts_with("error: no answer: timeout"), "{error}");
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/t", closed.local_addr().expect("an address"));
    drop(closed);
    let error = failure(&[&url]);
    assert!(error.starts_with("error: no answer: ") && error.contains(&format!("\n  asked: {url}\n")), "{error}");
}
