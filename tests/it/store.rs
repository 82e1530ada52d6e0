//! Stores and authenticators behind every kind of pointer, and their errors.

use std::error::Error;
use std::sync::Arc;

use chrono::DateTime;
use pollster::block_on;
use tokenfolio::{
    AccessToken, Authenticator, BearerToken, DynAuthenticator, DynTokenStore, ListQuery, MemoryStore, OwnedToken,
    StoreError, StoreErrorKind, TokenStore,
};

fn store() -> MemoryStore<u64> {
    let store = MemoryStore::new();
    store.insert(7, AccessToken::new(1, "CI", DateTime::UNIX_EPOCH));
    store
}

#[track_caller]
fn expect_store(store: &impl TokenStore<Owner = u64>) {
    let slice = block_on(store.list(&ListQuery::new(7))).unwrap();
    assert_eq!((slice.tokens[0].name.as_str(), slice.total), ("CI", 1));
}

#[test]
fn a_store_behind_any_pointer_is_a_store() {
    expect_store(&store());
    expect_store(&&store());
    expect_store(&Box::new(store()));
    expect_store(&Arc::new(store()));
    let shared: Arc<dyn DynTokenStore<Owner = u64>> = Arc::new(store());
    expect_store(&shared);
    let boxed: Box<dyn DynTokenStore<Owner = u64>> = Box::new(shared);
    expect_store(&boxed);
}

struct OneToken;

impl Authenticator for OneToken {
    type Owner = u64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<OwnedToken<u64>>, StoreError> {
        let token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
        Ok((secret.secret() == "known").then_some(OwnedToken { owner: 7, token }))
    }
}

#[track_caller]
fn expect_authenticator(authenticator: &impl Authenticator<Owner = u64>) {
    let find = |value: &[u8]| {
        let secret = BearerToken::from_values([value]).unwrap();
        block_on(authenticator.find(&secret)).unwrap().map(|found| found.owner)
    };
    assert_eq!((find(b"Bearer known"), find(b"Bearer other")), (Some(7), None));
}

#[test]
fn an_authenticator_behind_any_pointer_is_an_authenticator() {
    expect_authenticator(&OneToken);
    expect_authenticator(&&OneToken);
    expect_authenticator(&Box::new(OneToken));
    expect_authenticator(&Arc::new(OneToken));
    let shared: Arc<dyn DynAuthenticator<Owner = u64>> = Arc::new(OneToken);
    expect_authenticator(&shared);
    let boxed: Box<dyn DynAuthenticator<Owner = u64>> = Box::new(shared);
    expect_authenticator(&boxed);
}

#[test]
fn an_error_says_its_kind_and_its_source_says_the_rest() {
    let kinds = [
        (StoreErrorKind::Corrupt, "the token store holds corrupt data"),
        (StoreErrorKind::Other, "the token store failed"),
        (StoreErrorKind::Timeout, "the token store took too long"),
        (StoreErrorKind::Unavailable, "the token store is unavailable"),
    ];
    for (kind, message) in kinds {
        let error = StoreError::new(kind, "row 17 of shard 3");
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
        assert_eq!(error.source().unwrap().to_string(), "row 17 of shard 3");
    }
}
