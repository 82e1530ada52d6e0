//! An HTTP response on the wire: its page or its error, and its `Retry-After`.
#![no_main]

use std::time::Duration;

use chrono::DateTime;
use http::Response;
use libfuzzer_sys::fuzz_target;
use tokenfolio::{Page, Problem, ResponseError, TokenResource, parse_retry_after};

fuzz_target!(|bytes: &[u8]| {
    let Some(response) = response(bytes) else { return };
    let status = response.status();
    let body = response.body();
    let is_page = Page::<TokenResource>::from_slice(body).is_ok();
    let is_problem = Problem::from_slice(body).is_ok();
    let read = Page::<TokenResource>::from_response(&response);
    let names_problem = media_type(&response).as_deref() == Some("application/problem+json");
    let names_page =
        status == 200 && media_type(&response).is_none_or(|name| name == "application/json" || name.ends_with("+json"));
    match &read {
        Ok(page) => {
            assert!(names_page && !names_problem);
            // A page that serde_json reads is the same.
            if let Ok(known) = serde_json::from_slice(body) {
                assert_eq!(*page, known);
            }
        }
        Err(ResponseError::Malformed { .. }) => {
            assert!(if names_problem { !is_problem } else { names_page && !is_page });
        }
        Err(ResponseError::Problem { problem, .. }) => {
            assert!(names_problem);
            let written = |problem: &Problem| serde_json::to_value(problem).expect("a problem is JSON");
            assert_eq!(Some(written(problem)), Problem::from_slice(body).ok().as_ref().map(written));
        }
        Err(_) => assert!(!names_problem && !names_page),
    }
    if let Err(error) = read {
        assert_eq!(error.status(), status);
        assert!(error.to_string().contains(status.as_str()), "{error}");
    }
    check_retry_after(&response);
});

/// Parses a response.
fn response(bytes: &[u8]) -> Option<Response<Vec<u8>>> {
    let mut headers = [httparse::EMPTY_HEADER; 16];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = head.parse(bytes).ok()? else { return None };
    let response = Response::builder().status(head.code?);
    let response = head.headers.iter().fold(response, |response, header| response.header(header.name, header.value));
    response.body(bytes[length..].to_vec()).ok()
}

/// Returns the media type without its parameters, in lower case.
fn media_type(response: &Response<Vec<u8>>) -> Option<String> {
    let value =
        String::from_utf8_lossy(response.headers().get_all("content-type").iter().next_back()?.as_bytes()).into_owned();
    let name = value.split(';').next().unwrap_or_default();
    Some(name.trim_matches([' ', '\t']).to_ascii_lowercase())
}

/// Checks whole seconds, and dates against another parser.
fn check_retry_after(response: &Response<Vec<u8>>) {
    let value = response.headers().get_all("retry-after").iter().next_back().and_then(|value| value.to_str().ok());
    let value = value.map(|value| value.trim_matches([' ', '\t']));
    let now = DateTime::from_timestamp(784_111_777, 0).expect("1994-11-06T08:49:37Z");
    let read = parse_retry_after(response.headers(), now);
    let Some(value) = value else { return assert_eq!(read, None) };
    if !value.is_empty() && value.chars().all(|c| c.is_ascii_digit()) {
        let seconds = value.parse::<u128>().unwrap_or(u128::MAX).min(u64::MAX.into());
        assert_eq!(read.map(|delay| u128::from(delay.as_secs())), Some(seconds));
    } else if let Ok(date) = httpdate::parse_http_date(value) {
        let expected = date.duration_since(now.into()).unwrap_or(Duration::ZERO);
        // The other parser accepts some invalid dates, but does not write them.
        if read.is_some() || httpdate::fmt_http_date(date) == value {
            assert_eq!(read, Some(expected), "{value}");
        }
    }
}
