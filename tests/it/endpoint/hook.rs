//! The hook that sees every problem before it becomes a response.

use std::error::Error;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use http::request::Builder;
use http::{Method, Response};
use pollster::block_on;
use tokenfolio::{AuthError, Authenticator, ListTokens, StoreErrorKind, TokenStore};

use super::{always, endpoint, failing, get, list, now, parts, request, store_of, text};

/// The events that the hook saw: the printed event, and the reason of a 401.
type Seen = Arc<Mutex<Vec<(String, Option<AuthError>)>>>;

fn watched<S, A>(endpoint: ListTokens<S, A>) -> (ListTokens<S, A>, Seen)
where
    S: TokenStore,
    A: Authenticator<Owner = S::Owner>,
{
    let seen = Seen::default();
    let events = Arc::clone(&seen);
    let endpoint = endpoint.with_problem_hook(move |event| {
        let source = event.problem().source();
        let reason = source.and_then(|source| source.downcast_ref().copied());
        events.lock().unwrap().push((event.to_string(), reason));
    });
    (endpoint, seen)
}

/// Returns the response, and the one event that the hook saw.
#[track_caller]
fn problem_of<S, A>(
    endpoint: ListTokens<S, A>,
    request: Builder,
    caller: Option<&str>,
) -> (Response<Vec<u8>>, String, Option<AuthError>)
where
    S: TokenStore,
    A: Authenticator<Owner = S::Owner>,
{
    let (endpoint, seen) = watched(endpoint);
    let caller: Option<IpAddr> = caller.map(|caller| caller.parse().unwrap());
    let response = block_on(endpoint.handle(&parts(request), caller));
    let events = std::mem::take(&mut *seen.lock().unwrap());
    let [(line, reason)] = &*events else { panic!("the hook saw {events:?}") };
    (response, line.clone(), *reason)
}

#[test]
fn the_hook_sees_the_reason_of_each_401_and_the_client_does_not() {
    let token = 1.into();
    let address = "10.0.1.7".parse().unwrap();
    let list = || request(Method::GET, "/api/v1/me/tokens");
    let presented = |secret: &str| list().header("authorization", format!("Bearer {secret}"));
    let mut bodies = Vec::new();
    for (request, caller, reason) in [
        (list(), None, AuthError::Missing),
        (presented("a b"), None, AuthError::Malformed),
        (presented("good").header("authorization", "Bearer good"), None, AuthError::Repeated),
        (presented("guessed"), None, AuthError::Unknown),
        (presented("expired"), None, AuthError::Expired { token }),
        (presented("revoked"), None, AuthError::Revoked { token }),
        (presented("office"), None, AuthError::AddressUnknown { token }),
        (presented("office"), Some("10.0.1.7"), AuthError::AddressNotAllowed { token, address }),
    ] {
        let (response, line, seen) = problem_of(endpoint(store_of(3)), request, caller);
        assert_eq!(seen, Some(reason));
        assert_eq!(line, format!("GET /api/v1/me/tokens: 401 Unauthorized: Authentication failed: {reason}"));
        bodies.push(response.into_body());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
}

#[test]
fn the_hook_sees_the_cause_of_a_store_that_fails_and_the_client_does_not() {
    for (kind, status, cause) in [
        (StoreErrorKind::Corrupt, "500 Internal Server Error", "the store holds corrupt data"),
        (StoreErrorKind::Other, "500 Internal Server Error", "the store failed"),
        (StoreErrorKind::Timeout, "504 Gateway Timeout", "the store took too long"),
        (StoreErrorKind::Unavailable, "503 Service Unavailable", "the store is unavailable"),
    ] {
        let line = format!("GET /api/v1/me/tokens: {status}: {cause}: s3cret of db-3");
        let of_store = problem_of(endpoint(failing(kind)), get("?page=2"), None);
        let of_authenticator =
            problem_of(ListTokens::new(store_of(3), failing(kind), list()).with_clock(now), get(""), None);
        for (response, seen, reason) in [of_store, of_authenticator] {
            assert_eq!((seen, reason), (line.clone(), None));
            assert!(!text(&response).contains(cause) && !text(&response).contains("s3cret"));
        }
    }
}

#[test]
fn the_hook_sees_what_is_wrong_with_the_rows_of_a_store() {
    let (response, line, _) = problem_of(always([], 5), get(""), None);
    assert_eq!(
        line,
        "GET /api/v1/me/tokens: 500 Internal Server Error: the store holds corrupt data: \
         expected 5 rows of a total of 5, got 0"
    );
    assert!(!text(&response).contains("rows"));
}

#[test]
fn the_hook_sees_the_problems_of_methods_and_queries() {
    let patched =
        request(Method::PATCH, "/api/v1/me/tokens?page=0").extension("t-1".parse::<tokenfolio::TraceId>().unwrap());
    let (_, line, _) = problem_of(endpoint(store_of(3)), patched, None);
    assert_eq!(line, "PATCH /api/v1/me/tokens [t-1]: 405 Method Not Allowed");

    let (_, line, _) = problem_of(endpoint(store_of(3)), get("?page=0"), None);
    assert_eq!(
        line,
        "GET /api/v1/me/tokens: 400 Bad Request: `page` must be a whole number from 1 to 9223372036854775807, but is zero"
    );
}

#[test]
fn the_hook_does_not_see_pages() {
    let (endpoint, seen) = watched(endpoint(store_of(3)));
    for query in ["", "?page=9"] {
        assert_eq!(block_on(endpoint.handle(&parts(get(query)), None)).status(), 200);
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[test]
fn a_response_is_the_same_with_and_without_a_hook() {
    for query in ["", "?page=0"] {
        let plain = block_on(endpoint(store_of(3)).handle(&parts(get(query)), None));
        let (watched, _) = watched(endpoint(store_of(3)));
        let seen = block_on(watched.handle(&parts(get(query)), None));
        assert_eq!((plain.status(), plain.headers(), plain.body()), (seen.status(), seen.headers(), seen.body()));
    }
}
