//! The usage log: all recorded usage is committed exactly once.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Barrier;
use std::task::{Context, Waker};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tokenfolio::{AccessToken, MemoryStore, TokenId, TokenUsage, UsageBatch, UsageLog};

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

pub(crate) fn limit(limit: usize) -> NonZeroUsize {
    NonZeroUsize::new(limit).unwrap()
}

/// Drains the log into one list.
pub(crate) fn drain<O: Clone + Ord>(log: &UsageLog<O>) -> Vec<TokenUsage<O>> {
    log.drain(NonZeroUsize::MAX).flat_map(UsageBatch::commit).collect()
}

/// Returns a log with usage of these tokens of owner 7.
fn log_of(ids: impl IntoIterator<Item = i64>) -> UsageLog<u64> {
    let log = UsageLog::new();
    ids.into_iter().for_each(|id| log.record(&7, TokenId(id), instant(0)));
    log
}

#[test]
fn a_new_log_is_empty() {
    for log in [UsageLog::<u64>::new(), UsageLog::default()] {
        assert!(log.is_empty());
        assert_eq!(log.len(), 0);
        assert_eq!(log.drain(NonZeroUsize::MAX).count(), 0);
    }
}

#[test]
fn the_length_is_the_number_of_tokens_that_are_not_drained() {
    let log = log_of([1, 1, 2, 3]);
    log.record(&8, TokenId(1), instant(0));
    assert_eq!((log.len(), log.is_empty()), (4, false));
    let mut batches = log.drain(limit(3));
    let batch = batches.next().unwrap();
    assert_eq!((log.len(), log.is_empty()), (0, true));
    drop(batches);
    assert_eq!((log.len(), log.is_empty()), (1, false));
    drop(batch);
    assert_eq!(log.len(), 4);
    drain(&log);
    assert_eq!((log.len(), log.is_empty()), (0, true));
}

#[test]
fn a_token_counts_twice_in_the_length_until_its_usage_is_merged() {
    let log = log_of([1, 2]);
    for _ in 0..3 {
        drop(log.drain(limit(1)));
        log.record(&7, TokenId(1), instant(0));
        assert_eq!(log.len(), 3);
    }
    let batch = log.drain(limit(1)).next().unwrap();
    assert_eq!((&*batch, log.len()), (&[usage(7, 1, 4, instant(0))][..], 1));
}

#[test]
fn usage_of_one_token_adds_up_with_the_latest_time() {
    for times in [[1, 2, 3], [3, 2, 1], [2, 3, 1], [3, 3, 3]] {
        let log = UsageLog::new();
        times.iter().for_each(|time| log.record(&7, TokenId(1), instant(*time)));
        assert_eq!(drain(&log), [usage(7, 1, 3, instant(3))], "{times:?}");
        assert_eq!(drain(&log), [], "no usage is drained twice");
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
        let batches: Vec<_> = log.drain(limit(size)).map(UsageBatch::commit).collect();
        assert_eq!(batches, expected.chunks(size).map(<[_]>::to_vec).collect::<Vec<_>>(), "by {size}");
    }
}

#[test]
fn usage_recorded_while_draining_comes_out_with_the_next_drain() {
    let log = log_of(1..=3);
    let mut batches = log.drain(limit(2)).map(UsageBatch::commit);
    log.record(&7, TokenId(3), instant(1));
    assert_eq!(batches.next(), Some(vec![usage(7, 1, 1, instant(0)), usage(7, 2, 1, instant(0))]));
    log.record(&7, TokenId(1), instant(2));
    assert_eq!(batches.next(), Some(vec![usage(7, 3, 1, instant(0))]));
    assert_eq!(batches.next(), None);
    drop(batches);
    assert_eq!(drain(&log), [usage(7, 1, 1, instant(2)), usage(7, 3, 1, instant(1))]);
}

#[test]
fn a_batch_that_is_not_committed_merges_with_newer_usage() {
    let log = UsageLog::new();
    log.record(&7, TokenId(1), instant(5));
    log.record(&7, TokenId(2), instant(5));
    let batch = log.drain(limit(10)).next().unwrap();
    log.record(&7, TokenId(1), instant(3));
    log.record(&7, TokenId(3), instant(6));
    drop(batch);
    log.record(&7, TokenId(2), instant(7));
    assert_eq!(drain(&log), [usage(7, 1, 2, instant(5)), usage(7, 2, 2, instant(7)), usage(7, 3, 1, instant(6))]);
}

#[test]
fn a_batch_that_is_not_committed_while_draining_does_not_come_out_again() {
    let log = log_of(1..=3);
    assert_eq!(log.drain(limit(1)).count(), 3);
    assert_eq!(log.len(), 3);
    assert_eq!(drain(&log).len(), 3);
}

#[test]
fn batches_that_were_not_taken_stay_in_the_log() {
    let log = log_of(1..=5);
    drop(log.drain(limit(2)));
    let taken: Vec<_> = log.drain(limit(2)).take(1).flat_map(UsageBatch::commit).collect();
    assert_eq!(taken, [usage(7, 1, 1, instant(0)), usage(7, 2, 1, instant(0))]);
    log.record(&7, TokenId(4), instant(1));
    assert_eq!(drain(&log), [usage(7, 3, 1, instant(0)), usage(7, 4, 2, instant(1)), usage(7, 5, 1, instant(0))]);
}

#[test]
fn usage_that_a_batch_does_not_retain_is_committed() {
    let log = log_of(1..=6);
    for mut batch in log.drain(limit(3)) {
        batch.retain(|usage| usage.id.0 % 2 == 0);
    }
    assert_eq!(drain(&log).iter().map(|usage| usage.id.0).collect::<Vec<_>>(), [2, 4, 6]);
    log.record(&7, TokenId(1), instant(0));
    let mut batch = log.drain(limit(1)).next().unwrap();
    batch.retain(|_| true);
    assert_eq!(batch.commit(), [usage(7, 1, 1, instant(0))]);
    assert!(log.is_empty());
}

#[test]
fn a_writer_that_panics_loses_nothing() {
    let log = log_of(1..=4);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        for batch in log.drain(limit(1)) {
            assert_ne!(batch[0].id, TokenId(3), "asked to panic");
            batch.commit();
        }
    }));
    assert!(panicked.is_err());
    let mut batch = log.drain(limit(2)).next().unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        batch.retain(|usage| usage.id == TokenId(3) || panic!("asked to panic"));
    }));
    assert!(panicked.is_err());
    drop(batch);
    log.record(&7, TokenId(5), instant(0));
    assert_eq!(drain(&log).iter().map(|usage| usage.id.0).collect::<Vec<_>>(), [3, 4, 5]);
}

#[test]
fn a_future_that_is_cancelled_loses_nothing() {
    let log = log_of(1..=4);
    {
        let mut written = 0;
        let write = async {
            for batch in log.drain(limit(1)) {
                if written == 2 {
                    pending::<()>().await;
                }
                written += 1;
                batch.commit();
            }
        };
        let mut write = pin!(write);
        assert!(write.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(log.is_empty());
    }
    assert_eq!(drain(&log).iter().map(|usage| usage.id.0).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn a_drain_and_its_batches_can_go_to_another_thread() {
    let log = log_of(1..=2);
    let mut batches = log.drain(limit(1));
    let first = batches.next().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || first.commit());
        scope.spawn(move || drop(batches));
    });
    assert_eq!(log.len(), 1);
}

#[derive(Clone, Debug)]
enum Step {
    Record(u8, i64, i64),
    /// Begins a drain in batches of a size.
    Drain(usize),
    /// Takes the next batch of a drain.
    Take(usize),
    DropDrain(usize),
    Commit(usize),
    DropBatch(usize),
    /// Commits the usage of the tokens with an odd id.
    CommitOdd(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..3_u8, 0..4_i64, 0..100_i64).prop_map(|(owner, id, time)| Step::Record(owner, id, time)),
        1 => (1..5_usize).prop_map(Step::Drain),
        2 => any::<usize>().prop_map(Step::Take),
        1 => any::<usize>().prop_map(Step::DropDrain),
        1 => any::<usize>().prop_map(Step::Commit),
        1 => any::<usize>().prop_map(Step::DropBatch),
        1 => any::<usize>().prop_map(Step::CommitOdd),
    ]
}

/// Removes an element, if there is one.
fn remove<T>(elements: &mut Vec<T>, index: usize) -> Option<T> {
    (!elements.is_empty()).then(|| elements.swap_remove(index % elements.len()))
}

/// Returns the number of tokens with usage.
fn tokens<'u>(usage: impl IntoIterator<Item = &'u TokenUsage<u8>>) -> usize {
    usage.into_iter().map(|usage| (usage.owner, usage.id)).collect::<BTreeSet<_>>().len()
}

proptest! {
    #[test]
    fn the_committed_usage_is_the_recorded_usage(steps in prop::collection::vec(step(), 0..100)) {
        let log = UsageLog::new();
        let recorded = MemoryStore::new();
        let written = MemoryStore::new();
        for (owner, id) in (0..3).flat_map(|owner| (0..4).map(move |id| (owner, id))) {
            recorded.insert(owner, AccessToken::new(id, "", instant(0)));
            written.insert(owner, AccessToken::new(id, "", instant(0)));
        }
        let mut drains = Vec::new();
        let mut batches: Vec<UsageBatch<'_, u8>> = Vec::new();
        for step in steps {
            match step {
                Step::Record(owner, id, time) => {
                    log.record(&owner, TokenId(id), instant(time));
                    recorded.record_usage(&[usage(owner, id, 1, instant(time))]);
                }
                Step::Drain(size) => {
                    drains.push(log.drain(limit(size)));
                    prop_assert!(log.is_empty());
                }
                Step::Take(index) => {
                    if let Some(mut drain) = remove(&mut drains, index) {
                        batches.extend(drain.next());
                        drains.push(drain);
                    }
                }
                Step::DropDrain(index) => drop(remove(&mut drains, index)),
                Step::Commit(index) => {
                    if let Some(batch) = remove(&mut batches, index) {
                        written.record_usage(&batch.commit());
                    }
                }
                Step::DropBatch(index) => {
                    let length = log.len();
                    let returned = remove(&mut batches, index).map_or(0, |batch| batch.len());
                    prop_assert_eq!(log.len(), length + returned);
                }
                Step::CommitOdd(index) => {
                    if let Some(mut batch) = remove(&mut batches, index) {
                        batch.retain(|usage| {
                            let is_odd = usage.id.0 % 2 == 1;
                            if is_odd {
                                written.record_usage(std::slice::from_ref(usage));
                            }
                            !is_odd
                        });
                    }
                }
            }
        }
        drop(drains);
        drop(batches);
        drop(log.drain(limit(1)));
        let length = log.len();
        let rest = drain(&log);
        prop_assert_eq!((rest.len(), tokens(&rest)), (length, length));
        prop_assert!(rest.is_sorted_by_key(|usage| (usage.owner, usage.id)));
        written.record_usage(&rest);
        for (owner, id) in (0..3).flat_map(|owner| (0..4).map(move |id| (owner, TokenId(id)))) {
            prop_assert_eq!(written.remove(&owner, id), recorded.remove(&owner, id));
        }
    }
}

#[test]
fn all_usage_is_committed_once_under_concurrent_recording_and_draining() {
    const RECORDERS: i64 = 4;
    const RECORDS: i64 = 20_000;
    let log = UsageLog::new();
    let begin = Barrier::new(6);
    let record = |recorder: i64| {
        begin.wait();
        for number in 0..RECORDS {
            // Every recorder records every token, at times that no other recorder has.
            log.record(&(number % 3), TokenId(number % 7), instant(number * RECORDERS + recorder));
        }
    };
    let drain_with = |is_committed: fn(usize) -> bool| {
        begin.wait();
        let mut committed = Vec::new();
        for turn in 0..2_000 {
            // The drain is dropped after a few of its batches.
            for batch in log.drain(limit(5)).take(turn % 7) {
                if is_committed(turn) {
                    committed.extend(batch.commit());
                }
            }
        }
        committed
    };
    let mut committed = std::thread::scope(|scope| {
        let recorders: Vec<_> = (0..RECORDERS).map(|recorder| scope.spawn(move || record(recorder))).collect();
        let drainers = [|turn: usize| !turn.is_multiple_of(2), |turn: usize| !turn.is_multiple_of(3)]
            .map(|is_committed| scope.spawn(move || drain_with(is_committed)));
        recorders.into_iter().for_each(|recorder| recorder.join().unwrap());
        drainers.into_iter().flat_map(|drainer| drainer.join().unwrap()).collect::<Vec<_>>()
    });
    committed.extend(drain(&log));

    let mut totals = BTreeMap::new();
    for usage in committed {
        let (count, last_used_at) = totals.entry((usage.owner, usage.id.0)).or_insert((0, usage.last_used_at));
        *count += usage.count;
        *last_used_at = usage.last_used_at.max(*last_used_at);
    }
    let mut expected = BTreeMap::new();
    for number in 0..RECORDS {
        let (count, last_used_at) = expected.entry((number % 3, number % 7)).or_insert((0, instant(0)));
        *count += RECORDERS.unsigned_abs();
        *last_used_at = instant(number * RECORDERS + RECORDERS - 1);
    }
    assert_eq!(totals, expected);
}

#[test]
fn a_debug_print_of_a_log_and_of_a_batch_shows_no_owner() {
    let log = UsageLog::new();
    log.record(&"ada", TokenId(1), instant(0));
    assert_eq!(format!("{log:?}"), "UsageLog { .. }");
    let batch = log.drain(limit(1)).next().unwrap();
    assert_eq!(format!("{batch:?}"), "UsageBatch { .. }");
}
