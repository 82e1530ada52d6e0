//! The allocations of a request, from its parts to the response.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use chrono::DateTime;
use http::request::Parts;
use tokenfolio::{
    AccessToken, Authenticated, Authenticator, BearerToken, ListTokens, MemoryStore, Pagination, StoreError,
};

use super::now;
use crate::allocations::allocation_count;

/// Finds a token in memory. The clone shares the name.
struct InMemory(AccessToken);

impl Authenticator for InMemory {
    type Owner = u64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
        Ok((secret.secret() == "good").then(|| Authenticated::new(7, self.0.clone())))
    }
}

fn endpoint() -> ListTokens<MemoryStore<u64>, InMemory> {
    let tokens = (1..=41).map(|id| (7, AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)));
    let authenticator = InMemory(AccessToken::new(1, "CI", DateTime::UNIX_EPOCH));
    let pagination = Pagination::new("https://api.example.com/t").unwrap();
    ListTokens::new(tokens.collect(), authenticator, pagination).with_clock(now)
}

fn parts(secret: &str, query: &str) -> Parts {
    let request = http::Request::get(format!("/t{query}")).header("authorization", format!("Bearer {secret}"));
    request.body(()).unwrap().into_parts().0
}

/// Returns the allocations of the response to a request, which must have this status. The request is sent twice,
/// because the first response creates texts that all later responses share.
#[track_caller]
fn count(status: u16, parts: &Parts) -> usize {
    let endpoint = endpoint();
    let respond = || {
        let response = pin!(endpoint.handle(parts, None)).poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(response) = response else { panic!("a store in memory is always ready") };
        assert_eq!(response.status(), status);
        drop(response);
    };
    respond();
    allocation_count(respond)
}

/// The rows, the body, its length as a header value, and two for the map of headers. A length of three digits is static.
#[test]
fn a_page_takes_five_allocations() {
    for query in ["", "?page=2"] {
        assert_eq!(count(200, &parts("good", query)), 5, "{query}");
    }
    assert_eq!(count(200, &parts("good", "?page=3")), 4, "a page of one row");
    assert_eq!(count(200, &parts("good", "?page=4")), 3, "a page without rows");
}

/// The problem, its instance, the body, and two for the map of headers. The source is one more, except for the most common
/// reasons.
#[test]
fn a_401_takes_at_most_six_allocations() {
    assert_eq!(count(401, &parts("bad", "")), 5);
    assert_eq!(count(401, &parts("", "")), 5);
    assert_eq!(count(401, &parts("a b", "")), 6);
}

/// The problem, its query, its instance, the body, and two for the map of headers.
#[test]
fn a_400_takes_six_allocations() {
    for query in ["?page=0", "?page=x", "?page=1&page=2", "?page[]=1", "?page=9223372036854775808"] {
        assert_eq!(count(400, &parts("good", query)), 6, "{query}");
    }
}
