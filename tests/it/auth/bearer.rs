//! The credentials of a request (RFC 6750, RFC 9110).

use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use proptest::prelude::*;
use tokenfolio::{BearerToken, CredentialsError};

/// Reads the secret in the values of all `Authorization` headers.
fn presented(values: &[&[u8]]) -> Result<String, CredentialsError> {
    BearerToken::from_values(values.iter().copied()).map(|token| token.secret().to_owned())
}

#[track_caller]
fn expect(value: &str, expected: Result<&str, CredentialsError>) {
    assert_eq!(presented(&[value.as_bytes()]), expected.map(str::to_owned), "{value:?}");
}

#[test]
fn the_scheme_is_case_insensitive_and_whitespace_around_the_value_is_ignored() {
    for value in
        ["Bearer good", "bearer good", "BEARER good", "bEaReR good", "Bearer  good", " Bearer good ", "\tBearer good\t"]
    {
        expect(value, Ok("good"));
    }
    expect("Bearer GOOD", Ok("GOOD"));
}

#[test]
fn other_credentials_are_missing_credentials() {
    assert_eq!(presented(&[]), Err(CredentialsError::Missing));
    for value in [
        "",
        " ",
        "Basic dXNlcjpwYXNz",
        "Bearer",
        "Bearer ",
        "Bearer   ",
        "Bearergood",
        "Bearer\tgood",
        "Bearer,good",
        "Bearer=good",
        "Beare good",
        "XBearer good",
        "Token good",
        "good",
        "\"Bearer\" good",
    ] {
        expect(value, Err(CredentialsError::Missing));
    }
}

#[test]
fn a_malformed_token_is_not_a_missing_one() {
    for value in
        ["Bearer a b", "Bearer a,b", "Bearer a\"b", "Bearer =abc", "Bearer =", "Bearer a=b", "Bearer é", "Bearer a\tb"]
    {
        expect(value, Err(CredentialsError::Malformed));
    }
    assert_eq!(presented(&[b"Bearer \xff"]), Err(CredentialsError::Malformed));
    assert_eq!(presented(&[b"Bearer a\xc3"]), Err(CredentialsError::Malformed));
}

#[test]
fn every_well_formed_token_is_returned_unchanged() {
    let long = "x".repeat(6_000);
    for token in ["abc==", "a-._~+/b", "a======", "1|AbC0", "|", "-", "0", &long] {
        expect(&format!("Bearer {token}"), Ok(token));
    }
}

#[test]
fn every_byte_in_a_token_is_accepted_as_the_grammar_says() {
    let body = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/|";
    for byte in 0..=u8::MAX {
        let taken = |token: &[u8]| match presented(&[&[b"Bearer ", token].concat()]) {
            Ok(secret) => {
                assert_eq!(secret.as_bytes(), token, "{byte:#x}");
                true
            }
            Err(error) => {
                assert_eq!(error, CredentialsError::Malformed, "{byte:#x}");
                false
            }
        };
        let is_body = body.contains(&byte);
        assert_eq!(taken(&[b'a', byte, b'b']), is_body, "{byte:#x}");
        assert_eq!(taken(&[b'a', byte, b'=']), is_body || byte == b'=', "{byte:#x}");
        assert!(!taken(&[b'a', b'=', byte, b'b']), "{byte:#x}");
        // Whitespace before or after the token is not part of it.
        if !matches!(byte, b' ' | b'\t') {
            assert_eq!(taken(&[b'a', byte]), is_body || byte == b'=', "{byte:#x}");
            assert_eq!(taken(&[byte]), is_body, "{byte:#x}");
            assert_eq!(taken(&[byte, b'b']), is_body, "{byte:#x}");
        }
    }
}

#[test]
fn only_spaces_and_tabs_around_the_value_are_ignored() {
    for byte in 0..=u8::MAX {
        let is_whitespace = matches!(byte, b' ' | b'\t');
        assert_eq!(presented(&[&[&[byte], &b"Bearer good"[..]].concat()]).is_ok(), is_whitespace, "{byte:#x}");
        let after = presented(&[&[b"Bearer good=", &[byte][..]].concat()]);
        assert_eq!(after.is_ok(), is_whitespace || byte == b'=', "{byte:#x}");
    }
}

#[test]
fn only_spaces_separate_the_scheme_from_the_token() {
    for byte in 0..=u8::MAX {
        let value = [b"Bearer", &[byte][..], b"good"].concat();
        let expected = if byte == b' ' { Ok("good".to_owned()) } else { Err(CredentialsError::Missing) };
        assert_eq!(presented(&[&value]), expected, "{byte:#x}");
    }
}

#[test]
fn several_headers_are_rejected() {
    for values in [
        [&b"Bearer good"[..], b"Bearer good"],
        [b"Bearer good", b"Bearer bad"],
        [b"Bearer good", b""],
        [b"", b"Bearer good"],
        [b"Basic dXNlcjpwYXNz", b"Bearer good"],
        [b"Bearer good", b"Basic dXNlcjpwYXNz"],
    ] {
        assert_eq!(presented(&values), Err(CredentialsError::Repeated));
    }
    assert_eq!(presented(&[b"Bearer a", b"Bearer a", b"Bearer a"]), Err(CredentialsError::Repeated));
}

#[test]
fn a_token_is_read_from_all_headers_of_a_request() {
    let mut headers = HeaderMap::new();
    let read = |headers: &HeaderMap| BearerToken::from_headers(headers).map(|token| token.secret().to_owned());
    headers.insert("x-authorization", HeaderValue::from_static("Bearer other"));
    assert_eq!(read(&headers), Err(CredentialsError::Missing));
    headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer good"));
    assert_eq!(read(&headers).as_deref(), Ok("good"));
    headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer good"));
    assert_eq!(read(&headers), Err(CredentialsError::Repeated));
    headers.insert(AUTHORIZATION, HeaderValue::from_bytes(b"Bearer \xff").unwrap());
    assert_eq!(read(&headers), Err(CredentialsError::Malformed));
}

#[test]
fn a_token_is_not_printed() {
    let token = BearerToken::from_values([&b"Bearer s3cret"[..]]).unwrap();
    assert_eq!(format!("{token:?}|{token:#?}|{:?}", token.clone()), "BearerToken(..)|BearerToken(..)|BearerToken(..)");
    assert_eq!(token.clone().secret(), "s3cret");
}

#[test]
fn errors_name_the_problem_and_not_the_value() {
    assert_eq!(CredentialsError::Malformed.to_string(), "malformed bearer token");
    assert_eq!(CredentialsError::Missing.to_string(), "no bearer credentials");
    assert_eq!(CredentialsError::Repeated.to_string(), "more than one Authorization header");
}

proptest! {
    #[test]
    fn no_bytes_panic(values in proptest::collection::vec(any::<Vec<u8>>(), 0..4)) {
        let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let read = presented(&values);
        prop_assert_eq!(read == Err(CredentialsError::Repeated), values.len() > 1);
    }

    #[test]
    fn no_bytes_after_the_scheme_panic(token: Vec<u8>) {
        if let Ok(secret) = presented(&[&[b"Bearer ", &*token].concat()]) {
            prop_assert!(String::from_utf8(token).unwrap().contains(&secret));
        }
    }
}
