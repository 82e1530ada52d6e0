//! Bearer credentials: what was presented, and what is answered (RFC 6750).

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

/// The `WWW-Authenticate` header of a refusal (RFC 6750, section 3).
///
/// Whatever texts it is given, it is one well-formed challenge in which every parameter stands once.
///
/// # Examples
///
/// ```
/// use tokenfolio::{BearerError, Challenge};
///
/// let challenge = Challenge::new("api").with_error(BearerError::InvalidToken);
/// assert_eq!(challenge.to_header(), r#"Bearer realm="api", error="invalid_token""#);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    realm: String,
    error: Option<BearerError>,
    description: Option<String>,
    scope: Option<String>,
}

impl Challenge {
    /// Makes the challenge for a request without credentials, which says nothing but where they are valid.
    ///
    /// In the realm, `"` and `\` are escaped; what no quoted string can hold is dropped (RFC 9110, section 5.6.4).
    #[must_use]
    pub fn new(realm: &str) -> Self {
        let mut quoted = String::with_capacity(realm.len());
        for c in realm.chars().filter(|c| matches!(c, '\t' | ' '..='~')) {
            if matches!(c, '"' | '\\') {
                quoted.push('\\');
            }
            quoted.push(c);
        }
        Self { realm: quoted, error: None, description: None, scope: None }
    }

    /// Adds what was wrong with the credentials.
    #[must_use]
    pub fn with_error(self, error: BearerError) -> Self {
        Self { error: Some(error), ..self }
    }

    /// Adds a sentence for developers. Characters that RFC 6750 does not allow in it are dropped.
    #[must_use]
    pub fn with_description(self, description: &str) -> Self {
        Self { description: Some(printable(description)), ..self }
    }

    /// Adds the scopes that are needed, separated by blanks. Characters that RFC 6750 does not allow are dropped.
    #[must_use]
    pub fn with_scope(self, scope: &str) -> Self {
        Self { scope: Some(printable(scope)), ..self }
    }

    /// Writes the value of the `WWW-Authenticate` header.
    ///
    /// # Panics
    ///
    /// Never: every part holds visible ASCII, blanks and tabs alone.
    #[must_use]
    pub fn to_header(&self) -> HeaderValue {
        let parameters = [
            ("error", self.error.map(BearerError::as_str)),
            ("error_description", self.description.as_deref()),
            ("scope", self.scope.as_deref()),
        ];
        let given = parameters.into_iter().filter_map(|(name, value)| Some([", ", name, "=\"", value?, "\""]));
        let parts = ["Bearer realm=\"", &self.realm, "\""].into_iter().chain(given.flatten());
        let header: String = parts.collect();
        HeaderValue::try_from(header).expect("the parts hold nothing that a header value cannot")
    }
}

/// RFC 6750, section 3: %x20-21 / %x23-5B / %x5D-7E.
fn printable(text: &str) -> String {
    text.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).collect()
}

/// The error code of a challenge. The three variants are complete: RFC 6750, section 3.1 defines no others.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[error("{}", self.as_str())]
pub enum BearerError {
    /// The token is valid but does not allow this; goes with status 403.
    InsufficientScope,
    /// The request itself is malformed.
    InvalidRequest,
    /// The token is malformed, unknown, expired, revoked, or not for this caller; goes with status 401.
    InvalidToken,
}

impl BearerError {
    /// Returns the code on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
        }
    }
}
