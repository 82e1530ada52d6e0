//! The endpoint, from a request's parts to the bytes of the response.

mod allocations;
mod choices;
mod faults;
mod headers;
mod hook;
mod isolation;
mod pages;
mod rejections;
mod store;
mod usage;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use http::request::{Builder, Parts};
use http::{Method, Response};
use pollster::block_on;
use serde_json::Value;
use tokenfolio::{
    AccessToken, AllowedIps, Authenticated, Authenticator, BearerToken, ListQuery, ListTokens, MemoryStore, Page,
    Pagination, StoreError, StoreErrorKind, TokenList, TokenResource, TokenStore,
};

const BASE: &str = "https://api.example.test/api/v1/me/tokens";
const OWNER: u64 = 7;

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_712_846_105, 0).unwrap()
}

/// An authenticator that knows tokens by their secrets.
#[derive(Clone, Default)]
pub(crate) struct Secrets(HashMap<&'static str, AccessToken>);

impl Authenticator for Secrets {
    type Owner = u64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
        Ok(self.0.get(secret.secret()).map(|token| Authenticated::new(OWNER, token.clone())))
    }
}

pub(crate) fn secrets() -> Secrets {
    let token = |change: fn(&mut AccessToken)| {
        let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
        change(&mut token);
        token
    };
    Secrets(HashMap::from([
        ("good", token(|_| ())),
        ("expired", token(|token| token.expires_at = Some(now()))),
        ("revoked", token(|token| token.revoked_at = Some(now()))),
        ("office", token(|token| token.allowed_ips = AllowedIps::parse(["10.0.0.0/24"]).ok())),
        ("nobody", token(|token| token.allowed_ips = Some(AllowedIps::deny_all()))),
    ]))
}

/// Returns a store with tokens 1 to `count`, and one token of another owner.
pub(crate) fn store_of(count: i64) -> MemoryStore<u64> {
    let store = MemoryStore::new();
    for id in 1..=count {
        store.insert(OWNER, AccessToken::new(id, format!("token {id}"), now() - TimeDelta::days(id)));
    }
    store.insert(OWNER + 1, AccessToken::new(1, "another's", now()));
    store
}

pub(crate) fn endpoint<S: TokenStore<Owner = u64>>(store: S) -> ListTokens<S, Secrets> {
    endpoint_of(store, list())
}

/// Returns the endpoint with another pagination.
fn endpoint_of<S: TokenStore<Owner = u64>>(store: S, pagination: Pagination) -> ListTokens<S, Secrets> {
    ListTokens::new(store, secrets(), pagination).with_clock(now)
}

fn list() -> Pagination {
    Pagination::new(BASE).unwrap()
}

fn request(method: Method, target: &str) -> Builder {
    http::Request::builder().method(method).uri(target)
}

/// Returns a request for the list, with credentials and this query.
pub(crate) fn get(query: &str) -> Builder {
    request(Method::GET, &format!("/api/v1/me/tokens{query}")).header("authorization", "Bearer good")
}

fn parts(request: Builder) -> Parts {
    request.body(()).unwrap().into_parts().0
}

pub(crate) fn handle<S, A>(endpoint: &ListTokens<S, A>, request: Builder) -> Response<Vec<u8>>
where
    S: TokenStore,
    A: Authenticator<Owner = S::Owner>,
{
    block_on(endpoint.handle(&parts(request), None))
}

fn text(response: &Response<Vec<u8>>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

#[track_caller]
fn json_body(response: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

#[track_caller]
fn page(response: &Response<Vec<u8>>) -> Page<TokenResource> {
    assert_eq!(response.status(), 200, "{}", text(response));
    serde_json::from_slice(response.body()).unwrap()
}

fn ids(page: &Page<TokenResource>) -> Vec<i64> {
    page.data.iter().map(|token| token.id.0).collect()
}

/// Returns the headers of a response, sorted by name.
fn headers(response: &Response<Vec<u8>>) -> Vec<(&str, &str)> {
    let mut headers: Vec<_> =
        response.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    headers.sort_unstable();
    headers
}

/// Returns a request for each kind of response that needs no failing store.
fn all_kinds() -> [Builder; 4] {
    [get(""), get("?page=2"), get("?page=0"), request(Method::GET, "/api/v1/me/tokens")]
}

/// A store and authenticator that always fails, and counts its calls.
pub(crate) struct Failing {
    kind: StoreErrorKind,
    calls: Arc<AtomicUsize>,
}

impl TokenStore for Failing {
    type Owner = u64;

    async fn list(&self, _query: &ListQuery<u64>) -> Result<TokenList, StoreError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        Err(StoreError::new(self.kind, "s3cret of db-3"))
    }
}

impl Authenticator for Failing {
    type Owner = u64;

    async fn find(&self, _secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        Err(StoreError::new(self.kind, "s3cret of db-3"))
    }
}

pub(crate) fn failing(kind: StoreErrorKind) -> Failing {
    Failing { kind, calls: Arc::default() }
}

/// A store with one list for every query.
struct Always(TokenList);

impl TokenStore for Always {
    type Owner = u64;

    async fn list(&self, _query: &ListQuery<u64>) -> Result<TokenList, StoreError> {
        Ok(self.0.clone())
    }
}

fn always(ids: impl IntoIterator<Item = i64>, total: u64) -> ListTokens<Always, Secrets> {
    let tokens = ids.into_iter().map(|id| AccessToken::new(id, "token", now())).collect();
    endpoint(Always(TokenList::new(tokens, total)))
}

#[test]
fn the_clock_is_read_once_per_request_and_not_for_another_method() {
    let reads = Arc::new(AtomicUsize::new(0));
    let clock = Arc::clone(&reads);
    let endpoint = endpoint(store_of(41)).with_clock(move || {
        clock.fetch_add(1, Ordering::Relaxed);
        now()
    });
    let count = || reads.swap(0, Ordering::Relaxed);
    for request in all_kinds() {
        handle(&endpoint, request);
        assert_eq!(count(), 1);
    }
    handle(&endpoint, get("").method(Method::HEAD));
    assert_eq!(count(), 1);
    handle(&endpoint, get("").method(Method::POST));
    assert_eq!(count(), 0);
}

#[test]
fn the_clock_decides_authentication_and_status() {
    let expiry = now() + TimeDelta::days(1);
    let store = MemoryStore::new();
    let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
    token.expires_at = Some(expiry);
    store.insert(OWNER, token.clone());
    let mut secrets = secrets();
    secrets.0.insert("short", token);
    let endpoint = |now| ListTokens::new(&store, secrets.clone(), list()).with_clock(move || now);
    let short = || request(Method::GET, "/").header("authorization", "Bearer short");
    let before = expiry - TimeDelta::nanoseconds(1);
    assert_eq!(page(&handle(&endpoint(before), short())).data[0].status.as_str(), "active");
    assert_eq!(handle(&endpoint(expiry), short()).status(), 401);
    assert_eq!(page(&handle(&endpoint(expiry), get(""))).data[0].status.as_str(), "expired");
}

#[test]
fn the_default_clock_is_the_systems() {
    let store = MemoryStore::new();
    for (id, years) in [(1, -1), (2, 1)] {
        let mut token = AccessToken::new(id, "CI", DateTime::UNIX_EPOCH);
        token.expires_at = Some(Utc::now() + TimeDelta::days(365 * years));
        store.insert(OWNER, token);
    }
    let endpoint = ListTokens::new(store, secrets(), list());
    let statuses: Vec<_> =
        page(&handle(&endpoint, get(""))).data.iter().map(|token| token.status.to_string()).collect();
    assert_eq!(statuses, ["expired", "active"]);
}

#[test]
fn a_debug_print_of_the_endpoint_shows_no_token() {
    let debug = format!("{:?}", endpoint(store_of(3)));
    assert!(debug.starts_with("ListTokens { pagination: Pagination("), "{debug}");
    assert!(debug.ends_with(", .. }") && !debug.contains("token 1"), "{debug}");
}
