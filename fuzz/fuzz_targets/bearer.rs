//! Lines of bytes as the values of `Authorization` headers, and any text in a challenge.
#![no_main]

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderValue};
use libfuzzer_sys::fuzz_target;
use tokenfolio::{BearerError, BearerToken, Challenge};
use tokenfolio_fuzz::credentials;

fuzz_target!(|bytes: &[u8]| {
    // A line break at the end adds an empty header. Without bytes there is no header.
    let lines: Vec<_> = bytes.split(|byte| *byte == b'\n').skip(usize::from(bytes.is_empty())).collect();
    let expected = credentials::secret(&lines);
    let read = BearerToken::from_values(lines.iter().copied());
    assert_eq!(read.as_ref().map(BearerToken::secret), expected.as_deref());
    if let Ok(token) = &read {
        assert_eq!(format!("{token:?}"), "BearerToken(..)");
    }

    let values: Result<Vec<_>, _> = lines.iter().map(|line| HeaderValue::from_bytes(line)).collect();
    if let Ok(values) = values {
        let headers: HeaderMap = values.into_iter().map(|value| (AUTHORIZATION, value)).collect();
        let read = BearerToken::from_headers(&headers);
        assert_eq!(read.as_ref().map(BearerToken::secret), expected.as_deref());
    }

    let text = String::from_utf8_lossy(bytes);
    let challenge = Challenge::new(&text).with_error(BearerError::InvalidToken);
    let challenge = challenge.with_description(&text).with_scope(&text).to_header();
    // RFC 9110, section 5.6.4; RFC 6750, section 3.
    let realm: String = text.chars().filter(|c| *c == '\t' || (' '..='~').contains(c)).collect();
    let rest = realm.replace(['\t', '"', '\\'], "");
    let realm = realm.replace('\\', r"\\").replace('"', r#"\""#);
    let expected =
        format!(r#"Bearer realm="{realm}", error="invalid_token", error_description="{rest}", scope="{rest}""#);
    assert_eq!(challenge, *expected);
});
