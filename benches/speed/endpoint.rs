//! The endpoint over a store in memory, and a request for the measured page.

use http::request::Parts;
use tokenfolio::{AccessToken, Authenticated, Authenticator, BearerToken, ListTokens, MemoryStore, StoreError};

use crate::page;

pub(crate) const OWNER: u64 = 7;

/// Knows one secret, and holds its token.
pub(crate) struct OneSecret(AccessToken);

impl OneSecret {
    pub(crate) fn new() -> Self {
        Self(AccessToken::new(1, "bench", page::now()))
    }
}

impl Authenticator for OneSecret {
    type Owner = u64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
        Ok((secret.secret() == "for-benches-only").then(|| Authenticated::new(OWNER, self.0.clone())))
    }
}

/// Creates a store with the page's total number of tokens.
pub(crate) fn store() -> MemoryStore<u64> {
    let ids = 1..=i64::try_from(page::TOTAL).expect("it is small");
    ids.map(|id| (OWNER, page::token(id))).collect()
}

/// Creates the endpoint over the store.
pub(crate) fn endpoint() -> ListTokens<MemoryStore<u64>, OneSecret> {
    let now = page::now();
    ListTokens::new(store(), OneSecret::new(), page::pagination()).with_clock(move || now)
}

pub(crate) fn request() -> Parts {
    let request = http::Request::get(format!("/api/v1/me/tokens?page={}", page::PAGE))
        .header("authorization", "Bearer for-benches-only")
        .body(())
        .expect("it is a request");
    request.into_parts().0
}
