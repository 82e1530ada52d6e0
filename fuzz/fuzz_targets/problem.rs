//! Bytes as a problem to read, and any text in a new problem.
#![no_main]

use http::{Response, StatusCode};
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use tokenfolio::Problem;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let read = Problem::from_slice(bytes);
    let object = serde_json::from_slice::<Map<String, Value>>(bytes);
    // Numbers that no type holds, invalid Unicode and deep nesting are errors only for serde_json.
    assert!(read.is_ok() || object.is_err());
    if let (Ok(problem), Ok(object)) = (read, object) {
        check_members(&problem, object);
        check(problem);
    }

    if let Ok(text) = std::str::from_utf8(bytes) {
        let problem = Problem::new(StatusCode::CONFLICT).with_title(text.to_owned()).with_detail(text.to_owned());
        let problem = problem.with_type(text).with_instance(text);
        for reference in [problem.type_uri(), problem.instance().unwrap_or_default()] {
            assert!(reference.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)));
            // A prefix prevents a path from being read as a host or a scheme.
            let path = reference.strip_prefix("./").or(reference.strip_prefix("/.")).unwrap_or(reference);
            let is_text = |reference| percent_decode_str(reference).eq(percent_decode_str(text));
            assert!(is_text(reference) || is_text(path), "{text:?} is {reference:?}");
        }
        assert_eq!((problem.title(), problem.detail()), (Some(text), Some(text)));
        let is_name = text.len() >= 3
            && text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !["type", "title", "status", "detail", "instance"].contains(&text);
        let name = text.parse();
        assert_eq!(name.is_ok(), is_name);
        let extended = name.map(|name| Problem::new(StatusCode::CONFLICT).with_extension(name, text));
        extended.into_iter().chain([problem]).for_each(check);
    }
});

/// A standard member of the wrong type is ignored (RFC 9457, section 3.1).
fn check_members(problem: &Problem, mut object: Map<String, Value>) {
    let mut text = |name: &str| object.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    assert_eq!(problem.type_uri(), text("type").as_deref().unwrap_or("about:blank"));
    assert_eq!(problem.title(), text("title").as_deref());
    assert_eq!(problem.detail(), text("detail").as_deref());
    assert_eq!(problem.instance(), text("instance").as_deref());
    let status = object.remove("status").and_then(|value| value.as_f64());
    let status = status.filter(|code| (100.0..=999.0).contains(code) && code.fract() == 0.0);
    assert_eq!(problem.status().map(|status| f64::from(status.as_u16())), status);
    assert_eq!(problem.trace_id(), object.get("trace_id").and_then(Value::as_str));
    let extensions: Map<String, Value> =
        problem.extensions().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    assert_eq!(problem.extensions().count(), extensions.len());
    // Deep extensions are dropped.
    object.retain(|name, value| extensions.contains_key(name) || value.to_string().matches(['[', '{']).count() < 16);
    assert_eq!(extensions, object);
}

/// Checks every problem.
fn check(problem: Problem) {
    let mut written = b"what was here before".to_vec();
    problem.write_json(&mut written);
    assert_eq!(written, serde_json::to_vec(&problem).expect("a problem is JSON"));

    let again = Problem::from_slice(&written).expect("what was written is read");
    assert_eq!(serde_json::to_vec(&again).expect("a problem is JSON"), written);
    assert_eq!(again.to_string(), problem.to_string());

    let request = Url::parse("https://h.example/a/b?c").expect("a URL");
    let _ = (problem.type_url(&request), problem.instance_url(&request));

    let status = problem.status().filter(|status| status.as_u16() >= 400);
    let response = Response::<Vec<u8>>::from(problem);
    assert_eq!(response.status(), status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    assert_eq!(response.headers()["content-type"], Problem::MEDIA_TYPE);
    assert_eq!(response.headers()["content-length"], *response.body().len().to_string());
    assert_eq!(response.headers().contains_key("www-authenticate"), status == Some(StatusCode::UNAUTHORIZED));
    let answered = Problem::from_slice(response.body()).expect("what was written is read");
    assert_eq!(answered.status(), Some(response.status()));
    if status.is_some() {
        assert_eq!(*response.body(), written);
    }
}
