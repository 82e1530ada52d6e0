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
    let is_ascii = text.chars().all(|c| c == '\t' || (' '..='~').contains(&c));
    // RFC 6749, appendices A.4 and A.8.
    let is_printable = is_ascii && !text.contains(['\t', '"', '\\']);
    let is_scope = is_printable && text.split(' ').all(|scope| !scope.is_empty());
    let challenge = Challenge::default().with_error(BearerError::InvalidToken);
    let described = challenge.clone().with_description(&text);
    let scoped = challenge.with_scope(&text);
    let named = Challenge::new(&text);
    assert_eq!(named.is_ok(), is_ascii);
    assert_eq!(described.is_ok(), is_printable && !text.is_empty());
    assert_eq!(scoped.is_ok(), is_scope);
    if let Ok(challenge) = named {
        // RFC 9110, section 5.6.4.
        let realm = text.replace('\\', r"\\").replace('"', r#"\""#);
        assert_eq!(challenge.to_header(), *format!(r#"Bearer realm="{realm}""#));
    }
    let prefix = r#"Bearer realm="api", error="invalid_token""#;
    if let Ok(challenge) = described {
        assert_eq!(challenge.to_header(), *format!(r#"{prefix}, error_description="{text}""#));
    }
    if let Ok(challenge) = scoped {
        assert_eq!(challenge.to_header(), *format!(r#"{prefix}, scope="{text}""#));
    }
});
