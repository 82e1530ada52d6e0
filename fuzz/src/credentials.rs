//! RFC 6750, section 2.1: what an `Authorization` field presents.

use tokenfolio::CredentialsError;

const BODY: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/|";

/// The secret of all `Authorization` fields of a request.
pub fn secret(fields: &[&[u8]]) -> Result<String, CredentialsError> {
    let value = match fields {
        [] => return Err(CredentialsError::Missing),
        [value] => trim(value, b" \t"),
        [_, _, ..] => return Err(CredentialsError::Repeated),
    };
    let mut words = value.splitn(2, |byte| *byte == b' ');
    let scheme = words.next().unwrap_or_default();
    match words.next().map(|rest| trim(rest, b" ")) {
        Some(token) if scheme.eq_ignore_ascii_case(b"bearer") => {
            let body = token.iter().take_while(|byte| BODY.contains(byte)).count();
            let is_token = body > 0 && token[body..].iter().all(|byte| *byte == b'=');
            String::from_utf8(token.to_vec()).ok().filter(|_| is_token).ok_or(CredentialsError::Malformed)
        }
        _ => Err(CredentialsError::Missing),
    }
}

fn trim<'v>(value: &'v [u8], blanks: &[u8]) -> &'v [u8] {
    let is_blank = |byte: &u8| blanks.contains(byte);
    let start = value.iter().take_while(|byte| is_blank(byte)).count();
    let end = value.iter().rev().take_while(|byte| is_blank(byte)).count();
    value.get(start..value.len() - end).unwrap_or_default()
}
