//! The usage that the endpoint records.

use std::sync::Arc;
use std::sync::atomic::{self, AtomicUsize};

use http::Method;
use tokenfolio::{ListTokens, StoreErrorKind, TokenId, UsageLog};

use super::{endpoint, failing, get, handle, list, store_of};
use crate::store::usage::{drain, instant, usage};

#[test]
fn the_endpoint_records_an_accepted_token_for_any_response() {
    let log = Arc::new(UsageLog::new());
    let good = endpoint(store_of(3)).with_usage_log(log.clone());
    let head = |query| get(query).method(Method::HEAD);
    for (request, status) in
        [(get(""), 200), (get("?page=9"), 200), (head(""), 200), (get("?page=x"), 400), (head("?page=0"), 400)]
    {
        assert_eq!(handle(&good, request).status(), status);
        assert_eq!(drain(&log), [usage(7, 1, 1, instant(0))]);
    }
    let failing = failing(StoreErrorKind::Unavailable);
    let unavailable = endpoint(failing).with_usage_log(log.clone());
    assert_eq!(handle(&unavailable, get("")).status(), 503);
    assert_eq!(drain(&log), [usage(7, 1, 1, instant(0))]);
}

#[test]
fn the_endpoint_does_not_record_a_rejected_token() {
    let log = Arc::new(UsageLog::new());
    let good = endpoint(store_of(3)).with_usage_log(log.clone());
    let request = || http::Request::get("/api/v1/me/tokens");
    let with = |secret| request().header("authorization", format!("Bearer {secret}"));
    for rejected in ["unknown", "expired", "revoked", "office", "nobody", "a b", ""] {
        assert_eq!(handle(&good, with(rejected)).status(), 401, "{rejected}");
    }
    assert_eq!(handle(&good, request()).status(), 401);
    assert_eq!(handle(&good, with("good").header("authorization", "Bearer good")).status(), 401);
    assert_eq!(handle(&good, with("good").method(Method::POST)).status(), 405);

    let failing = failing(StoreErrorKind::Unavailable);
    let unavailable = ListTokens::new(store_of(3), failing, list()).with_usage_log(log.clone());
    assert_eq!(handle(&unavailable, with("good")).status(), 503);
    assert_eq!(drain(&log), []);
}

#[test]
fn usage_has_the_time_of_its_request() {
    let log = Arc::new(UsageLog::new());
    let reads = Arc::new(AtomicUsize::new(0));
    let clock = {
        let reads = reads.clone();
        move || instant(reads.fetch_add(1, atomic::Ordering::Relaxed).try_into().unwrap())
    };
    let endpoint = endpoint(store_of(3)).with_clock(clock).with_usage_log(log.clone());
    for second in 0..3 {
        handle(&endpoint, get(""));
        assert_eq!(drain(&log), [usage(7, 1, 1, instant(second))]);
    }
    assert_eq!(reads.load(atomic::Ordering::Relaxed), 3);
}

#[test]
fn endpoints_may_share_a_log() {
    let log = Arc::new(UsageLog::new());
    let endpoints = [1, 2].map(|count| endpoint(store_of(count)).with_usage_log(log.clone()));
    endpoints.iter().for_each(|endpoint| drop(handle(endpoint, get(""))));
    log.record(&7, TokenId(1), instant(1));
    assert_eq!(drain(&log), [usage(7, 1, 3, instant(1))]);
}
