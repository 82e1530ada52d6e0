//! RFC 6750, section 2.1: the credentials in an `Authorization` header.

use tokenfolio::CredentialsError;

const TOKEN_CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/|";

/// Returns the secret in the values of all `Authorization` headers of a request.
pub fn secret(values: &[&[u8]]) -> Result<String, CredentialsError> {
    let value = match values {
        [] => return Err(CredentialsError::Missing),
        [value] => trim(value, b" \t"),
        [_, _, ..] => return Err(CredentialsError::Repeated),
    };
    let mut words = value.splitn(2, |byte| *byte == b' ');
    let scheme = words.next().unwrap_or_default();
    match words.next().map(|rest| trim(rest, b" ")) {
        Some(token) if scheme.eq_ignore_ascii_case(b"bearer") => {
            let body = token.iter().take_while(|byte| TOKEN_CHARACTERS.contains(byte)).count();
            let is_token = body > 0 && token[body..].iter().all(|byte| *byte == b'=');
            String::from_utf8(token.to_vec()).ok().filter(|_| is_token).ok_or(CredentialsError::Malformed)
        }
        _ => Err(CredentialsError::Missing),
    }
}

fn trim<'v>(value: &'v [u8], whitespace: &[u8]) -> &'v [u8] {
    let is_whitespace = |byte: &u8| whitespace.contains(byte);
    let start = value.iter().take_while(|byte| is_whitespace(byte)).count();
    let end = value.iter().rev().take_while(|byte| is_whitespace(byte)).count();
    value.get(start..value.len() - end).unwrap_or_default()
}
