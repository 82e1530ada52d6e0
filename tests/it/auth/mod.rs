//! Which tokens are accepted, and the problem for all other requests.

mod auth_error;
mod bearer;
mod challenge;
mod trusted_proxies;

use std::error::Error;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use http::header::WWW_AUTHENTICATE;
use http::request::{Builder, Parts};
use pollster::block_on;
use tokenfolio::{
    AccessToken, AllowedIps, AuthError, Authenticated, Authenticator, BearerError, BearerToken, Challenge, Problem,
    StoreError, StoreErrorKind, TokenId, TokenStatus, authenticate,
};

use crate::allocations::allocated_by;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_712_846_105, 0).unwrap()
}

/// An authenticator that finds one secret, `good`, and counts its calls.
struct One {
    token: AccessToken,
    calls: AtomicUsize,
}

impl Authenticator for One {
    type Owner = u64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        Ok((secret.secret() == "good").then(|| Authenticated::new(7, self.token.clone())))
    }
}

fn one(change: impl FnOnce(&mut AccessToken)) -> One {
    let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
    change(&mut token);
    One { token, calls: AtomicUsize::new(0) }
}

fn request(authorization: &[&[u8]]) -> Builder {
    let request = http::Request::get("/api/v1/me?access_token=good");
    authorization.iter().fold(request, |request, value| request.header("authorization", *value))
}

fn parts(request: Builder) -> Parts {
    request.body(()).unwrap().into_parts().0
}

fn authenticated(
    authenticator: &One,
    authorization: &[&[u8]],
    caller: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Authenticated<u64>, Problem> {
    let caller: Option<IpAddr> = caller.map(|caller| caller.parse().unwrap());
    block_on(authenticate(authenticator, &Challenge::default(), &parts(request(authorization)), caller, now))
}

const BODY: &str = concat!(
    r#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Authentication failed","#,
    r#""instance":"/api/v1/me"}"#,
);

/// The token that an authenticator finds.
const TOKEN: TokenId = TokenId(1);

/// Checks that the request is rejected for this reason, with the body of every 401 and with the challenge of the
/// reason.
#[track_caller]
fn expect_rejection(result: Result<Authenticated<u64>, Problem>, reason: AuthError) {
    let problem = result.unwrap_err();
    assert_eq!(serde_json::to_string(&problem).unwrap(), BODY);
    assert_eq!(problem.source().unwrap().downcast_ref(), Some(&reason));
    let response: http::Response<Vec<u8>> = problem.into();
    assert_eq!(response.status(), 401);
    let challenge = match reason {
        AuthError::Missing => r#"Bearer realm="api""#,
        AuthError::Repeated => r#"Bearer realm="api", error="invalid_request""#,
        _ => r#"Bearer realm="api", error="invalid_token""#,
    };
    assert_eq!(response.headers().get_all(WWW_AUTHENTICATE).iter().collect::<Vec<_>>(), [challenge]);
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    assert_eq!(response.body(), BODY.as_bytes());
}

#[test]
fn a_known_token_is_accepted_with_its_owner() {
    let authenticator = one(|_| ());
    let values: [&[u8]; 5] = [b"Bearer good", b"bearer good", b"BEARER good", b"Bearer  good", b" Bearer good "];
    for value in values {
        let accepted = authenticated(&authenticator, &[value], None, now()).unwrap();
        assert_eq!((accepted.owner, accepted.token), (7, authenticator.token.clone()));
    }
}

/// An authenticator that finds a token with extensions.
struct WithUser;

impl Authenticator for WithUser {
    type Owner = u64;

    async fn find(&self, _secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
        let token = AccessToken::new(TOKEN, "CI", DateTime::UNIX_EPOCH);
        Ok(Some(Authenticated::new(7, token).with_extension("ada").with_extension(3_u8).with_extension(4_u8)))
    }
}

#[test]
fn an_accepted_request_has_what_the_authenticator_looked_up() {
    let parts = parts(request(&[b"Bearer good"]));
    let accepted = block_on(authenticate(&WithUser, &Challenge::default(), &parts, None, now())).unwrap();
    assert_eq!((accepted.owner, accepted.token.id), (7, TOKEN));
    assert_eq!(accepted.extensions.get(), Some(&"ada"));
    // The last value of a type wins.
    assert_eq!(accepted.extensions.get(), Some(&4_u8));
    assert_eq!(accepted.extensions.len(), 2);
}

#[test]
fn an_accepted_request_without_extensions_does_not_allocate_for_them() {
    let token = AccessToken::new(TOKEN, "CI", DateTime::UNIX_EPOCH);
    let allocated = allocated_by(|| assert!(Authenticated::new(7, token).extensions.is_empty()));
    assert_eq!(allocated, 0);
}

#[test]
fn a_request_without_bearer_credentials_gets_a_bare_challenge_without_a_lookup() {
    let authenticator = one(|_| ());
    expect_rejection(authenticated(&authenticator, &[], None, now()), AuthError::Missing);
    let values: [&[u8]; 4] = [b"Basic dXNlcjpwYXNz", b"Bearer", b"Bearer ", b"Bearergood"];
    for value in values {
        expect_rejection(authenticated(&authenticator, &[value], None, now()), AuthError::Missing);
    }
    assert_eq!(authenticator.calls.into_inner(), 0);
}

#[test]
fn a_malformed_token_is_invalid_without_a_lookup() {
    let authenticator = one(|_| ());
    let values: [&[u8]; 6] =
        [b"Bearer a b", b"Bearer a,b", b"Bearer a\"b", b"Bearer =abc", "Bearer é".as_bytes(), b"Bearer \xff"];
    for value in values {
        expect_rejection(authenticated(&authenticator, &[value], None, now()), AuthError::Malformed);
    }
    assert_eq!(authenticator.calls.into_inner(), 0);
}

#[test]
fn an_unknown_token_is_invalid() {
    let authenticator = one(|_| ());
    let long = format!("Bearer {}", "x".repeat(6_000));
    for value in
        [&b"Bearer unknown"[..], b"Bearer GOOD", b"Bearer Good", b"Bearer goo", b"Bearer goodd", long.as_bytes()]
    {
        expect_rejection(authenticated(&authenticator, &[value], None, now()), AuthError::Unknown);
    }
    assert_eq!(authenticator.calls.into_inner(), 6);
}

#[test]
fn two_headers_are_an_invalid_request_without_a_lookup() {
    let authenticator = one(|_| ());
    for second in [&b"Bearer good"[..], b"Bearer bad", b"Basic dXNlcjpwYXNz"] {
        expect_rejection(authenticated(&authenticator, &[b"Bearer good", second], None, now()), AuthError::Repeated);
        expect_rejection(authenticated(&authenticator, &[second, b"Bearer good"], None, now()), AuthError::Repeated);
    }
    assert_eq!(authenticator.calls.into_inner(), 0);
}

#[test]
fn a_token_is_accepted_as_long_as_it_is_active() {
    let nanosecond = TimeDelta::nanoseconds(1);
    let edges = [None, Some(now() - nanosecond), Some(now()), Some(now() + nanosecond)];
    for revoked_at in edges {
        for expires_at in edges {
            let authenticator = one(|token| {
                token.revoked_at = revoked_at;
                token.expires_at = expires_at;
            });
            let result = authenticated(&authenticator, &[b"Bearer good"], None, now());
            match TokenStatus::derive(revoked_at, expires_at, now()) {
                TokenStatus::Active => assert!(result.is_ok(), "{revoked_at:?} {expires_at:?}"),
                TokenStatus::Expired => expect_rejection(result, AuthError::Expired { token: TOKEN }),
                TokenStatus::Revoked => expect_rejection(result, AuthError::Revoked { token: TOKEN }),
            }
        }
    }
}

#[test]
fn a_token_is_accepted_from_allowed_addresses() {
    let allowed = |entries: &[&str]| AllowedIps::parse(entries.iter().copied()).unwrap();
    let callers = [None, Some("10.0.0.7"), Some("::ffff:10.0.0.7"), Some("10.0.1.7"), Some("2001:db8::1")];
    for (allowed_ips, accepted) in [
        (None, [true, true, true, true, true]),
        (Some(AllowedIps::deny_all()), [false, false, false, false, false]),
        (Some(allowed(&["10.0.0.0/24"])), [false, true, true, false, false]),
        (Some(allowed(&["::ffff:10.0.0.7", "2001:db8::/32"])), [false, true, true, false, true]),
        (Some(allowed(&["0.0.0.0/0", "::/0"])), [false, true, true, true, true]),
    ] {
        let authenticator = one(|token| token.allowed_ips = allowed_ips.clone());
        for (caller, is_accepted) in callers.into_iter().zip(accepted) {
            let result = authenticated(&authenticator, &[b"Bearer good"], caller, now());
            match (is_accepted, caller) {
                (true, _) => assert!(result.is_ok(), "{caller:?} of {allowed_ips:?}"),
                (false, None) => expect_rejection(result, AuthError::AddressUnknown { token: TOKEN }),
                (false, Some(caller)) => {
                    let address = caller.parse().unwrap();
                    expect_rejection(result, AuthError::AddressNotAllowed { token: TOKEN, address });
                }
            }
        }
    }
}

#[test]
fn the_status_of_a_token_is_the_reason_whatever_its_allow_list() {
    for allowed_ips in [AllowedIps::parse(["10.0.0.7"]).unwrap(), AllowedIps::deny_all()] {
        for caller in [None, Some("10.0.0.7")] {
            let expired = one(|token| {
                token.allowed_ips = Some(allowed_ips.clone());
                token.expires_at = Some(now());
            });
            let result = authenticated(&expired, &[b"Bearer good"], caller, now());
            expect_rejection(result, AuthError::Expired { token: TOKEN });
        }
    }
}

#[test]
fn the_challenge_is_sent_with_the_error_of_the_rejection() {
    let authenticator = one(|_| ());
    let quoted = Challenge::new("a\"b\\c").unwrap();
    let full = Challenge::new("tokens").and_then(|challenge| challenge.with_scope("tokens:read")).unwrap();
    let full = full.with_description("of the service").unwrap().with_error(BearerError::InsufficientScope);
    for (challenge, authorization, expected) in [
        (&quoted, &[][..], r#"Bearer realm="a\"b\\c""#),
        (&quoted, &[&b"Bearer unknown"[..]], r#"Bearer realm="a\"b\\c", error="invalid_token""#),
        (&full, &[], r#"Bearer realm="tokens", scope="tokens:read""#),
        (&full, &[b"Bearer unknown"], r#"Bearer realm="tokens", error="invalid_token", scope="tokens:read""#),
        (&full, &[b"Bearer a", b"b"], r#"Bearer realm="tokens", error="invalid_request", scope="tokens:read""#),
    ] {
        let parts = parts(request(authorization));
        let problem = block_on(authenticate(&authenticator, challenge, &parts, None, now())).unwrap_err();
        let basic = http::HeaderValue::from_static(r#"Basic realm="staff""#);
        let response: http::Response<Vec<u8>> = problem.with_header(WWW_AUTHENTICATE, basic).into();
        let challenges: Vec<_> = response.headers().get_all(WWW_AUTHENTICATE).iter().collect();
        assert_eq!(challenges, [expected, r#"Basic realm="staff""#]);
    }
}

#[test]
fn a_rejection_has_the_trace_id_of_its_request() {
    let authenticator = one(|_| ());
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let own: tokenfolio::TraceId = "request-7".parse().unwrap();
    for (request, trace_id) in [
        (request(&[]).header("traceparent", traceparent), Some("0af7651916cd43dd8448eb211c80319c")),
        (request(&[]).header("traceparent", traceparent).extension(own), Some("request-7")),
        (request(&[]).header("traceparent", "00-x"), None),
    ] {
        let problem =
            block_on(authenticate(&authenticator, &Challenge::default(), &parts(request), None, now())).unwrap_err();
        assert_eq!(problem.trace_id(), trace_id);
        let member = trace_id.map(|id| format!(r#","trace_id":"{id}""#)).unwrap_or_default();
        assert_eq!(serde_json::to_string(&problem).unwrap(), BODY.replace('}', &format!("{member}}}")));
    }
}

#[test]
fn a_token_without_the_scope_of_a_challenge_is_a_403_with_the_challenge() {
    let scoped = Challenge::new("a\"b").and_then(|challenge| challenge.with_scope("profile:read user|x")).unwrap();
    let full = scoped.clone().with_description("of the service").unwrap().with_error(BearerError::InvalidToken);
    let with_scope = r#"Bearer realm="a\"b", error="insufficient_scope", scope="profile:read user|x""#;
    for (challenge, expected) in [
        (&Challenge::default(), r#"Bearer realm="api", error="insufficient_scope""#),
        (&scoped, with_scope),
        (&full, with_scope),
    ] {
        let problem = challenge.insufficient_scope().with_request(&parts(request(&[])));
        assert!(problem.source().is_none());
        let response: http::Response<Vec<u8>> = problem.into();
        assert_eq!(response.status(), 403);
        assert_eq!(response.headers().get_all(WWW_AUTHENTICATE).iter().collect::<Vec<_>>(), [expected]);
        assert_eq!(response.headers()["cache-control"], "private, no-store");
        assert_eq!(
            String::from_utf8_lossy(response.body()),
            concat!(
                r#"{"type":"about:blank","title":"Forbidden","status":403,"#,
                r#""detail":"The token does not have the required scope","instance":"/api/v1/me"}"#,
            )
        );
    }
}

/// An authenticator that always fails.
struct Failing(StoreErrorKind);

impl Authenticator for Failing {
    type Owner = u64;

    async fn find(&self, _secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
        Err(StoreError::new(self.0, "db-3 is down"))
    }
}

#[test]
fn a_failed_lookup_is_not_a_401() {
    for (kind, status) in [
        (StoreErrorKind::Unavailable, 503),
        (StoreErrorKind::Timeout, 504),
        (StoreErrorKind::Corrupt, 500),
        (StoreErrorKind::Other, 500),
    ] {
        let parts = parts(request(&[b"Bearer good"]));
        let problem = block_on(authenticate(&Failing(kind), &Challenge::default(), &parts, None, now())).unwrap_err();
        assert_eq!(problem.status().map(|status| status.as_u16()), Some(status));
        assert_eq!((problem.detail(), problem.instance()), (None, Some("/api/v1/me")));
        assert_eq!(problem.source().unwrap().source().unwrap().to_string(), "db-3 is down");
        let response: http::Response<Vec<u8>> = problem.into();
        assert!(!response.headers().contains_key(WWW_AUTHENTICATE));
        assert!(!String::from_utf8(response.into_body()).unwrap().contains("db-3"));
    }
}
