//! No owner and no log sees another owner's tokens, a secret or a cause.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use chrono::DateTime;
use http::Method;
use http::request::{Builder, Parts};
use tokenfolio::{
    AccessToken, Authenticated, Authenticator, BearerToken, Challenge, ListQuery, ListTokens, MemoryStore, Page,
    Pagination, StoreError, StoreErrorKind, TokenId, TokenList, TokenResource, TokenStore, TokenUsage, UsageLog,
    authenticate,
};

use super::{handle, now};
use crate::store::usage::drain;

/// The secrets of an accepted token, of an expired token, and of no token.
const SECRETS: [&str; 3] = ["1|c0ffee5ecret", "2|0ldc0ffee", "3|gue55ed"];
/// Texts that must stay inside the service.
const INTERNALS: [&str; 3] = ["d1ge5t-of-c0ffee", "postgres://app:passw0rd@db-3", "relation \"token_secret\""];

/// Lets other requests run before it continues.
async fn yield_once() {
    let mut is_done = false;
    poll_fn(|_| if std::mem::replace(&mut is_done, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

/// A store and an authenticator that yield before and after each lookup.
struct Slow<T>(T);

impl TokenStore for Slow<MemoryStore<u64>> {
    type Owner = u64;

    async fn list(&self, query: &ListQuery<u64>) -> Result<TokenList, StoreError> {
        yield_once().await;
        let list = self.0.list(query).await;
        yield_once().await;
        list
    }
}

/// The secret of an owner is the owner's number.
impl Authenticator for Slow<()> {
    type Owner = u64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
        yield_once().await;
        let token = AccessToken::new(1, "presented", DateTime::UNIX_EPOCH);
        let owner = secret.secret().parse().ok();
        yield_once().await;
        Ok(owner.map(|owner| Authenticated::new(owner, token)))
    }
}

/// Returns how many tokens an owner has: from none to three pages.
fn count(owner: u64) -> u64 {
    owner * 7 % 50
}

#[test]
fn two_hundred_owners_at_once_see_only_their_own_tokens() {
    const OWNERS: u64 = 200;
    let store = MemoryStore::new();
    for owner in 0..OWNERS {
        // All owners have the same ids, so only the owner distinguishes the rows.
        for id in 1..=count(owner) {
            store.insert(owner, AccessToken::new(i64::try_from(id).unwrap(), format!("{owner}'s {id}"), now()));
        }
    }
    let log = Arc::new(UsageLog::new());
    let list = Pagination::new("/api/v1/me/tokens").unwrap().with_query_string();
    let endpoint = ListTokens::new(Slow(store), Slow(()), list).with_clock(now).with_usage_log(log.clone());
    let requests: Vec<_> = (1..=4).flat_map(|page| (0..OWNERS).map(move |owner| (owner, page))).collect();
    let parts: Vec<Parts> = requests
        .iter()
        .map(|(owner, page)| get(&format!("?of={owner}&page={page}"), &owner.to_string()).body(()).unwrap())
        .map(|request| request.into_parts().0)
        .collect();
    let mut futures: VecDeque<_> =
        parts.iter().map(|parts| Box::pin(endpoint.handle(parts, None))).enumerate().collect();
    // A pending future goes to the end of the queue, and the queue rotates, so that requests interleave irregularly.
    let mut turn = 0;
    let mut responses = HashMap::new();
    while let Some((number, mut future)) = futures.pop_front() {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => drop(responses.insert(requests[number], response)),
            Poll::Pending => futures.push_back((number, future)),
        }
        turn += 1;
        let left = futures.len().max(1);
        futures.rotate_left(turn * 31 % left);
    }
    assert_eq!(responses.len(), requests.len());
    for ((owner, number), response) in responses {
        let page: Page<TokenResource> = serde_json::from_slice(response.body()).unwrap();
        let expected = (number - 1) * 20 + 1..=(number * 20).min(count(owner));
        assert!(page.data.iter().map(|token| &*token.name).eq(expected.map(|id| format!("{owner}'s {id}"))));
        assert_eq!(page.meta.total, Some(count(owner)));
        assert_eq!(page.links.first, Some(format!("/api/v1/me/tokens?of={owner}&page=1")));
    }
    let usage = drain(&log).into_iter();
    assert!(usage.map(|usage| (usage.owner, usage.id.0, usage.count)).eq((0..OWNERS).map(|owner| (owner, 1, 4))));
}

fn get(query: &str, secret: &str) -> Builder {
    http::Request::get(format!("/api/v1/me/tokens{query}")).header("authorization", format!("Bearer {secret}"))
}

/// A service that has secrets, and can fail.
#[derive(Clone, Copy)]
struct Service {
    fails: Option<StoreErrorKind>,
}

impl Service {
    fn lookup(self) -> Result<(), StoreError> {
        self.fails.map_or(Ok(()), |kind| Err(StoreError::new(kind, INTERNALS.join(", "))))
    }
}

impl TokenStore for Service {
    type Owner = u64;

    async fn list(&self, _query: &ListQuery<u64>) -> Result<TokenList, StoreError> {
        self.lookup()?;
        Ok(TokenList::new(vec![token()], 1))
    }
}

impl Authenticator for Service {
    type Owner = u64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
        self.lookup()?;
        let mut token = token();
        token.expires_at = (secret.secret() == SECRETS[1]).then(now);
        Ok((secret.secret() != SECRETS[2]).then_some(Authenticated::new(7, token)))
    }
}

fn token() -> AccessToken {
    AccessToken::new(1, "CI", DateTime::UNIX_EPOCH)
}

const KINDS: [StoreErrorKind; 4] =
    [StoreErrorKind::Corrupt, StoreErrorKind::Other, StoreErrorKind::Timeout, StoreErrorKind::Unavailable];

#[track_caller]
fn expect_no_leak(text: &str) {
    // A URL would escape the `|` between the parts of a secret, so the second part is searched for.
    for leak in SECRETS.iter().filter_map(|secret| secret.split('|').nth(1)).chain(INTERNALS) {
        assert!(!text.contains(leak), "{leak} is in: {text}");
    }
}

#[test]
fn no_response_contains_a_secret_or_a_cause() {
    let service = Service { fails: None };
    let stores = KINDS.map(|kind| (Service { fails: Some(kind) }, service));
    let authenticators = KINDS.map(|kind| (service, Service { fails: Some(kind) }));
    let mut statuses = Vec::new();
    for (store, authenticator) in stores.into_iter().chain(authenticators).chain([(service, service)]) {
        let list = Pagination::new("https://api.example.test/api/v1/me/tokens").unwrap();
        let endpoint = ListTokens::new(store, authenticator, list).with_clock(now).with_link_header();
        expect_no_leak(&format!("{endpoint:?}"));
        for secret in SECRETS {
            let twice = get("", secret).header("authorization", format!("Bearer {secret}"));
            let malformed = get("", &format!("{secret} {secret}"));
            // A secret in the query is not read (RFC 6750, section 5.3), and must not show either.
            let in_query = http::Request::get(format!("/api/v1/me/tokens?access_token={secret}"));
            let by_post = get("", secret).method(Method::POST);
            for request in
                [get("", secret), get("?page=0", secret), get("?page=9", secret), twice, malformed, in_query, by_post]
            {
                let response = handle(&endpoint, request);
                statuses.push(response.status().as_u16());
                expect_no_leak(&format!("{:?}", response.headers()));
                expect_no_leak(std::str::from_utf8(response.body()).unwrap());
            }
        }
    }
    statuses.sort_unstable();
    statuses.dedup();
    assert_eq!(statuses, [200, 400, 401, 405, 500, 503, 504], "every kind of response occurred");
}

#[test]
fn debug_output_has_no_secret_and_only_a_store_error_prints_a_cause() {
    let mut printed = String::new();
    for secret in SECRETS {
        let parts = get("", secret).body(()).unwrap().into_parts().0;
        let presented = BearerToken::from_headers(&parts.headers).unwrap();
        let list = Pagination::new("/api/v1/me/tokens").unwrap();
        for fails in KINDS.map(Some).into_iter().chain([None]) {
            let service = Service { fails };
            let accepted = pollster::block_on(authenticate(&service, &Challenge::default(), &parts, None, now()));
            let found = pollster::block_on(service.find(&presented)).ok();
            let endpoint = ListTokens::new(service, service, list.clone());
            writeln!(printed, "{accepted:?} {accepted:#?} {found:?} {endpoint:?}").unwrap();
            if let Err(problem) = accepted {
                writeln!(printed, "{problem}").unwrap();
            }
        }
        let wrong = [&*format!("Bearer {secret} {secret}"), &*format!("Basic {secret}")];
        let rejected = wrong.map(|value| BearerToken::from_values([value.as_bytes()]));
        writeln!(printed, "{presented:?} {rejected:?}").unwrap();
        writeln!(printed, "{:?}", TokenUsage::new(7, TokenId(1), now())).unwrap();
    }
    expect_no_leak(&printed);

    // The `Debug` output of a `StoreError` is for logs.
    let error = Service { fails: Some(StoreErrorKind::Other) }.lookup().unwrap_err();
    assert!(format!("{error:?}").contains("db-3"));
    expect_no_leak(&error.to_string());
}
