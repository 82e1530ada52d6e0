//! The usage log: each recorded use comes out exactly once.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{self, AtomicUsize};
use std::sync::{Arc, Barrier};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tokenfolio::{AccessToken, MemoryStore, TokenId, TokenUsage, UsageLog};

use crate::endpoint::now;

pub(crate) fn instant(second: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(second)
}

/// Returns the usage of a token.
pub(crate) fn usage<O>(owner: O, id: i64, count: u64, last_used_at: DateTime<Utc>) -> TokenUsage<O> {
    let mut usage = TokenUsage::new(owner, id, last_used_at);
    usage.count = count;
    usage
}

fn limit(limit: usize) -> NonZeroUsize {
    NonZeroUsize::new(limit).unwrap()
}

/// Drains the log into one list.
pub(crate) fn drain<O: Clone + Ord>(log: &UsageLog<O>) -> Vec<TokenUsage<O>> {
    log.drain(NonZeroUsize::MAX).flatten().collect()
}

#[test]
fn a_new_log_is_empty() {
    assert_eq!(UsageLog::<u64>::new().drain(NonZeroUsize::MIN).count(), 0);
    assert_eq!(UsageLog::<u64>::default().drain(NonZeroUsize::MAX).count(), 0);
}

#[test]
fn usage_of_one_token_adds_up_with_the_latest_time() {
    for times in [[1, 2, 3], [3, 2, 1], [2, 3, 1], [3, 3, 3]] {
        let log = UsageLog::new();
        times.iter().for_each(|time| log.record(&7, TokenId(1), instant(*time)));
        assert_eq!(drain(&log), [usage(7, 1, 3, instant(3))], "{times:?}");
        assert_eq!(drain(&log), [], "nothing comes out twice");
    }
}

#[test]
fn tokens_and_owners_are_recorded_separately() {
    let log = UsageLog::new();
    for (owner, id) in [("ada", 1), ("bob", 1), ("ada", 2), ("ada", 1)] {
        log.record(&owner, TokenId(id), instant(id));
    }
    assert_eq!(
        drain(&log),
        [usage("ada", 1, 2, instant(1)), usage("ada", 2, 1, instant(2)), usage("bob", 1, 1, instant(1))]
    );
}

#[test]
fn batches_are_full_and_sorted_by_owner_then_token() {
    let ids = [i64::MIN, -1, 0, 1, i64::MAX];
    let expected: Vec<_> = [-7, 0, 7].iter().flat_map(|owner| ids.map(|id| usage(*owner, id, 1, instant(0)))).collect();
    for size in 1..=expected.len() + 1 {
        let log = UsageLog::new();
        // 4 and 15 have no common divisor, so every key is recorded, out of order.
        for turn in 0..expected.len() {
            let TokenUsage { owner, id, .. } = &expected[turn * 4 % expected.len()];
            log.record(owner, *id, instant(0));
        }
        let batches: Vec<_> = log.drain(limit(size)).collect();
        assert_eq!(batches, expected.chunks(size).map(<[_]>::to_vec).collect::<Vec<_>>(), "by {size}");
    }
}

#[test]
fn usage_recorded_while_draining_comes_out_with_the_next_drain() {
    let log = UsageLog::new();
    (1..=3).for_each(|id| log.record(&7, TokenId(id), instant(0)));
    let mut batches = log.drain(limit(2));
    log.record(&7, TokenId(3), instant(1));
    assert_eq!(batches.next(), Some(vec![usage(7, 1, 1, instant(0)), usage(7, 2, 1, instant(0))]));
    log.record(&7, TokenId(1), instant(2));
    assert_eq!(batches.next(), Some(vec![usage(7, 3, 1, instant(0))]));
    assert_eq!(batches.next(), None);
    drop(batches);
    assert_eq!(drain(&log), [usage(7, 1, 1, instant(2)), usage(7, 3, 1, instant(1))]);
}

#[test]
fn a_batch_that_is_given_back_merges_with_what_has_come_since() {
    let log = UsageLog::new();
    log.record(&7, TokenId(1), instant(5));
    log.record(&7, TokenId(2), instant(5));
    let batch = log.drain(limit(10)).next().unwrap();
    log.record(&7, TokenId(1), instant(3));
    log.record(&7, TokenId(3), instant(6));
    log.give_back(batch);
    log.record(&7, TokenId(2), instant(7));
    assert_eq!(drain(&log), [usage(7, 1, 2, instant(5)), usage(7, 2, 2, instant(7)), usage(7, 3, 1, instant(6))]);
}

#[test]
fn a_batch_that_is_given_back_while_draining_does_not_come_out_again() {
    let log = UsageLog::new();
    (1..=3).for_each(|id| log.record(&7, TokenId(id), instant(0)));
    let mut batches = 0;
    for batch in log.drain(limit(1)) {
        log.give_back(batch);
        batches += 1;
    }
    assert_eq!(batches, 3);
    assert_eq!(drain(&log).len(), 3);
}

#[test]
fn batches_that_were_not_taken_stay_in_the_log() {
    let log = UsageLog::new();
    (1..=5).for_each(|id| log.record(&7, TokenId(id), instant(0)));
    drop(log.drain(limit(2)));
    let taken: Vec<_> = log.drain(limit(2)).take(1).flatten().collect();
    assert_eq!(taken, [usage(7, 1, 1, instant(0)), usage(7, 2, 1, instant(0))]);
    log.record(&7, TokenId(4), instant(1));
    assert_eq!(drain(&log), [usage(7, 3, 1, instant(0)), usage(7, 4, 2, instant(1)), usage(7, 5, 1, instant(0))]);
}

#[test]
fn a_writer_that_panics_loses_only_its_batch() {
    let log = UsageLog::new();
    (1..=3).for_each(|id| log.record(&7, TokenId(id), instant(0)));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        for batch in log.drain(limit(1)) {
            assert_eq!(batch[0].id, TokenId(1), "asked to panic");
        }
    }));
    assert!(panicked.is_err());
    log.record(&7, TokenId(4), instant(0));
    assert_eq!(drain(&log).iter().map(|usage| usage.id.0).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn a_count_stops_at_the_highest_number() {
    let log = UsageLog::new();
    log.give_back([usage(7, 1, u64::MAX - 1, instant(0))]);
    for second in 1..=3 {
        log.record(&7, TokenId(1), instant(second));
    }
    log.give_back([usage(7, 2, u64::MAX, instant(0)), usage(7, 2, u64::MAX, instant(1))]);
    assert_eq!(drain(&log), [usage(7, 1, u64::MAX, instant(3)), usage(7, 2, u64::MAX, instant(1))]);
}

#[derive(Clone, Debug)]
enum Step {
    Record(u8, i64, i64),
    /// Drains batches of a size. `true` writes a batch, `false` gives it back.
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
    fn the_written_usage_is_the_recorded_usage(steps in prop::collection::vec(step(), 0..60)) {
        let log = UsageLog::new();
        let recorded = MemoryStore::new();
        let written = MemoryStore::new();
        for (owner, id) in (0..3).flat_map(|owner| (0..4).map(move |id| (owner, id))) {
            recorded.insert(owner, AccessToken::new(id, "", instant(0)));
            written.insert(owner, AccessToken::new(id, "", instant(0)));
        }
        for step in steps.into_iter().chain([Step::Drain(5, vec![true; 12])]) {
            match step {
                Step::Record(owner, id, time) => {
                    log.record(&owner, TokenId(id), instant(time));
                    recorded.record_usage(&[usage(owner, id, 1, instant(time))]);
                }
                Step::Drain(size, fates) => {
                    // Batches without a fate stay in the log.
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
fn every_use_comes_out_once_under_concurrent_recording_and_draining() {
    const RECORDERS: i64 = 4;
    const USES: i64 = 20_000;
    let log = UsageLog::new();
    let begin = Barrier::new(6);
    let record = |recorder: i64| {
        begin.wait();
        for number in 0..USES {
            // Every recorder records every token, at times that no other recorder has.
            log.record(&(number % 3), TokenId(number % 7), instant(number * RECORDERS + recorder));
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
    for usage in taken {
        let (count, last_used_at) = totals.entry((usage.owner, usage.id.0)).or_insert((0, usage.last_used_at));
        *count += usage.count;
        *last_used_at = usage.last_used_at.max(*last_used_at);
    }
    let mut expected = BTreeMap::new();
    for number in 0..USES {
        let (count, last_used_at) = expected.entry((number % 3, number % 7)).or_insert((0, instant(0)));
        *count += RECORDERS.unsigned_abs();
        *last_used_at = instant(number * RECORDERS + RECORDERS - 1);
    }
    assert_eq!(totals, expected);
}

/// An owner that counts its clones, and can panic when it is compared.
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
    let log = UsageLog::new();
    let owner = Owner::new(false);
    (0..100).for_each(|use_| log.record(&owner, TokenId(use_ % 10), instant(0)));
    assert_eq!(owner.clones.load(atomic::Ordering::Relaxed), 1);
}

#[test]
fn a_panic_while_recording_leaves_the_log_usable() {
    let log = UsageLog::new();
    log.record(&Owner::new(false), TokenId(1), instant(0));
    let panicked = catch_unwind(AssertUnwindSafe(|| log.record(&Owner::new(true), TokenId(2), instant(0))));
    assert!(panicked.is_err());
    log.record(&Owner::new(false), TokenId(1), instant(1));
    let drained = drain(&log);
    assert_eq!((drained.len(), drained[0].count, drained[0].last_used_at), (1, 2, instant(1)));
}

#[test]
fn a_debug_print_of_a_log_shows_no_owner() {
    let log = UsageLog::new();
    log.record(&"ada", TokenId(1), instant(0));
    assert_eq!(format!("{log:?}"), "UsageLog { .. }");
}
