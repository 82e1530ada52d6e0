//! Lines of bytes as the values of `traceparent` headers, and as a service's own identifiers.
#![no_main]

use http::Request;
use http::header::HeaderValue;
use libfuzzer_sys::fuzz_target;
use tokenfolio::TraceId;
use tokenfolio_fuzz::trace;

fuzz_target!(|bytes: &[u8]| {
    let lines: Vec<_> = bytes.split(|byte| *byte == b'\n').collect();
    let mut parts = Request::new(()).into_parts().0;
    for line in &lines {
        let read = TraceId::from_traceparent(line);
        assert_eq!(read.as_ref().map(TraceId::as_str), trace::trace(&[line]).as_deref());
        if let Ok(value) = HeaderValue::from_bytes(line) {
            parts.headers.append("traceparent", value);
        }
        if let Ok(text) = std::str::from_utf8(line) {
            let is_id = !text.is_empty() && text.len() <= 128 && text.chars().all(|c| ('!'..='~').contains(&c));
            assert_eq!(text.parse().ok().map(|id: TraceId| id.to_string()).as_deref(), is_id.then_some(text));
        }
    }
    let values: Vec<_> = parts.headers.get_all("traceparent").iter().map(HeaderValue::as_bytes).collect();
    let expected = trace::trace(&values);
    assert_eq!(TraceId::from_request_parts(&parts).as_ref().map(TraceId::as_str), expected.as_deref());

    // The service's own identifier wins.
    if let Ok(own) = "own".parse::<TraceId>() {
        parts.extensions.insert(own);
        assert_eq!(TraceId::from_request_parts(&parts).as_ref().map(TraceId::as_str), Some("own"));
    }
});
