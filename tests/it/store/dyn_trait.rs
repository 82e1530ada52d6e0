//! Stores and authenticators behind pointers and as trait objects.

use std::error::Error;
use std::sync::Arc;

use pollster::block_on;
use tokenfolio::{
    Authenticator, BearerToken, DynAuthenticator, DynTokenStore, ListQuery, ListTokens, Pagination, StoreError,
    StoreErrorKind, TokenStore,
};

use crate::endpoint::{Secrets, endpoint, get, handle, now, secrets, store_of};

/// Returns the bodies of several responses from a store and an authenticator.
fn bodies<S, A>(store: S, authenticator: A) -> Vec<Vec<u8>>
where
    S: TokenStore<Owner = u64>,
    A: Authenticator<Owner = u64>,
{
    let pagination = Pagination::new("https://api.example.test/api/v1/me/tokens").unwrap();
    let endpoint = ListTokens::new(store, authenticator, pagination).with_clock(now);
    let expired = http::Request::get("/").header("authorization", "Bearer expired");
    [get(""), get("?page=2"), get("?page=0"), expired].map(|request| handle(&endpoint, request).into_body()).into()
}

#[test]
fn a_store_behaves_the_same_behind_every_pointer() {
    let store = || store_of(41);
    let expected = bodies(store(), secrets());
    let borrowed = &store();
    assert!(expected[1].starts_with(br#"{"data":[{"id":21,"#));
    assert_eq!(bodies(borrowed, secrets()), expected);
    assert_eq!(bodies(Box::new(store()), secrets()), expected);
    assert_eq!(bodies(Arc::new(store()), secrets()), expected);
    let boxed: Box<dyn DynTokenStore<Owner = u64>> = Box::new(store());
    assert_eq!(bodies(boxed, secrets()), expected);
    let boxed: Arc<dyn DynTokenStore<Owner = u64>> = Arc::new(store());
    assert_eq!(bodies(&*boxed, secrets()), expected);
    assert_eq!(bodies(Arc::clone(&boxed), secrets()), expected);
    let twice_boxed: Box<dyn DynTokenStore<Owner = u64>> = Box::new(boxed);
    assert_eq!(bodies(twice_boxed, secrets()), expected);
}

#[test]
fn an_authenticator_behaves_the_same_behind_every_pointer() {
    let expected = bodies(store_of(41), secrets());
    let borrowed = &secrets();
    assert_eq!(bodies(store_of(41), borrowed), expected);
    assert_eq!(bodies(store_of(41), Box::new(secrets())), expected);
    assert_eq!(bodies(store_of(41), Arc::new(secrets())), expected);
    let boxed: Box<dyn DynAuthenticator<Owner = u64>> = Box::new(secrets());
    assert_eq!(bodies(store_of(41), boxed), expected);
    let boxed: Arc<dyn DynAuthenticator<Owner = u64>> = Arc::new(secrets());
    assert_eq!(bodies(store_of(41), &*boxed), expected);
    assert_eq!(bodies(store_of(41), boxed), expected);
}

#[test]
fn a_trait_object_can_be_called_directly() {
    let boxed: &dyn DynTokenStore<Owner = u64> = &store_of(3);
    assert_eq!(block_on(boxed.list_boxed(&ListQuery::new(7))).unwrap().total, 3);
    let boxed: &dyn DynAuthenticator<Owner = u64> = &secrets();
    let secret = BearerToken::from_values([&b"Bearer good"[..]]).unwrap();
    assert_eq!(block_on(boxed.find_boxed(&secret)).unwrap().map(|found| found.owner), Some(7));
}

/// A store that always fails.
struct Failing;

impl TokenStore for Failing {
    type Owner = u64;

    async fn list(&self, _query: &ListQuery<u64>) -> Result<tokenfolio::TokenList, StoreError> {
        Err(StoreError::new(StoreErrorKind::Timeout, "db-3"))
    }
}

#[test]
fn an_error_comes_through_every_pointer() {
    let boxed: Arc<dyn DynTokenStore<Owner = u64>> = Arc::new(Box::new(Failing));
    let error = block_on(boxed.list(&ListQuery::new(7))).unwrap_err();
    assert_eq!((error.kind(), error.source().unwrap().to_string()), (StoreErrorKind::Timeout, "db-3".to_owned()));
    assert_eq!(handle(&endpoint(boxed), get("")).status(), 504);
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[test]
fn the_futures_can_move_between_threads() {
    let boxed: Arc<dyn DynTokenStore<Owner = u64>> = Arc::new(store_of(1));
    let endpoint: ListTokens<_, Secrets> = endpoint(boxed);
    let parts = get("").body(()).unwrap().into_parts().0;
    let response = std::thread::scope(|scope| {
        let future = is_send(endpoint.handle(&parts, None));
        scope.spawn(move || block_on(future)).join().unwrap()
    });
    assert_eq!(response.status(), 200);
}

#[test]
fn a_trait_object_with_send_and_sync_is_a_store_or_an_authenticator_too() {
    let expected = bodies(store_of(41), secrets());
    let store: Box<dyn DynTokenStore<Owner = u64> + Send + Sync> = Box::new(store_of(41));
    let authenticator: Arc<dyn DynAuthenticator<Owner = u64> + Send + Sync> = Arc::new(secrets());
    assert_eq!(bodies(store, authenticator), expected);
}
