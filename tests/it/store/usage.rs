//! Uses of tokens: every one comes out of the log exactly once, and none comes in that was refused.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{self, AtomicUsize};
use std::sync::{Arc, Barrier};

use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use proptest::prelude::*;
use tokenfolio::{AccessToken, ListTokens, MemoryStore, StoreErrorKind, TokenId, TokenUsage, UsageLog};

use crate::endpoint::{self as endpoint, answer, failing, get, store_of};

fn at(second: i64) -> DateTime<Utc> {
    endpoint::now() + TimeDelta::seconds(second)
}

/// So many uses of a token, the last of them then.
fn uses<O>(owner: O, id: i64, count: u64, last_used_at: DateTime<Utc>) -> TokenUsage<O> {
    let mut uses = TokenUsage::new(owner, id, last_used_at);
    uses.count = count;
    uses
}

fn limit(limit: usize) -> NonZeroUsize {
    NonZeroUsize::new(limit).unwrap()
}

/// Takes everything out, as one list.
fn drain<O: Clone + Ord>(log: &UsageLog<O>) -> Vec<TokenUsage<O>> {
    log.drain(NonZeroUsize::MAX).flatten().collect()
}

#[test]
fn a_new_log_has_nothing_to_write() {
    assert_eq!(UsageLog::<u64>::new().drain(NonZeroUsize::MIN).count(), 0);
    assert_eq!(UsageLog::<u64>::default().drain(NonZeroUsize::MAX).count(), 0);
}

#[test]
fn uses_of_one_token_are_one_with_the_latest_time() {
    for times in [[1, 2, 3], [3, 2, 1], [2, 3, 1], [3, 3, 3]] {
        let log = UsageLog::new();
        times.iter().for_each(|time| log.record(&7, TokenId(1), at(*time)));
        assert_eq!(drain(&log), [uses(7, 1, 3, at(3))], "{times:?}");
        assert_eq!(drain(&log), [], "nothing comes out twice");
    }
}

#[test]
fn tokens_and_owners_are_told_apart() {
    let log = UsageLog::new();
    for (owner, id) in [("ada", 1), ("bob", 1), ("ada", 2), ("ada", 1)] {
        log.record(&owner, TokenId(id), at(id));
    }
    assert_eq!(drain(&log), [uses("ada", 1, 2, at(1)), uses("ada", 2, 1, at(2)), uses("bob", 1, 1, at(1))]);
}

#[test]
fn batches_are_full_and_sorted_by_owner_then_token() {
    let ids = [i64::MIN, -1, 0, 1, i64::MAX];
    let expected: Vec<_> = [-7, 0, 7].iter().flat_map(|owner| ids.map(|id| uses(*owner, id, 1, at(0)))).collect();
    for size in 1..=expected.len() + 1 {
        let log = UsageLog::new();
        // 4 and 15 have no common divisor, so every key is met, and not in their order.
        for turn in 0..expected.len() {
            let TokenUsage { owner, id, .. } = &expected[turn * 4 % expected.len()];
            log.record(owner, *id, at(0));
        }
        let batches: Vec<_> = log.drain(limit(size)).collect();
        assert_eq!(batches, expected.chunks(size).map(<[_]>::to_vec).collect::<Vec<_>>(), "by {size}");
    }
}

#[test]
fn what_is_recorded_while_draining_comes_out_with_the_next() {
    let log = UsageLog::new();
    (1..=3).for_each(|id| log.record(&7, TokenId(id), at(0)));
    let mut batches = log.drain(limit(2));
    log.record(&7, TokenId(3), at(1));
    assert_eq!(batches.next(), Some(vec![uses(7, 1, 1, at(0)), uses(7, 2, 1, at(0))]));
    log.record(&7, TokenId(1), at(2));
    assert_eq!(batches.next(), Some(vec![uses(7, 3, 1, at(0))]));
    assert_eq!(batches.next(), None);
    drop(batches);
    assert_eq!(drain(&log), [uses(7, 1, 1, at(2)), uses(7, 3, 1, at(1))]);
}

#[test]
fn a_batch_that_is_given_back_merges_with_what_has_come_since() {
    let log = UsageLog::new();
    log.record(&7, TokenId(1), at(5));
    log.record(&7, TokenId(2), at(5));
    let batch = log.drain(limit(10)).next().unwrap();
    log.record(&7, TokenId(1), at(3));
    log.record(&7, TokenId(3), at(6));
    log.give_back(batch);
    log.record(&7, TokenId(2), at(7));
    assert_eq!(drain(&log), [uses(7, 1, 2, at(5)), uses(7, 2, 2, at(7)), uses(7, 3, 1, at(6))]);
}

#[test]
fn a_batch_that_is_given_back_while_draining_does_not_come_out_again() {
    let log = UsageLog::new();
    (1..=3).for_each(|id| log.record(&7, TokenId(id), at(0)));
    let mut batches = 0;
    for batch in log.drain(limit(1)) {
        log.give_back(batch);
        batches += 1;
    }
    assert_eq!(batches, 3);
    assert_eq!(drain(&log).len(), 3);
}

#[test]
fn batches_that_were_not_taken_stay() {
    let log = UsageLog::new();
    (1..=5).for_each(|id| log.record(&7, TokenId(id), at(0)));
    drop(log.drain(limit(2)));
    let taken: Vec<_> = log.drain(limit(2)).take(1).flatten().collect();
    assert_eq!(taken, [uses(7, 1, 1, at(0)), uses(7, 2, 1, at(0))]);
    log.record(&7, TokenId(4), at(1));
    assert_eq!(drain(&log), [uses(7, 3, 1, at(0)), uses(7, 4, 2, at(1)), uses(7, 5, 1, at(0))]);
}

/// What a crash does: a batch in hand is gone, and with it nothing else.
#[test]
fn a_writer_that_panics_loses_the_batch_in_its_hands_alone() {
    let log = UsageLog::new();
    (1..=3).for_each(|id| log.record(&7, TokenId(id), at(0)));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        for batch in log.drain(limit(1)) {
            assert_eq!(batch[0].id, TokenId(1), "asked to panic");
        }
    }));
    assert!(panicked.is_err());
    log.record(&7, TokenId(4), at(0));
    assert_eq!(drain(&log).iter().map(|uses| uses.id.0).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn a_count_stops_at_the_highest_number() {
    let log = UsageLog::new();
    log.give_back([uses(7, 1, u64::MAX - 1, at(0))]);
    for second in 1..=3 {
        log.record(&7, TokenId(1), at(second));
    }
    log.give_back([uses(7, 2, u64::MAX, at(0)), uses(7, 2, u64::MAX, at(1))]);
    assert_eq!(drain(&log), [uses(7, 1, u64::MAX, at(3)), uses(7, 2, u64::MAX, at(1))]);
}

#[derive(Clone, Debug)]
enum Step {
    Record(u8, i64, i64),
    /// Drains in batches of that size, writes those that are true and gives back those that are false.
    Drain(usize, Vec<bool>),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_u8, 0..4_i64, 0..100_i64).prop_map(|(owner, id, time)| Step::Record(owner, id, time)),
        1 => (1..5_usize, prop::collection::vec(any::<bool>(), 0..6)).prop_map(|(size, fates)| Step::Drain(size, fates)),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_what_was_recorded(steps in prop::collection::vec(step(), 0..60)) {
        let log = UsageLog::new();
        let (recorded, written) = (MemoryStore::new(), MemoryStore::new());
        for (owner, id) in (0..3).flat_map(|owner| (0..4).map(move |id| (owner, id))) {
            recorded.insert(owner, AccessToken::new(id, "", at(0)));
            written.insert(owner, AccessToken::new(id, "", at(0)));
        }
        for step in steps.into_iter().chain([Step::Drain(5, vec![true; 12])]) {
            match step {
                Step::Record(owner, id, time) => {
                    log.record(&owner, TokenId(id), at(time));
                    recorded.record_usage(&[uses(owner, id, 1, at(time))]);
                }
                Step::Drain(size, fates) => {
                    // As many as there are fates; what is left stays in the log.
                    for (is_written, batch) in fates.into_iter().zip(log.drain(limit(size))) {
                        if is_written { written.record_usage(&batch) } else { log.give_back(batch) }
                    }
                }
            }
        }
        for (owner, id) in (0..3).flat_map(|owner| (0..4).map(move |id| (owner, TokenId(id)))) {
            prop_assert_eq!(written.remove(&owner, id), recorded.remove(&owner, id));
        }
    }
}

#[test]
fn every_use_comes_out_once_whoever_records_and_drains_at_the_same_time() {
    const RECORDERS: i64 = 4;
    const USES: i64 = 20_000;
    let log = UsageLog::new();
    let begin = Barrier::new(6);
    let record = |recorder: i64| {
        begin.wait();
        for number in 0..USES {
            // Every recorder meets every token, and is the only one of its time.
            log.record(&(number % 3), TokenId(number % 7), at(number * RECORDERS + recorder));
        }
    };
    let drain_with = |is_given_back: fn(usize) -> bool| {
        begin.wait();
        let mut taken = Vec::new();
        for turn in 0..2_000 {
            for batch in log.drain(limit(5)) {
                if is_given_back(turn) { log.give_back(batch) } else { taken.extend(batch) }
            }
        }
        taken
    };
    let mut taken = std::thread::scope(|scope| {
        let recorders: Vec<_> = (0..RECORDERS).map(|recorder| scope.spawn(move || record(recorder))).collect();
        let drainers = [|turn: usize| turn.is_multiple_of(2), |turn: usize| turn.is_multiple_of(3)]
            .map(|is_given_back| scope.spawn(move || drain_with(is_given_back)));
        recorders.into_iter().for_each(|recorder| recorder.join().unwrap());
        drainers.into_iter().flat_map(|drainer| drainer.join().unwrap()).collect::<Vec<_>>()
    });
    taken.extend(drain(&log));

    let mut totals = BTreeMap::new();
    for uses in taken {
        let (count, last_used_at) = totals.entry((uses.owner, uses.id.0)).or_insert((0, uses.last_used_at));
        *count += uses.count;
        *last_used_at = uses.last_used_at.max(*last_used_at);
    }
    let mut expected = BTreeMap::new();
    for number in 0..USES {
        let (count, last_used_at) = expected.entry((number % 3, number % 7)).or_insert((0, at(0)));
        *count += RECORDERS.unsigned_abs();
        *last_used_at = at(number * RECORDERS + RECORDERS - 1);
    }
    assert_eq!(totals, expected);
}

/// An owner that counts how often it is cloned, and panics where it is told to when it is compared.
#[derive(Debug)]
struct Owner {
    clones: Arc<AtomicUsize>,
    panics: bool,
}

impl Owner {
    fn new(panics: bool) -> Self {
        Self { clones: Arc::default(), panics }
    }
}

impl Clone for Owner {
    fn clone(&self) -> Self {
        self.clones.fetch_add(1, atomic::Ordering::Relaxed);
        Self { clones: self.clones.clone(), panics: self.panics }
    }
}

impl Ord for Owner {
    fn cmp(&self, other: &Self) -> Ordering {
        assert!(!self.panics && !other.panics, "asked to panic");
        Ordering::Equal
    }
}

impl PartialOrd for Owner {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Owner {}

impl PartialEq for Owner {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

#[test]
fn an_owner_is_cloned_only_when_it_is_new() {
    let (log, owner) = (UsageLog::new(), Owner::new(false));
    (0..100).for_each(|use_| log.record(&owner, TokenId(use_ % 10), at(0)));
    assert_eq!(owner.clones.load(atomic::Ordering::Relaxed), 1);
}

#[test]
fn a_panic_while_recording_leaves_the_log_usable() {
    let log = UsageLog::new();
    log.record(&Owner::new(false), TokenId(1), at(0));
    let panicked = catch_unwind(AssertUnwindSafe(|| log.record(&Owner::new(true), TokenId(2), at(0))));
    assert!(panicked.is_err());
    log.record(&Owner::new(false), TokenId(1), at(1));
    let drained = drain(&log);
    assert_eq!((drained.len(), drained[0].count, drained[0].last_used_at), (1, 2, at(1)));
}

#[test]
fn a_debug_print_of_a_log_shows_no_owner() {
    let log = UsageLog::new();
    log.record(&"ada", TokenId(1), at(0));
    assert_eq!(format!("{log:?}"), "UsageLog { .. }");
}

#[test]
fn a_store_in_memory_adds_counts_and_keeps_the_later_time() {
    let store = MemoryStore::new();
    let mut used = AccessToken::new(2, "", at(0));
    (used.usage_count, used.last_used_at) = (42, Some(at(9)));
    store.insert(7, AccessToken::new(1, "", at(0)));
    store.insert(7, used);
    store.insert(8, AccessToken::new(1, "another's", at(0)));
    // One token of the batch is gone, and one owner.
    store.record_usage(&[uses(6, 1, 1, at(1)), uses(7, 0, 1, at(1)), uses(7, 1, 3, at(1)), uses(7, 2, 5, at(2))]);
    let read = |owner, id: i64| store.remove(&owner, id.into()).map(|token| (token.usage_count, token.last_used_at));
    assert_eq!(read(7, 0), None);
    assert_eq!(read(7, 1), Some((3, Some(at(1)))));
    assert_eq!(read(7, 2), Some((47, Some(at(9)))));
    assert_eq!(read(8, 1), Some((0, None)));
}

#[test]
fn a_store_in_memory_counts_to_the_highest_number() {
    let store = MemoryStore::new();
    store.insert(7, AccessToken::new(1, "", at(0)));
    store.record_usage(&[uses(7, 1, u64::MAX, at(1)), uses(7, 1, 1, at(2))]);
    let token = store.remove(&7, TokenId(1)).unwrap();
    assert_eq!((token.usage_count, token.last_used_at), (u64::MAX, Some(at(2))));
}

#[test]
fn the_endpoint_records_who_is_accepted_whatever_the_answer() {
    let log = Arc::new(UsageLog::new());
    let good = endpoint::endpoint(store_of(3)).with_usage_log(log.clone());
    let head = |query| get(query).method(Method::HEAD);
    for (request, status) in
        [(get(""), 200), (get("?page=9"), 200), (head(""), 200), (get("?page=x"), 400), (head("?page=0"), 400)]
    {
        assert_eq!(answer(&good, request).status(), status);
        assert_eq!(drain(&log), [uses(7, 1, 1, at(0))]);
    }
    let failing = failing(StoreErrorKind::Unavailable);
    let unavailable = endpoint::endpoint(failing).with_usage_log(log.clone());
    assert_eq!(answer(&unavailable, get("")).status(), 503);
    assert_eq!(drain(&log), [uses(7, 1, 1, at(0))]);
}

#[test]
fn the_endpoint_never_records_who_is_refused() {
    let log = Arc::new(UsageLog::new());
    let good = endpoint::endpoint(store_of(3)).with_usage_log(log.clone());
    let request = || http::Request::get("/api/v1/me/tokens");
    let with = |secret| request().header("authorization", format!("Bearer {secret}"));
    for refused in ["unknown", "expired", "revoked", "office", "nobody", "a b", ""] {
        assert_eq!(answer(&good, with(refused)).status(), 401, "{refused}");
    }
    assert_eq!(answer(&good, request()).status(), 401);
    assert_eq!(answer(&good, with("good").header("authorization", "Bearer good")).status(), 401);
    assert_eq!(answer(&good, with("good").method(Method::POST)).status(), 405);

    let failing = failing(StoreErrorKind::Unavailable);
    let urls = tokenfolio::PageUrls::new("/api/v1/me/tokens").unwrap();
    let unavailable = ListTokens::new(store_of(3), failing, urls).with_usage_log(log.clone());
    assert_eq!(answer(&unavailable, with("good")).status(), 503);
    assert_eq!(drain(&log), []);
}

#[test]
fn a_use_has_the_time_that_its_request_was_decided_by() {
    let log = Arc::new(UsageLog::new());
    let reads = Arc::new(AtomicUsize::new(0));
    let clock = {
        let reads = reads.clone();
        move || at(reads.fetch_add(1, atomic::Ordering::Relaxed).try_into().unwrap())
    };
    let endpoint = endpoint::endpoint(store_of(3)).with_clock(clock).with_usage_log(log.clone());
    for second in 0..3 {
        answer(&endpoint, get(""));
        assert_eq!(drain(&log), [uses(7, 1, 1, at(second))]);
    }
    assert_eq!(reads.load(atomic::Ordering::Relaxed), 3);
}

#[test]
fn endpoints_may_share_a_log() {
    let log = Arc::new(UsageLog::new());
    let endpoints = [1, 2].map(|count| endpoint::endpoint(store_of(count)).with_usage_log(log.clone()));
    endpoints.iter().for_each(|endpoint| drop(answer(endpoint, get(""))));
    log.record(&7, TokenId(1), at(1));
    assert_eq!(drain(&log), [uses(7, 1, 3, at(1))]);
}
