//! The bearer credentials of a request (RFC 6750, section 2).

use std::fmt;

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
pub struct BearerToken(Box<str>);

impl BearerToken {
    /// Reads the token from all `Authorization` fields of a request.
    ///
    /// # Errors
    ///
    /// As [`from_values`](Self::from_values).
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, CredentialsError> {
        Self::from_values(headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes))
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
        let mut values = values.into_iter();
        let value = values.next().ok_or(CredentialsError::Missing)?;
        if values.next().is_some() {
            return Err(CredentialsError::Repeated);
        }
        let value = trim_whitespace(value);
        let scheme_end = value.iter().position(|byte| *byte == b' ').ok_or(CredentialsError::Missing)?;
        let (scheme, token) = value.split_at(scheme_end);
        if !scheme.eq_ignore_ascii_case(b"Bearer") {
            return Err(CredentialsError::Missing);
        }
        let spaces = token.iter().take_while(|byte| **byte == b' ').count();
        match std::str::from_utf8(&token[spaces..]) {
            Ok(token) if is_token(token) => Ok(Self(token.into())),
            _ => Err(CredentialsError::Malformed),
        }
    }

    /// Returns the secret, to be looked up; nothing else should be done with it.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

/// RFC 9110, section 5.6.3: blanks and tabs alone surround a value. A line break is no part of one.
fn trim_whitespace(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// RFC 6750, section 2.1, `b64token`; and `|`, because Laravel Sanctum's secrets are `id|secret`, and services move
/// from there.
fn is_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/|".contains(&byte))
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
