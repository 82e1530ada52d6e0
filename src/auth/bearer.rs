//! The bearer credentials of a request (RFC 6750, section 2).

use std::fmt;
use std::ops::Range;

use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

/// A presented bearer token, which contains the secret.
///
/// It cannot be printed, compared or serialized by accident. Only [`secret`](Self::secret) returns the secret.
///
/// # Examples
///
/// ```
/// use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
/// use tokenfolio::BearerToken;
///
/// # fn main() -> Result<(), tokenfolio::CredentialsError> {
/// let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer 1|s3cret"))]);
/// let token = BearerToken::from_headers(&headers)?;
/// assert_eq!(token.secret(), "1|s3cret");
/// assert_eq!(format!("{token:?}"), "BearerToken(..)");
///
/// // A framework with other types has the values as bytes.
/// let token = BearerToken::from_values([&b"bearer 1|s3cret"[..]])?;
/// assert_eq!(token.secret(), "1|s3cret");
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
    /// Reads the token from all `Authorization` headers of a request.
    ///
    /// # Errors
    ///
    /// Fails for the same reasons as [`from_values`](Self::from_values).
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, CredentialsError> {
        let values = headers.get_all(AUTHORIZATION).iter();
        let value = the_only(values)?;
        let secret = find_secret(value.as_bytes())?;
        Ok(Self { value: value.clone(), secret })
    }

    /// Reads the token from the values of all `Authorization` headers of a request.
    ///
    /// The case of the scheme `Bearer` is ignored (RFC 9110, section 11.1). One or more spaces follow the scheme. Whitespace
    /// around the value is ignored (section 5.5).
    ///
    /// # Errors
    ///
    /// - [`Missing`](CredentialsError::Missing): there is no header, the header has another scheme, or the header has
    ///   only the scheme.
    /// - [`Malformed`](CredentialsError::Malformed): the credentials do not match the grammar of RFC 6750, section 2.1,
    ///   to which this crate adds the character `|`. For example, they contain whitespace.
    /// - [`Repeated`](CredentialsError::Repeated): there is more than one header. If this function picked one of them,
    ///   an attacker who can add a header could choose the credentials.
    pub fn from_values<'v>(values: impl IntoIterator<Item = &'v [u8]>) -> Result<Self, CredentialsError> {
        let value = the_only(values.into_iter())?;
        let secret = find_secret(value)?;
        let value = HeaderValue::from_bytes(&value[secret.clone()]).map_err(|_| CredentialsError::Malformed)?;
        Ok(Self { secret: 0..value.len(), value })
    }

    /// Returns the secret. Use it only to look the token up.
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

/// Returns the position of the secret in the value of an `Authorization` header.
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

/// Returns whether a text is a `b64token` (RFC 6750, section 2.1) that can also contain `|`. Secrets of Laravel Sanctum are
/// `id|secret`.
fn is_token(text: &[u8]) -> bool {
    let padding_len = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = &text[..text.len() - padding_len];
    !body.is_empty() && body.iter().all(|byte| is_token_byte(*byte))
}

fn is_token_byte(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'|')
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(..)")
    }
}

/// Why no bearer token could be read from a request.
///
/// There will be no fourth variant. Each variant leads to a different challenge of RFC 6750, section 3.1: without an
/// error code (`Missing`), with `invalid_request` (`Repeated`), or with `invalid_token` (`Malformed`). The only other
/// error code, `insufficient_scope`, is not about reading a token.
///
/// # Examples
///
/// ```
/// use tokenfolio::{BearerToken, CredentialsError};
///
/// let error = |values: &[&'static [u8]]| BearerToken::from_values(values.iter().copied()).err();
/// assert_eq!(error(&[b"Basic YTpi"]), Some(CredentialsError::Missing));
/// assert_eq!(error(&[b"Bearer two words"]), Some(CredentialsError::Malformed));
/// assert_eq!(error(&[b"Bearer first", b"Bearer second"]), Some(CredentialsError::Repeated));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CredentialsError {
    /// There is a bearer token, and it is malformed.
    #[error("malformed bearer token")]
    Malformed,
    /// There are no bearer credentials.
    #[error("no bearer credentials")]
    Missing,
    /// There is more than one `Authorization` header.
    #[error("more than one Authorization header")]
    Repeated,
}
