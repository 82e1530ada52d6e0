//! Owners whose code panics, or calls the collection that they are in.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use pollster::block_on;
use tokenfolio::{AccessToken, ListQuery, MemoryStore, TokenId, TokenStore, TokenUsage, UsageBatch, UsageLog};

use super::usage::{drain, instant, limit, usage};

/// The methods of an owner that call the hook.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Code {
    Clone,
    Compare,
    Drop,
    Hash,
}

type Hook = Rc<dyn Fn(Code)>;

thread_local! {
    /// The hook of this thread. Each method in [`Code`] of any owner calls it, except while the hook itself runs.
    static HOOK: RefCell<Option<Hook>> = const { RefCell::new(None) };
}

fn run_hook(code: Code) {
    /// Restores the hook, even after a panic.
    struct Restore(Hook);
    impl Drop for Restore {
        fn drop(&mut self) {
            HOOK.with(|current| current.replace(Some(self.0.clone())));
        }
    }
    // When a thread ends, it can drop owners after its hook.
    if let Ok(Some(hook)) = HOOK.try_with(RefCell::take) {
        let hook = Restore(hook);
        (hook.0)(code);
    }
}

/// Runs `work` with a hook.
fn hooked<T>(hook: impl Fn(Code) + 'static, work: impl FnOnce() -> T) -> T {
    /// Removes the hook, even after a panic.
    struct Remove;
    impl Drop for Remove {
        fn drop(&mut self) {
            HOOK.with(RefCell::take);
        }
    }
    HOOK.with(|current| current.replace(Some(Rc::new(hook))));
    let _remove = Remove;
    work()
}

/// Counts how often owners' code runs in `work`.
fn count(work: impl FnOnce()) -> usize {
    let runs = Rc::new(Cell::new(0));
    let counter = runs.clone();
    hooked(move |_| counter.set(counter.get() + 1), work);
    runs.get()
}

/// Returns whether `work` panics.
fn panics(work: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_err()
}

/// Fails if `work` panics, or hangs for a minute.
#[track_caller]
fn ends(work: impl FnOnce() + Send + 'static) {
    let (done, is_done) = mpsc::channel();
    std::thread::spawn(move || {
        work();
        done.send(()).unwrap();
    });
    assert_eq!(is_done.recv_timeout(Duration::from_secs(60)), Ok(()), "it panics, or it hangs");
}

/// An owner that runs the hook. All owners have one of two hashes.
#[derive(Debug)]
struct Owner(u64);

impl Clone for Owner {
    fn clone(&self) -> Self {
        run_hook(Code::Clone);
        Self(self.0)
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        run_hook(Code::Drop);
    }
}

impl Ord for Owner {
    fn cmp(&self, other: &Self) -> Ordering {
        run_hook(Code::Compare);
        self.0.cmp(&other.0)
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

impl Hash for Owner {
    fn hash<H: Hasher>(&self, state: &mut H) {
        run_hook(Code::Hash);
        (self.0 % 2).hash(state);
    }
}

/// Usage by owner and token.
type Counts = BTreeMap<(u64, i64), u64>;

fn add(counts: &mut Counts, usage: &[TokenUsage<Owner>]) {
    for usage in usage {
        *counts.entry((usage.owner.0, usage.id.0)).or_default() += usage.count;
    }
}

/// Uses every function of a log. Calls `attempt` with each step. Returns the committed usage.
fn use_log(log: &UsageLog<Owner>, attempt: impl Fn(&dyn Fn())) -> Counts {
    let committed = RefCell::new(Counts::new());
    let record = |owners: &[u64]| {
        for (owner, id) in owners.iter().flat_map(|owner| [1, 2, 3].map(|id| (owner, id))) {
            attempt(&|| log.record(&Owner(*owner), TokenId(id), instant(0)));
        }
    };
    let commit = |batch: UsageBatch<'_, Owner>| add(&mut committed.borrow_mut(), &batch.commit());
    record(&[2, 4, 6, 8]);
    // First, more usage goes back into the log than is recorded afterwards. Then, less usage goes back.
    attempt(&|| drop(log.drain(limit(2))));
    record(&[1, 4]);
    attempt(&|| log.drain(limit(2)).take(2).for_each(drop));
    record(&[1, 3, 5, 6, 7, 9]);
    attempt(&|| log.drain(limit(4)).take(2).for_each(commit));
    record(&[4, 5]);
    attempt(&|| {
        for mut batch in log.drain(limit(3)) {
            batch.retain(|usage| {
                let is_pending = usage.id == TokenId(2);
                if !is_pending {
                    add(&mut committed.borrow_mut(), std::slice::from_ref(usage));
                }
                is_pending
            });
        }
    });
    attempt(&|| log.drain(limit(3)).take(1).for_each(commit));
    record(&[2]);
    committed.into_inner()
}

/// Returns what `use_log` records.
fn recorded() -> Counts {
    let owners = [2, 4, 6, 8, 1, 4, 1, 3, 5, 6, 7, 9, 4, 5, 2];
    let mut counts = Counts::new();
    for (owner, id) in owners.into_iter().flat_map(|owner| [1, 2, 3].map(|id| (owner, id))) {
        *counts.entry((owner, id)).or_default() += 1;
    }
    counts
}

/// Returns a log that lives until the process ends, so that a hook can have it.
fn log() -> &'static UsageLog<Owner> {
    Box::leak(Box::default())
}

#[test]
fn a_clone_and_a_drop_may_call_the_log() {
    ends(|| {
        let log = log();
        let call = |code| {
            if code == Code::Clone || code == Code::Drop {
                // Draining makes the owner new to the log from time to time.
                log.record(&Owner(100), TokenId(1), instant(0));
                drop(log.drain(limit(1)).next());
                assert!(!log.is_empty());
            }
        };
        let mut counts = hooked(call, || use_log(log, |step| step()));
        add(&mut counts, &drain(log));
        counts.retain(|(owner, _), _| *owner < 100);
        assert_eq!(counts, recorded());
    });
}

#[test]
fn an_owner_that_is_recorded_while_it_is_cloned_is_dropped_once() {
    ends(|| {
        let log = log();
        let drops = Rc::new(Cell::new(0));
        let hook = {
            let drops = drops.clone();
            move |code| match code {
                Code::Clone => log.record(&Owner(1), TokenId(1), instant(0)),
                Code::Drop => drops.set(drops.get() + log.len()),
                Code::Compare | Code::Hash => {}
            }
        };
        let owner = Owner(1);
        hooked(hook, || log.record(&owner, TokenId(1), instant(0)));
        // The dropped owner is the clone that the log did not need. Owners that are dropped in a hook are not counted.
        assert_eq!(drops.get(), 1);
        let drained = drain(log);
        assert_eq!((drained.len(), drained[0].count), (1, 2));
    });
}

#[test]
fn owners_are_compared_in_a_drain_while_the_log_is_unlocked() {
    ends(|| {
        let log = log();
        let record = |owners: std::ops::Range<u64>| {
            owners.for_each(|owner| log.record(&Owner(owner), TokenId(1), instant(0)));
        };
        record(0..50);
        let batches: Vec<_> = log.drain(limit(10)).take(2).collect();
        drop(batches);
        record(30..60);
        // In general, a comparison of owners must not call the log: other functions compare owners while the log is
        // locked.
        let calls = Rc::new(Cell::new(0));
        let counter = calls.clone();
        let call = move |_| {
            counter.set(counter.get() + 1);
            log.record(&Owner(100), TokenId(1), instant(0));
        };
        let length = hooked(call, || log.drain(limit(7)).map(|batch| batch.len()).sum::<usize>());
        assert!(calls.get() > 100, "{} calls", calls.get());
        assert_eq!(length, 60);
    });
}

#[test]
fn a_closure_may_call_the_log() {
    ends(|| {
        let log = UsageLog::new();
        (1..=4).for_each(|id| log.record(&7, TokenId(id), instant(0)));
        let gone = TokenId(2);
        for mut batch in log.drain(limit(3)) {
            batch.retain(|usage| {
                log.record(&8, usage.id, instant(0));
                assert!(!log.is_empty());
                usage.id != gone
            });
        }
        let rest: Vec<_> = drain(&log).into_iter().map(|usage| (usage.owner, usage.id.0)).collect();
        assert_eq!(rest, [(7, 1), (7, 3), (7, 4), (8, 1), (8, 2), (8, 3), (8, 4)]);
    });
}

#[test]
fn usage_that_goes_back_runs_no_code_of_its_owners() {
    let log = log();
    (0..100).for_each(|owner| log.record(&Owner(owner), TokenId(1), instant(0)));
    let mut batches = log.drain(limit(10));
    let batch = batches.next().unwrap();
    log.record(&Owner(1), TokenId(1), instant(0));
    assert_eq!(count(|| drop(batch)), 0);
    assert_eq!(count(|| drop(batches)), 0);
    assert_eq!(log.len(), 101);
    assert_eq!(count(|| assert!(!log.is_empty())), 0);
}

#[test]
fn recording_compares_few_owners_whatever_comes_back() {
    const OWNERS: u64 = 10_000;
    // A node of a B-tree has at least 6 children. A search compares at most 11 owners per node. A new owner is searched
    // for three times.
    const MAX_COMPARISONS: usize = 3 * 11 * 6;
    let log = log();
    let record = |owner: u64| {
        let owner = Owner(owner);
        count(|| log.record(&owner, TokenId(1), instant(0)))
    };
    let fill = || (0..OWNERS).map(|owner| record(owner * 7_919 % OWNERS)).max().unwrap();
    assert!(fill() <= MAX_COMPARISONS);
    let mut batches = log.drain(limit(100));
    let batch = batches.next().unwrap();
    assert!(fill() <= MAX_COMPARISONS);
    drop(batch);
    assert!(record(0) <= MAX_COMPARISONS);
    drop(batches);
    assert!(fill() <= MAX_COMPARISONS);
    drop(log.drain(limit(100)));
    assert!(fill() <= MAX_COMPARISONS);
}

#[test]
fn the_cost_of_merging_depends_only_on_usage_since_the_drain() {
    const OWNERS: u64 = 10_000;
    let log = log();
    (0..OWNERS).for_each(|owner| log.record(&Owner(owner), TokenId(1), instant(0)));
    for _ in 0..3 {
        drop(log.drain(limit(10)).next());
        log.record(&Owner(5_000), TokenId(1), instant(0));
        log.record(&Owner(OWNERS + 1), TokenId(1), instant(0));
        // This merges ten owners of the dropped batch and two owners that were recorded.
        let runs = count(|| drop(log.drain(limit(10))));
        assert!(runs < 3_000, "{runs}");
    }
    assert_eq!(log.len() as u64, OWNERS + 1);
}

#[test]
fn an_owner_is_cloned_once_for_each_drain() {
    let log = log();
    let owner = Owner(7);
    let clones = Rc::new(Cell::new(0));
    for drains in 1..=3 {
        let counter = clones.clone();
        let count_clones = move |code| counter.set(counter.get() + usize::from(code == Code::Clone));
        hooked(count_clones, || (0..100).for_each(|id| log.record(&owner, TokenId(id % 10), instant(0))));
        assert_eq!(clones.get(), drains);
        drain(log);
    }
}

/// Returns a hook that panics when this code runs for the n-th time, and otherwise calls `call`. The cell is true after the
/// panic.
fn panic_once(code: Code, turn: usize, call: impl Fn(Code) + 'static) -> (impl Fn(Code) + 'static, Rc<Cell<bool>>) {
    let runs = Cell::new(0);
    let panicked = Rc::new(Cell::new(false));
    let has_panicked = panicked.clone();
    let hook = move |running| {
        call(running);
        if running == code {
            runs.set(runs.get() + 1);
            if runs.get() == turn {
                has_panicked.set(true);
                panic!("asked to panic");
            }
        }
    };
    (hook, panicked)
}

#[test]
fn a_panic_in_an_owners_code_loses_usage_of_at_most_one_token() {
    ends(|| {
        for code in [Code::Clone, Code::Compare, Code::Drop] {
            for turn in 1.. {
                let log = log();
                let (hook, panicked) = panic_once(code, turn, move |running| {
                    // The log is unlocked even while a panic unwinds.
                    if running == Code::Drop {
                        assert!(log.len() < 100);
                    }
                });
                let panics_of_steps = Cell::new(0);
                let mut counts = hooked(hook, || {
                    use_log(log, |step| panics_of_steps.set(panics_of_steps.get() + usize::from(panics(step))))
                });
                if !panicked.get() {
                    assert!(turn > 10, "{code:?} runs {turn} times");
                    break;
                }
                assert_eq!(panics_of_steps.get(), 1);
                let length = log.len();
                let rest = drain(log);
                assert!(rest.len() <= length);
                assert!(log.is_empty());
                add(&mut counts, &rest);
                let mut expected = recorded();
                expected.retain(|token, count| counts.get(token) != Some(count));
                assert!(expected.len() <= 1, "panic {turn} in {code:?} loses {expected:?}");
                for (token, count) in expected {
                    assert!(counts.get(&token).is_none_or(|counted| *counted < count), "{token:?} counts too often");
                }
            }
        }
    });
}

#[test]
fn usage_goes_back_while_a_panic_unwinds() {
    for code in [Code::Clone, Code::Compare, Code::Drop] {
        let log = log();
        (0..20).for_each(|owner| log.record(&Owner(owner), TokenId(1), instant(0)));
        assert!(panics(|| {
            let mut batches = log.drain(limit(5));
            let _batch = batches.next();
            let _second = batches.next();
            HOOK.with(|hook| hook.replace(Some(Rc::new(move |running| assert_ne!(running, code, "asked to panic")))));
            panic!("asked to panic");
        }));
        HOOK.with(RefCell::take);
        assert_eq!((log.len(), drain(log).len()), (20, 20));
    }
}

/// Uses every function of a store. Calls `attempt` with each step.
fn use_store(store: &MemoryStore<Owner>, attempt: impl Fn(&dyn Fn())) {
    let token = |id| AccessToken::new(id, "", instant(0));
    for (owner, id) in [(1, 1), (2, 1), (3, 1), (1, 2), (3, 2), (1, 1), (4, 1), (5, 1)] {
        attempt(&|| drop(store.insert(Owner(owner), token(id))));
    }
    attempt(&|| drop(store.get(&Owner(3), TokenId(2))));
    attempt(&|| drop(block_on(store.list(&ListQuery::new(Owner(3))))));
    for owner in [2, 1, 9, 3] {
        attempt(&|| drop(store.remove(&Owner(owner), TokenId(1))));
    }
    attempt(&|| store.record_usage(&[1, 3, 4, 5].map(|owner| usage(Owner(owner), 2, 1, instant(1)))));
    attempt(&|| store.record_usage(&[4, 9, 5].map(|owner| usage(Owner(owner), 1, 1, instant(1)))));
}

/// Returns owner, id and usage count of all tokens.
fn tokens(store: &MemoryStore<Owner>) -> Vec<(u64, i64, u64)> {
    let list = |owner| block_on(store.list(&ListQuery::new(Owner(owner)))).unwrap().tokens;
    let tokens = (0..10).flat_map(|owner| list(owner).into_iter().map(move |token| (owner, token)));
    tokens.map(|(owner, token)| (owner, token.id.0, token.usage_count)).collect()
}

/// The tokens after `use_store`.
const TOKENS: [(u64, i64, u64); 4] = [(1, 2, 1), (3, 2, 1), (4, 1, 1), (5, 1, 1)];

#[test]
fn a_drop_may_call_the_store() {
    ends(|| {
        let store: &MemoryStore<Owner> = Box::leak(Box::default());
        let call = |code| {
            if code == Code::Drop {
                // No other owner has this hash, so the store removes the owner completely.
                store.insert(Owner(100), AccessToken::new(1, "", instant(0)));
                assert!(store.remove(&Owner(100), TokenId(1)).is_some());
            }
        };
        hooked(call, || use_store(store, |step| step()));
        assert_eq!(tokens(store), TOKENS);
    });
}

#[test]
fn a_panic_in_an_owners_code_changes_at_most_one_step_of_a_store() {
    ends(|| {
        for code in [Code::Compare, Code::Drop, Code::Hash] {
            for turn in 1.. {
                let store: &MemoryStore<Owner> = Box::leak(Box::default());
                let call = |code| {
                    if code == Code::Drop {
                        assert!(store.get(&Owner(100), TokenId(1)).is_none());
                    }
                };
                let (hook, panicked) = panic_once(code, turn, call);
                let panics_of_steps = Cell::new(0);
                hooked(hook, || {
                    use_store(store, |step| panics_of_steps.set(panics_of_steps.get() + usize::from(panics(step))));
                });
                if !panicked.get() {
                    assert!(turn > 10, "{code:?} runs {turn} times");
                    break;
                }
                assert_eq!(panics_of_steps.get(), 1);
                // A step inserts or removes one token, or adds usage of two.
                let tokens = tokens(store);
                let ids: Vec<_> = tokens.iter().map(|(owner, id, _)| (*owner, *id)).collect();
                let missing = TOKENS.iter().filter(|(owner, id, _)| !ids.contains(&(*owner, *id))).count();
                let left = ids.len() + missing - TOKENS.len();
                assert!(missing + left <= 1, "panic {turn} in {code:?} leaves {tokens:?}");
                // If both tokens of a batch exist, usage is added to both tokens or to none.
                if missing + left == 0 {
                    let used: Vec<_> = tokens.iter().map(|(.., count)| *count).collect();
                    let whole = [[1, 1, 1, 1], [0, 0, 1, 1], [1, 1, 0, 0]];
                    assert!(whole.iter().any(|counts| *counts == *used), "panic {turn} in {code:?} leaves {tokens:?}");
                }
            }
        }
    });
}

#[test]
fn a_store_drops_an_owner_with_the_last_token() {
    const OWNERS: u64 = 1_000;
    let store = MemoryStore::new();
    for owner in 0..OWNERS {
        for id in [1, 2] {
            store.insert(Owner(owner), AccessToken::new(id, "", instant(0)));
        }
    }
    let drops = |owner: u64, id: i64| {
        let owner = Owner(owner);
        let drops = Rc::new(Cell::new(0));
        let counter = drops.clone();
        hooked(
            move |code| counter.set(counter.get() + usize::from(code == Code::Drop)),
            || store.remove(&owner, TokenId(id)).unwrap(),
        );
        drops.get()
    };
    for owner in 0..OWNERS {
        assert_eq!(drops(owner, 1), 0);
        assert_eq!(drops(owner, 2), 1);
    }
}

#[test]
fn a_store_from_an_iterator_hashes_each_owner_once() {
    const TOKENS: i64 = 10_000;
    let tokens = || (0..TOKENS).rev().map(|id| (Owner(1), AccessToken::new(id, "", instant(0))));
    let runs = Rc::new(RefCell::new(BTreeMap::<_, i64>::new()));
    let counter = runs.clone();
    let store = hooked(
        move |code| *counter.borrow_mut().entry(format!("{code:?}")).or_default() += 1,
        || tokens().collect::<MemoryStore<_>>(),
    );
    assert_eq!(block_on(store.list(&ListQuery::new(Owner(1)))).unwrap().total, TOKENS.unsigned_abs());
    let runs = runs.borrow();
    // The store keeps one of the owners.
    assert_eq!((runs["Hash"], runs["Compare"], runs["Drop"]), (TOKENS, TOKENS - 1, TOKENS - 1));
}

#[test]
fn a_log_drops_its_owners() {
    let drops = Rc::new(Cell::new(0));
    let counter = drops.clone();
    let log = UsageLog::new();
    (0..10).for_each(|owner| log.record(&Owner(owner), TokenId(1), instant(0)));
    drop(log.drain(limit(4)).next());
    (5..12).for_each(|owner| log.record(&Owner(owner), TokenId(1), instant(0)));
    hooked(move |code| counter.set(counter.get() + usize::from(code == Code::Drop)), || drop(log));
    // Ten owners that came back from the dropped drain, and seven owners that were recorded after it.
    assert_eq!(drops.get(), 17);
}

#[test]
fn the_length_is_right_after_a_panic_in_a_merge() {
    for turn in 1.. {
        let log = log();
        (0..4).for_each(|owner| log.record(&Owner(owner), TokenId(1), instant(0)));
        drop(log.drain(limit(10)));
        (4..9).for_each(|owner| log.record(&Owner(owner), TokenId(1), instant(0)));
        let (hook, panicked) = panic_once(Code::Compare, turn, |_| ());
        hooked(hook, || panics(|| drop(log.drain(limit(10)))));
        if !panicked.get() {
            break;
        }
        assert_eq!(log.len(), drain(log).len(), "panic {turn}");
    }
}
