//! Stores and authenticators that fail, hang or panic. A fault in one request does not affect the next.

use std::any::Any;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use http::Response;
use tokenfolio::{
    AccessToken, Authenticated, Authenticator, BearerToken, ListQuery, ListTokens, MemoryStore, Page, Pagination,
    StoreError, StoreErrorKind, TokenId, TokenList, TokenResource, TokenStore, TokenUsage, UsageLog,
};

use super::{Secrets, get, now, secrets, store_of};
use crate::store::usage::drain;

/// A fault in one call.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Fail(StoreErrorKind),
    Hang,
    Panic,
    /// Succeeds after this number of pending polls.
    Wait(u32),
}

/// The payload of a panic.
#[derive(Debug, PartialEq)]
struct Payload(u8);

/// A cause that panics when it is printed.
struct Unprintable;

impl fmt::Debug for Unprintable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("a cause was printed")
    }
}

impl fmt::Display for Unprintable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("a cause was printed")
    }
}

impl std::error::Error for Unprintable {}

/// A store or authenticator whose next call can have a fault.
struct Faulty<T> {
    inner: T,
    next: Mutex<Option<Fault>>,
}

impl<T> Faulty<T> {
    fn new(inner: T) -> Self {
        Self { inner, next: Mutex::default() }
    }

    fn set(&self, fault: Fault) {
        *self.next.lock().unwrap() = Some(fault);
    }

    async fn fault(&self) -> Result<(), StoreError> {
        let fault = self.next.lock().unwrap().take();
        match fault {
            None => Ok(()),
            Some(Fault::Fail(kind)) => Err(StoreError::new(kind, Unprintable)),
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::Panic) => panic_any(Payload(7)),
            Some(Fault::Wait(mut polls)) => {
                poll_fn(|_| match polls.checked_sub(1) {
                    None => Poll::Ready(Ok(())),
                    Some(left) => {
                        polls = left;
                        Poll::Pending
                    }
                })
                .await
            }
        }
    }
}

impl<T: TokenStore> TokenStore for Faulty<T> {
    type Owner = T::Owner;

    async fn list(&self, query: &ListQuery<T::Owner>) -> Result<TokenList, StoreError> {
        self.fault().await?;
        self.inner.list(query).await
    }
}

impl<T: Authenticator> Authenticator for Faulty<T> {
    type Owner = T::Owner;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<T::Owner>>, StoreError> {
        self.fault().await?;
        self.inner.find(secret).await
    }
}

/// A service, with everything that its requests share.
struct Service {
    store: Arc<Faulty<MemoryStore<u64>>>,
    authenticator: Arc<Faulty<Secrets>>,
    log: Arc<UsageLog<u64>>,
    endpoint: ListTokens<Arc<Faulty<MemoryStore<u64>>>, Arc<Faulty<Secrets>>>,
}

impl Service {
    fn new() -> Self {
        let store = Arc::new(Faulty::new(store_of(21)));
        let authenticator = Arc::new(Faulty::new(secrets()));
        let log = Arc::new(UsageLog::new());
        let list = Pagination::new("/api/v1/me/tokens").unwrap();
        let endpoint =
            ListTokens::new(store.clone(), authenticator.clone(), list).with_clock(now).with_usage_log(log.clone());
        Self { store, authenticator, log, endpoint }
    }

    /// Drains the log and returns the usage count. Only the presented token may be in it.
    fn usage_count(&self) -> u64 {
        let usage = drain(&self.log);
        assert!(usage.iter().all(|TokenUsage { owner, id, .. }| (*owner, *id) == (7, TokenId(1))), "{usage:?}");
        usage.iter().map(|usage| usage.count).sum()
    }

    /// Polls a request up to this number of times and returns its response, or drops it if it is still pending.
    fn poll(&self, times: usize) -> Option<Response<Vec<u8>>> {
        let parts = get("?page=2").body(()).unwrap().into_parts().0;
        let mut request = pin!(self.endpoint.handle(&parts, None));
        (0..times).find_map(|_| match request.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => Some(response),
            Poll::Pending => None,
        })
    }

    /// Checks that earlier faults do not affect the next request.
    #[track_caller]
    fn expect_unharmed(&self) {
        assert_eq!(self.usage_count(), 0);
        let response = self.poll(1).expect("the next request has no fault");
        assert_eq!(ids(&response), [21]);
        assert_eq!(self.usage_count(), 1);
        // The store can be written, so no request holds its lock.
        let token = AccessToken::new(22, "late", now());
        assert_eq!(self.store.inner.insert(7, token.clone()), None);
        assert_eq!(ids(&self.poll(1).unwrap()), [21, 22]);
        assert_eq!(self.store.inner.remove(&7, TokenId(22)), Some(token));
        assert_eq!(self.usage_count(), 1);
    }
}

#[track_caller]
fn page(response: &Response<Vec<u8>>) -> Page<TokenResource> {
    assert_eq!(response.status(), 200);
    serde_json::from_slice(response.body()).unwrap()
}

#[track_caller]
fn ids(response: &Response<Vec<u8>>) -> Vec<i64> {
    page(response).data.iter().map(|token| token.id.0).collect()
}

/// Runs a function that must panic, and returns the payload.
#[track_caller]
fn payload<T>(run: impl FnOnce() -> T) -> Box<dyn Any + Send> {
    catch_unwind(AssertUnwindSafe(|| drop(run()))).expect_err("it panics")
}

const KINDS: [(StoreErrorKind, u16); 4] = [
    (StoreErrorKind::Unavailable, 503),
    (StoreErrorKind::Timeout, 504),
    (StoreErrorKind::Corrupt, 500),
    (StoreErrorKind::Other, 500),
];

#[test]
fn a_failure_does_not_print_its_cause_or_affect_the_next_request() {
    let service = Service::new();
    for (kind, status) in KINDS {
        service.store.set(Fault::Fail(kind));
        assert_eq!(service.poll(1).unwrap().status(), status);
        assert_eq!(service.usage_count(), 1, "the token was accepted before the store failed");
        service.authenticator.set(Fault::Fail(kind));
        assert_eq!(service.poll(1).unwrap().status(), status);
        service.expect_unharmed();
    }
}

#[test]
fn a_panic_propagates_and_does_not_affect_the_next_request() {
    let service = Service::new();
    service.store.set(Fault::Panic);
    assert_eq!(payload(|| service.poll(1)).downcast_ref(), Some(&Payload(7)));
    assert_eq!(service.usage_count(), 1, "the token was accepted before the store panicked");
    service.expect_unharmed();

    service.authenticator.set(Fault::Panic);
    assert_eq!(payload(|| service.poll(1)).downcast_ref(), Some(&Payload(7)));
    service.expect_unharmed();
}

#[test]
fn a_panic_of_the_clock_propagates_before_any_lookup() {
    let mut service = Service::new();
    service.endpoint = service.endpoint.with_clock(|| panic_any(Payload(8)));
    // The store and the authenticator would panic with another payload.
    service.store.set(Fault::Panic);
    service.authenticator.set(Fault::Panic);
    assert_eq!(payload(|| service.poll(1)).downcast_ref(), Some(&Payload(8)));
    assert_eq!(service.usage_count(), 0);
}

#[test]
fn a_request_that_hangs_does_not_block_others_and_can_be_dropped() {
    let service = Service::new();
    for (fault_of_store, usage_count) in [(true, 1), (false, 0)] {
        if fault_of_store {
            service.store.set(Fault::Hang);
        } else {
            service.authenticator.set(Fault::Hang);
        }
        let parts = get("").body(()).unwrap().into_parts().0;
        {
            let mut hangs = pin!(service.endpoint.handle(&parts, None));
            for _ in 0..3 {
                assert!(hangs.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            }
            // Polling again does not record usage again.
            assert_eq!(service.usage_count(), usage_count);
            service.expect_unharmed();
        }
        service.expect_unharmed();
    }
}

#[test]
fn a_request_dropped_after_any_number_of_polls_leaves_nothing_behind() {
    const MOST: u32 = 4;
    for (authentication, listing) in (0..=MOST).flat_map(|waits| (0..=MOST).map(move |other| (waits, other))) {
        let service = Service::new();
        let last = (authentication + listing) as usize + 1;
        for polls in 0..=last {
            service.authenticator.set(Fault::Wait(authentication));
            service.store.set(Fault::Wait(listing));
            let response = service.poll(polls);
            assert_eq!(response.is_some(), polls == last);
            let is_accepted = polls > authentication as usize;
            assert_eq!(service.usage_count(), u64::from(is_accepted), "{polls} of {authentication} and {listing}");
            // A request that was dropped early has not reached its faults.
            service.authenticator.next.lock().unwrap().take();
            service.store.next.lock().unwrap().take();
            service.expect_unharmed();
        }
    }
}

#[test]
fn a_pending_request_does_not_see_the_panic_of_another() {
    let service = Service::new();
    service.store.set(Fault::Wait(1));
    let parts = get("?page=2").body(()).unwrap().into_parts().0;
    let mut waits = pin!(service.endpoint.handle(&parts, None));
    let mut context = Context::from_waker(Waker::noop());
    assert!(waits.as_mut().poll(&mut context).is_pending());
    service.store.set(Fault::Panic);
    payload(|| service.poll(1));
    let Poll::Ready(response) = waits.as_mut().poll(&mut context) else {
        panic!("the request was pending for one poll")
    };
    assert_eq!(ids(&response), [21]);
    assert_eq!(service.usage_count(), 2);
    service.expect_unharmed();
}
