//! The bearer credentials of a request (RFC 6750, section 2).

use std::fmt;
use std::ops::Range;

use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

/// A presented bearer token: the secret itself.
///
/// It cannot be printed, compared or serialized by accident; only [`secret`](Self::secret) shows it.
///
/// # Examples
///
/// ```
/// use tokenfolio::{BearerToken, CredentialsError};
///
/// # fn main() -> Result<(), CredentialsError> {
/// let token = BearerToken::from_values([&b"Bearer 1|s3cret"[..]])?;
/// assert_eq!(token.secret(), "1|s3cret");
/// assert_eq!(format!("{token:?}"), "BearerToken(..)");
///
/// assert!(matches!(BearerToken::from_values([]), Err(CredentialsError::Missing)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct BearerToken {
    /// A header value that has the secret, shared with the request.
    value: HeaderValue,
    secret: Range<usize>,
}

impl BearerToken {
    /// Reads the token from all `Authorization` fields of a request.
    ///
    /// # Errors
    ///
    /// As [`from_values`](Self::from_values).
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, CredentialsError> {
        let values = headers.get_all(AUTHORIZATION).iter();
        let value = the_only(values)?;
        let secret = find_secret(value.as_bytes())?;
        Ok(Self { value: value.clone(), secret })
    }

    /// Reads the token from the values of all `Authorization` fields of a request.
    ///
    /// The scheme's name is compared without case (RFC 9110, section 11.1), one or more blanks follow it, and blanks
    /// around the value do not count (section 5.5).
    ///
    /// # Errors
    ///
    /// - [`Missing`](CredentialsError::Missing): no field, another scheme, or the scheme and nothing after it;
    /// - [`Malformed`](CredentialsError::Malformed): what follows is no token: it has a blank within, or a character
    ///   outside RFC 6750's grammar and `|`;
    /// - [`Repeated`](CredentialsError::Repeated): several fields; picking one would let whoever adds a field decide.
    pub fn from_values<'v>(values: impl IntoIterator<Item = &'v [u8]>) -> Result<Self, CredentialsError> {
        let value = the_only(values.into_iter())?;
        let secret = find_secret(value)?;
        let value = HeaderValue::from_bytes(&value[secret.clone()]).map_err(|_| CredentialsError::Malformed)?;
        Ok(Self { secret: 0..value.len(), value })
    }

    /// Returns the secret, to be looked up; nothing else should be done with it.
    #[must_use]
    pub fn secret(&self) -> &str {
        // `find_secret` has checked that the secret is ASCII, so the default is never used.
        std::str::from_utf8(&self.value.as_bytes()[self.secret.clone()]).unwrap_or_default()
    }
}

fn the_only<V>(mut values: impl Iterator<Item = V>) -> Result<V, CredentialsError> {
    let value = values.next().ok_or(CredentialsError::Missing)?;
    if values.next().is_some() { Err(CredentialsError::Repeated) } else { Ok(value) }
}

/// Returns the place of the secret in the value of an `Authorization` header.
fn find_secret(value: &[u8]) -> Result<Range<usize>, CredentialsError> {
    // RFC 9110, section 5.6.3: only spaces and tabs surround a value.
    let is_whitespace = |byte: &&u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().take_while(is_whitespace).count();
    let end = value.len() - value.iter().rev().take_while(is_whitespace).count();
    let credentials = value.get(start..end).ok_or(CredentialsError::Missing)?;
    let scheme_len = credentials.iter().position(|byte| *byte == b' ').ok_or(CredentialsError::Missing)?;
    let (scheme, rest) = credentials.split_at(scheme_len);
    if !scheme.eq_ignore_ascii_case(b"Bearer") {
        return Err(CredentialsError::Missing);
    }
    let space_count = rest.iter().take_while(|byte| **byte == b' ').count();
    if !is_token(&rest[space_count..]) {
        return Err(CredentialsError::Malformed);
    }
    Ok(start + scheme_len + space_count..end)
}

/// Returns whether a text is a token by RFC 6750, section 2.1, `b64token`, or has `|` beside its characters. Secrets of
/// Laravel Sanctum are `id|secret`.
fn is_token(text: &[u8]) -> bool {
    let padding_len = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = &text[..text.len() - padding_len];
    let is_allowed = |byte: &u8| matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'|' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z');
    !body.is_empty() && body.iter().all(is_allowed)
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(..)")
    }
}

/// Why no bearer token could be read from a request.
///
/// The three variants are complete: each has its own challenge in RFC 6750, section 3.1.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CredentialsError {
    /// There is a bearer token, but not a well-formed one.
    #[error("malformed bearer token")]
    Malformed,
    /// There are no bearer credentials.
    #[error("no bearer credentials")]
    Missing,
    /// There are several `Authorization` fields.
    #[error("more than one Authorization field")]
    Repeated,
}
