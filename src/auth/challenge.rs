//! The challenge that a rejected request gets (RFC 6750, section 3).
//!
//! The value of a parameter is rejected if it has a character that the parameter cannot contain. Dropping the character
//! would change the value, and could leave it empty.

use http::StatusCode;
use http::header::{HeaderValue, WWW_AUTHENTICATE};

use crate::problem::Problem;

/// The `WWW-Authenticate` header of a rejection (RFC 6750, section 3).
///
/// It is one well-formed challenge with each parameter at most once.
///
/// # Examples
///
/// ```
/// use tokenfolio::{BearerError, Challenge};
///
/// # fn main() -> Result<(), tokenfolio::ChallengeError> {
/// assert_eq!(Challenge::new("api")?.to_header(), r#"Bearer realm="api""#);
///
/// let challenge = Challenge::new("api")?
///     .with_error(BearerError::InsufficientScope)
///     .with_description("The token is read-only")?
///     .with_scope("tokens:write")?;
/// assert_eq!(
///     challenge.to_header(),
///     r#"Bearer realm="api", error="insufficient_scope", error_description="The token is read-only", scope="tokens:write""#
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    parameters: Parameters,
    /// The headers of rejections, which are written once and shared by all responses.
    rejections: Rejections,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Parameters {
    /// The realm, in which `"` and `\` are escaped.
    realm: Box<str>,
    error: Option<BearerError>,
    description: Option<Box<str>>,
    scope: Option<Box<str>>,
}

/// One header without an error code, and one header for each error code. These headers have no description, because a
/// description belongs to one error code.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Rejections {
    without_error: HeaderValue,
    insufficient_scope: HeaderValue,
    invalid_request: HeaderValue,
    invalid_token: HeaderValue,
}

impl Challenge {
    /// Creates the challenge for a request without credentials. Its only parameter is the realm.
    ///
    /// `"` and `\` are escaped (RFC 9110, section 5.6.4).
    ///
    /// # Errors
    ///
    /// Fails if `realm` has a control character other than a tab, because a quoted string cannot hold it. Fails if
    /// `realm` has a character outside ASCII, because each client may decode it differently (RFC 9110, section 5.5).
    pub fn new(realm: &str) -> Result<Self, ChallengeError> {
        check(realm, |c| matches!(c, '\t' | ' '..='~'), Reason::Realm)?;
        let escaped = realm.replace('\\', r"\\").replace('"', r#"\""#);
        Ok(Parameters { realm: escaped.into(), error: None, description: None, scope: None }.into())
    }

    /// Adds the error code of the rejection.
    #[must_use]
    pub fn with_error(self, error: BearerError) -> Self {
        Parameters { error: Some(error), ..self.parameters }.into()
    }

    /// Adds a sentence for developers.
    ///
    /// # Errors
    ///
    /// Fails if `description` is empty, or has a character other than visible ASCII and spaces, or has `"` or `\`
    /// (RFC 6749, appendix A.8).
    pub fn with_description(self, description: &str) -> Result<Self, ChallengeError> {
        if description.is_empty() {
            return Err(ChallengeError(Reason::EmptyDescription));
        }
        check(description, |c| c == ' ' || is_scope_char(c), Reason::Description)?;
        Ok(Parameters { description: Some(description.into()), ..self.parameters }.into())
    }

    /// Adds the scopes that are needed, separated by single spaces.
    ///
    /// # Errors
    ///
    /// Fails if `scope` is empty, begins or ends with a space, or has two spaces in a row. Fails if `scope` has a
    /// character other than visible ASCII and spaces, or has `"` or `\` (RFC 6750, section 3).
    pub fn with_scope(self, scope: &str) -> Result<Self, ChallengeError> {
        for token in scope.split(' ') {
            if token.is_empty() {
                return Err(ChallengeError(Reason::EmptyScope));
            }
            check(token, is_scope_char, Reason::Scope)?;
        }
        Ok(Parameters { scope: Some(scope.into()), ..self.parameters }.into())
    }

    /// Returns the 403 problem of an accepted token that does not have the [scope](Self::with_scope) of this challenge
    /// (RFC 6750, section 3.1).
    ///
    /// It sends the challenge with `error="insufficient_scope"` and without a description. Create the challenge of each
    /// scope once, when the service starts.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Challenge;
    ///
    /// # fn main() -> Result<(), tokenfolio::ChallengeError> {
    /// let challenge = Challenge::new("api")?.with_scope("profile:read")?;
    ///
    /// let response = http::Response::from(challenge.insufficient_scope());
    /// assert_eq!(response.status(), 403);
    /// assert_eq!(
    ///     response.headers()["www-authenticate"],
    ///     r#"Bearer realm="api", error="insufficient_scope", scope="profile:read""#
    /// );
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn insufficient_scope(&self) -> Problem {
        Problem::new(StatusCode::FORBIDDEN)
            .with_detail("The token does not have the required scope")
            .with_header(WWW_AUTHENTICATE, self.to_header_with_error(Some(BearerError::InsufficientScope)))
    }

    /// Writes the value of the `WWW-Authenticate` header.
    ///
    /// # Panics
    ///
    /// Never: every parameter is visible ASCII, spaces and tabs.
    #[must_use]
    pub fn to_header(&self) -> HeaderValue {
        self.parameters.write(self.parameters.error, self.parameters.description.as_deref())
    }

    /// Returns the header with this error code in place of the challenge's own error code. The description is left out,
    /// because it belongs to the challenge's own error code.
    pub(crate) fn to_header_with_error(&self, error: Option<BearerError>) -> HeaderValue {
        let header = match error {
            None => &self.rejections.without_error,
            Some(BearerError::InsufficientScope) => &self.rejections.insufficient_scope,
            Some(BearerError::InvalidRequest) => &self.rejections.invalid_request,
            Some(BearerError::InvalidToken) => &self.rejections.invalid_token,
        };
        header.clone()
    }
}

impl From<Parameters> for Challenge {
    fn from(parameters: Parameters) -> Self {
        let rejections = Rejections {
            without_error: parameters.write(None, None),
            insufficient_scope: parameters.write(Some(BearerError::InsufficientScope), None),
            invalid_request: parameters.write(Some(BearerError::InvalidRequest), None),
            invalid_token: parameters.write(Some(BearerError::InvalidToken), None),
        };
        Self { parameters, rejections }
    }
}

impl Parameters {
    fn write(&self, error: Option<BearerError>, description: Option<&str>) -> HeaderValue {
        let parameters = [
            (r#"Bearer realm=""#, Some(&*self.realm)),
            (r#", error=""#, error.map(BearerError::as_str)),
            (r#", error_description=""#, description),
            (r#", scope=""#, self.scope.as_deref()),
        ];
        let given = || parameters.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let len = given().map(|(name, value)| name.len() + value.len() + 1).sum();
        let mut header = String::with_capacity(len);
        for (name, value) in given() {
            header.push_str(name);
            header.push_str(value);
            header.push('"');
        }
        HeaderValue::try_from(header).expect("every parameter is visible ASCII, spaces and tabs")
    }
}

impl Default for Challenge {
    /// Creates the challenge with the realm `api`.
    fn default() -> Self {
        Parameters { realm: "api".into(), error: None, description: None, scope: None }.into()
    }
}

/// Returns whether a scope can contain a character: %x21 / %x23-5B / %x5D-7E (RFC 6750, section 3).
fn is_scope_char(c: char) -> bool {
    matches!(c, '!'..='~') && !matches!(c, '"' | '\\')
}

fn check(text: &str, is_allowed: impl Fn(char) -> bool, reason: fn(char) -> Reason) -> Result<(), ChallengeError> {
    match text.chars().find(|c| !is_allowed(*c)) {
        Some(c) => Err(ChallengeError(reason(c))),
        None => Ok(()),
    }
}

/// Why a text cannot be a parameter of a challenge.
///
/// # Examples
///
/// ```
/// use tokenfolio::Challenge;
///
/// let error = Challenge::new("café").unwrap_err();
/// assert_eq!(error.to_string(), "`realm` must be ASCII without control characters, but has 'é'");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(transparent)]
pub struct ChallengeError(Reason);

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
enum Reason {
    #[error("`error_description` must be visible ASCII and spaces without `\"` and `\\`, but has {0:?}")]
    Description(char),
    #[error("`error_description` must not be empty")]
    EmptyDescription,
    #[error("`scope` must be scopes separated by single spaces, but one of them is empty")]
    EmptyScope,
    #[error("`realm` must be ASCII without control characters, but has {0:?}")]
    Realm(char),
    #[error("`scope` must be visible ASCII and spaces without `\"` and `\\`, but has {0:?}")]
    Scope(char),
}

/// The error code of a challenge.
///
/// There will be no fourth variant: RFC 6750, section 3.1, defines no other error code.
///
/// # Examples
///
/// ```
/// use tokenfolio::{BearerError, Challenge};
///
/// let challenge = Challenge::default().with_error(BearerError::InvalidToken);
/// assert_eq!(challenge.to_header(), r#"Bearer realm="api", error="invalid_token""#);
/// assert_eq!(BearerError::InvalidToken.as_str(), "invalid_token");
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[error("{}", self.as_str())]
pub enum BearerError {
    /// The token is valid and does not have the required scope. The status is 403.
    InsufficientScope,
    /// The request itself is malformed.
    InvalidRequest,
    /// The token is malformed, unknown, expired, revoked, or not allowed for this client. The status is 401.
    InvalidToken,
}

impl BearerError {
    /// Returns the code as it is sent, such as `invalid_token`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
        }
    }
}
