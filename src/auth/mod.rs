//! Authenticates requests: who is calling, and with which token.

pub(crate) mod auth_error;
pub(crate) mod bearer;
pub(crate) mod challenge;
pub(crate) mod trusted_proxies;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use http::Extensions;
use http::header::{HeaderMap, WWW_AUTHENTICATE};
use http::request::Parts;

use crate::auth::auth_error::AuthError;
use crate::auth::bearer::BearerToken;
use crate::auth::challenge::Challenge;
use crate::problem::Problem;
use crate::store::StoreError;
use crate::store::dyn_trait::dyn_trait;
use crate::token::AccessToken;
use crate::token::status::TokenStatus;

/// A lookup of the token of a presented secret. A service implements it beside [`TokenStore`](crate::TokenStore).
///
/// # Contract
///
/// - Return `Ok(None)` for a secret that is not known. An error means that the lookup failed.
/// - Return the token even if it is expired, revoked or not allowed for the client's address. [`authenticate`] checks
///   the status and the allow-list.
/// - Look a secret up by its digest. Then the table does not contain the secret, and the time of a lookup does not
///   reveal it. A comparison in constant time is not needed. The time can reveal at most how many bits match between
///   two digests: the digest of a guess and a stored digest. A guess whose digest has more matching bits is not closer
///   to the secret. Use a cryptographic hash, and random secrets with at least 128 bits. This crate does not compare
///   secrets.
///
/// # Examples
///
/// ```
/// use tokenfolio::{AccessToken, Authenticated, Authenticator, BearerToken, StoreError};
///
/// struct OneToken;
///
/// impl Authenticator for OneToken {
///     type Owner = u64;
///
///     async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
///         let token = AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH);
///         Ok((secret.secret() == "for-tests-only").then(|| Authenticated::new(7, token)))
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = BearerToken::from_values([&b"Bearer for-tests-only"[..]])?;
/// let found = pollster::block_on(OneToken.find(&secret))?;
/// assert_eq!(found.map(|found| found.owner), Some(7));
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an authenticator",
    note = "implement `Authenticator` for it: a type `Owner` and `async fn find(&self, secret: &BearerToken)`"
)]
pub trait Authenticator: Send + Sync {
    /// The key of an owner. [`ListTokens`](crate::ListTokens) needs a token store with the same type of owner.
    type Owner: Send + Sync;

    /// Finds the token of a secret, and its owner. Returns `None` if no token has this secret.
    ///
    /// # Errors
    ///
    /// Fails if the secret cannot be looked up. The [kind](crate::StoreErrorKind) of the error decides the status of the
    /// response. A secret that is not known is not an error.
    fn find(
        &self,
        secret: &BearerToken,
    ) -> impl Future<Output = Result<Option<Authenticated<Self::Owner>>, StoreError>> + Send;
}

dyn_trait! {
    /// The boxed form of [`Authenticator`]: `Arc<dyn DynAuthenticator<Owner = O>>` is an authenticator.
    ///
    /// Use it to choose the type of an authenticator at run time. Every authenticator implements it. It is sealed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tokenfolio::{Authenticated, Authenticator, BearerToken, DynAuthenticator, StoreError};
    ///
    /// struct Nobody;
    ///
    /// impl Authenticator for Nobody {
    ///     type Owner = u64;
    ///
    ///     async fn find(&self, _secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
    ///         Ok(None)
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let authenticator: Arc<dyn DynAuthenticator<Owner = u64>> = Arc::new(Nobody);
    /// let secret = BearerToken::from_values([&b"Bearer guessed"[..]])?;
    /// assert!(pollster::block_on(authenticator.find(&secret))?.is_none());
    /// # Ok(())
    /// # }
    /// ```
    DynAuthenticator of Authenticator;
    /// Calls [`Authenticator::find`] and boxes the future.
    find_boxed of find(secret: BearerToken) -> Result<Option<Authenticated<Self::Owner>>, StoreError>
}

/// The token of an accepted request, its owner, and other values that the service looked up.
///
/// An [`Authenticator`] adds the user's row or the abilities of the token as extensions, so that no endpoint queries the
/// database for them again. `Debug` prints the types of the extensions, and not their values.
///
/// # Examples
///
/// ```
/// use tokenfolio::{AccessToken, Authenticated};
///
/// #[derive(Clone)]
/// struct Abilities(Vec<&'static str>);
///
/// let token = AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH);
/// let found = Authenticated::new(7, token).with_extension(Abilities(vec!["profile:read"]));
///
/// let abilities = found.extensions.get::<Abilities>();
/// assert!(abilities.is_some_and(|abilities| abilities.0.contains(&"profile:read")));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Authenticated<O> {
    /// The owner of the token.
    pub owner: O,
    /// The token.
    pub token: AccessToken,
    /// One value of each type that the authenticator added. Empty extensions do not allocate.
    pub extensions: Extensions,
}

impl<O> Authenticated<O> {
    /// Creates the result of a lookup without extensions.
    #[must_use]
    pub fn new(owner: O, token: AccessToken) -> Self {
        Self { owner, token, extensions: Extensions::new() }
    }

    /// Adds an extension. It replaces an extension of the same type.
    #[must_use]
    pub fn with_extension<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.extensions.insert(value);
        self
    }
}

/// Authenticates a request. Returns its token and owner, or the problem for the response.
///
/// A request is accepted if it presents one bearer token that is known, active at `now`, and allowed for the client's
/// address. If the address is not known, only a token without an allow-list is accepted. All endpoints of a service can use
/// this function. They then reject requests alike: the body is the same for every cause, and the response has a challenge
/// (RFC 6750, section 3.1).
///
/// The response sends the realm and the scope of `challenge`, and the error code of the rejection. If the request has
/// no bearer credentials, the response sends no error code. The challenge's own error code and description are not
/// sent.
///
/// `client` is the address of the peer, or the address that [`TrustedProxies::client`](crate::TrustedProxies::client)
/// returns. Tokens in the query are ignored (RFC 6750, section 5.3).
///
/// This function does not record usage. To count usage, record each accepted token in a [`UsageLog`](crate::UsageLog).
/// [`ListTokens::with_usage_log`](crate::ListTokens::with_usage_log) does this only for the requests of the list.
///
/// # Errors
///
/// Fails with 401 if the request is not accepted, with an [`AuthError`] as the problem's source. Fails with the problem of a
/// [`StoreError`] if the lookup fails.
///
/// # Examples
///
/// ```
/// use chrono::DateTime;
/// # use tokenfolio::{AccessToken, Authenticated, Authenticator, BearerToken, StoreError};
/// use tokenfolio::{Challenge, UsageLog, authenticate};
///
/// # struct OneToken;
/// # impl Authenticator for OneToken {
/// #     type Owner = u64;
/// #     async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
/// #         let token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
/// #         Ok((secret.secret() == "for-tests-only").then(|| Authenticated::new(7, token)))
/// #     }
/// # }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let now = DateTime::UNIX_EPOCH;
/// let challenge = Challenge::new("api")?;
/// let request = http::Request::get("/api/v1/me").header("authorization", "Bearer for-tests-only").body(())?;
/// let accepted = pollster::block_on(authenticate(&OneToken, &challenge, &request.into_parts().0, None, now))?;
/// assert_eq!(accepted.owner, 7);
///
/// // All endpoints of the service record usage in one log. `ListTokens` can use the same log.
/// let log = UsageLog::new();
/// log.record(&accepted.owner, accepted.token.id, now);
///
/// let request = http::Request::get("/api/v1/me").body(())?;
/// let rejected = pollster::block_on(authenticate(&OneToken, &challenge, &request.into_parts().0, None, now));
/// assert_eq!(rejected.unwrap_err().to_string(), "401 Unauthorized: Authentication failed");
/// # Ok(())
/// # }
/// ```
pub async fn authenticate<A: Authenticator>(
    authenticator: &A,
    challenge: &Challenge,
    parts: &Parts,
    client: Option<IpAddr>,
    now: DateTime<Utc>,
) -> Result<Authenticated<A::Owner>, Problem> {
    let accepted = accepted_token(authenticator, challenge, &parts.headers, client, now).await;
    accepted.map_err(|problem| problem.with_request(parts))
}

/// Does what [`authenticate`] does, but the problem has no instance and no trace id yet.
pub(crate) async fn accepted_token<A: Authenticator>(
    authenticator: &A,
    challenge: &Challenge,
    headers: &HeaderMap,
    client: Option<IpAddr>,
    now: DateTime<Utc>,
) -> Result<Authenticated<A::Owner>, Problem> {
    let secret = BearerToken::from_headers(headers).map_err(|error| unauthorized(challenge, error.into()))?;
    let found = authenticator.find(&secret).await?.ok_or_else(|| unauthorized(challenge, AuthError::Unknown))?;
    match check(&found.token, client, now) {
        Ok(()) => Ok(found),
        Err(error) => Err(unauthorized(challenge, error)),
    }
}

fn unauthorized(challenge: &Challenge, error: AuthError) -> Problem {
    let problem = Problem::unauthorized_without_instance()
        .with_header(WWW_AUTHENTICATE, challenge.to_header_with_error(error.bearer_error()));
    match error {
        // Scanners and attackers send many requests without a token or with a guessed token. A static source does not
        // allocate.
        AuthError::Missing => problem.with_static_source(&AuthError::Missing),
        AuthError::Unknown => problem.with_static_source(&AuthError::Unknown),
        _ => problem.with_source(error),
    }
}

fn check(token: &AccessToken, client: Option<IpAddr>, now: DateTime<Utc>) -> Result<(), AuthError> {
    match token.status(now) {
        TokenStatus::Active => {}
        TokenStatus::Expired => return Err(AuthError::Expired { token: token.id }),
        TokenStatus::Revoked => return Err(AuthError::Revoked { token: token.id }),
    }
    match (&token.allowed_ips, client) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(AuthError::AddressUnknown { token: token.id }),
        (Some(allowed), Some(address)) if allowed.contains(address) => Ok(()),
        (Some(_), Some(address)) => Err(AuthError::AddressNotAllowed { token: token.id, address }),
    }
}
