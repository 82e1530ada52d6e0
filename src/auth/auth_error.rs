//! Why a request was rejected with 401.

use std::net::IpAddr;

use crate::auth::bearer::CredentialsError;
use crate::auth::challenge::BearerError;
use crate::token::TokenId;

/// Why a request was rejected with 401: the [`source`](std::error::Error::source) of the problem, for logs and counters.
///
/// The client cannot read this error: the body of the response is the same for every reason. The error contains no
/// secret.
///
/// # Examples
///
/// ```
/// use std::error::Error;
///
/// use tokenfolio::{AuthError, Challenge, authenticate};
/// # use tokenfolio::{AccessToken, Authenticated, Authenticator, BearerToken, StoreError};
/// # struct Nobody;
/// # impl Authenticator for Nobody {
/// #     type Owner = u64;
/// #     async fn find(&self, _secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
/// #         Ok(None)
/// #     }
/// # }
///
/// # fn main() -> http::Result<()> {
/// let request = http::Request::get("/me").header("authorization", "Bearer guessed").body(())?.into_parts().0;
/// let challenge = Challenge::default();
/// let now = chrono::DateTime::UNIX_EPOCH;
/// let problem = pollster::block_on(authenticate(&Nobody, &challenge, &request, None, now)).unwrap_err();
///
/// let reason = problem.source().and_then(|source| source.downcast_ref::<AuthError>());
/// assert_eq!(reason, Some(&AuthError::Unknown));
/// assert_eq!(reason.map(AuthError::as_str), Some("unknown"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The allow-list of the token does not contain the client's address.
    #[error("token {token} may not be used from {address}")]
    AddressNotAllowed {
        /// The token that was presented.
        token: TokenId,
        /// The client's address.
        address: IpAddr,
    },
    /// The token has an allow-list, and the client's address is not known.
    #[error("token {token} has an allow-list, and the address of the client is not known")]
    AddressUnknown {
        /// The token that was presented.
        token: TokenId,
    },
    /// The token is expired.
    #[error("token {token} is expired")]
    Expired {
        /// The token that was presented.
        token: TokenId,
    },
    /// There is a bearer token, and it is malformed.
    #[error("malformed bearer token")]
    Malformed,
    /// There are no bearer credentials.
    #[error("no bearer credentials")]
    Missing,
    /// There is more than one `Authorization` header.
    #[error("more than one Authorization header")]
    Repeated,
    /// The token is revoked.
    #[error("token {token} is revoked")]
    Revoked {
        /// The token that was presented.
        token: TokenId,
    },
    /// No token has the secret that was presented.
    #[error("no token has this secret")]
    Unknown,
}

impl AuthError {
    /// Returns a word for the reason, such as `expired`. Use it as the label of a counter.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::AddressNotAllowed { .. } => "address_not_allowed",
            Self::AddressUnknown { .. } => "address_unknown",
            Self::Expired { .. } => "expired",
            Self::Malformed => "malformed",
            Self::Missing => "missing",
            Self::Repeated => "repeated",
            Self::Revoked { .. } => "revoked",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the error code of the challenge. A request without credentials gets a challenge without an error code
    /// (RFC 6750, section 3.1).
    pub(crate) fn bearer_error(self) -> Option<BearerError> {
        match self {
            Self::Missing => None,
            Self::Repeated => Some(BearerError::InvalidRequest),
            _ => Some(BearerError::InvalidToken),
        }
    }
}

impl From<CredentialsError> for AuthError {
    fn from(error: CredentialsError) -> Self {
        match error {
            CredentialsError::Malformed => Self::Malformed,
            CredentialsError::Missing => Self::Missing,
            CredentialsError::Repeated => Self::Repeated,
        }
    }
}
