//! Uses of tokens, kept apart from the tokens until they are written.
//!
//! Writing each use where the token is kept would be a write a request, and every request of one token would wait for the
//! same row. So uses are added up in memory and written now and then, many tokens at a time. The cost: a crash loses what
//! was recorded and not yet written.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::token::TokenId;

/// Uses of tokens, coalesced in memory until they are written: for each token how often it was used, and when last.
///
/// [`ListTokens::with_usage_log`](crate::ListTokens::with_usage_log) records at that endpoint, the service at its others:
/// once for each token that [`authenticate`](crate::authenticate) accepts, and never for one that it refuses. To record
/// takes a short lock and, unless the token is new to the log, no allocation.
///
/// There is no runtime in it. The service drains it as often as it likes, once a second say, and once more when it ends.
/// **A crash loses the uses that were recorded and not written**, those of one interval at most while writing succeeds.
/// The log holds one entry a token, however often that is used, and so never more than there are tokens.
///
/// # Examples
///
/// ```
/// use std::num::NonZeroUsize;
///
/// use chrono::{DateTime, TimeDelta};
/// use tokenfolio::{AccessToken, MemoryStore, TokenId, UsageLog};
///
/// let now = DateTime::UNIX_EPOCH;
/// let store = MemoryStore::new();
/// store.insert("ada", AccessToken::new(1, "CI", now));
///
/// let log = UsageLog::new();
/// log.record(&"ada", TokenId(1), now);
/// log.record(&"ada", TokenId(1), now + TimeDelta::seconds(1));
///
/// // What a task does once a second. A store that may fail: see `give_back`.
/// const BATCH: NonZeroUsize = NonZeroUsize::new(1_000).expect("1,000 is not zero");
/// for batch in log.drain(BATCH) {
///     store.record_usage(&batch);
/// }
///
/// let token = store.remove(&"ada", TokenId(1)).expect("it was inserted");
/// assert_eq!((token.usage_count, token.last_used_at), (2, Some(now + TimeDelta::seconds(1))));
/// ```
pub struct UsageLog<O> {
    uses: Mutex<Uses<O>>,
}

/// By owner, then token: the order in which they are drained.
type Uses<O> = BTreeMap<O, BTreeMap<TokenId, Total>>;

/// How often a token was used, and when last.
#[derive(Clone, Copy)]
struct Total {
    count: u64,
    last_used_at: DateTime<Utc>,
}

/// What a token was used since it was last written: what is to be added to [`AccessToken`](crate::AccessToken).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TokenUsage<O> {
    /// Whose token.
    pub owner: O,
    /// Which one.
    pub id: TokenId,
    /// How often it was used: what its count grows by.
    pub count: u64,
    /// When it was last used. What the token holds may be later, if another log was written first.
    pub last_used_at: DateTime<Utc>,
}

impl<O> TokenUsage<O> {
    /// Creates one use at a time.
    #[must_use]
    pub fn new(owner: O, id: impl Into<TokenId>, time: DateTime<Utc>) -> Self {
        Self { owner, id: id.into(), count: 1, last_used_at: time }
    }
}

impl<O: Clone + Ord> UsageLog<O> {
    /// Makes a log without uses.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records that a token was used once, at `time`. Clones the owner if the log has no usage of theirs.
    pub fn record(&self, owner: &O, id: TokenId, time: DateTime<Utc>) {
        add(&mut self.lock(), owner, id, Total { count: 1, last_used_at: time });
    }

    /// Takes all uses out, in batches of `limit` tokens (the last may be smaller) by owner and then by token.
    ///
    /// What is recorded meanwhile is not among them. A batch is the caller's once the iterator has returned it; what
    /// remains when the iterator is dropped goes back into the log.
    ///
    /// Each batch is meant for one statement or transaction, which adds the counts, keeps the later of two times, and
    /// passes over tokens that are gone. Where it locks rows, the order of the batch keeps writers from a deadlock.
    pub fn drain(&self, limit: NonZeroUsize) -> impl Iterator<Item = Vec<TokenUsage<O>>> {
        Batches { log: self, limit, rest: std::mem::take(&mut *self.lock()) }
    }

    /// Takes uses back that could not be written, and adds them to what has been recorded since.
    ///
    /// If it is not known whether they were, as after a connection that broke during a commit, either choice may be
    /// wrong: given back they may count twice, dropped they may not count at all.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::num::NonZeroUsize;
    ///
    /// use tokenfolio::{StoreError, StoreErrorKind, TokenId, TokenUsage, UsageLog};
    ///
    /// fn write(_batch: &[TokenUsage<u64>]) -> Result<(), StoreError> {
    ///     Err(StoreError::new(StoreErrorKind::Unavailable, "db-3 is down"))
    /// }
    ///
    /// let log = UsageLog::new();
    /// for id in [1, 2] {
    ///     log.record(&7, TokenId(id), chrono::DateTime::UNIX_EPOCH);
    /// }
    /// for batch in log.drain(NonZeroUsize::MIN) {
    ///     if write(&batch).is_err() {
    ///         log.give_back(batch);
    ///         // The batch after it goes back by itself.
    ///         break;
    ///     }
    /// }
    /// assert_eq!(log.drain(NonZeroUsize::MIN).count(), 2);
    /// ```
    pub fn give_back(&self, uses: impl IntoIterator<Item = TokenUsage<O>>) {
        let mut log = self.lock();
        for TokenUsage { owner, id, count, last_used_at } in uses {
            add(&mut log, &owner, id, Total { count, last_used_at });
        }
    }

    /// No panic leaves the map in the middle of a change, so a poisoned lock guards nothing that is broken.
    fn lock(&self) -> MutexGuard<'_, Uses<O>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts stop at the highest number there is.
fn add<O: Clone + Ord>(uses: &mut Uses<O>, owner: &O, id: TokenId, more: Total) {
    let Some(tokens) = uses.get_mut(owner) else {
        uses.insert(owner.clone(), BTreeMap::from([(id, more)]));
        return;
    };
    let merge = |total: &mut Total| {
        total.count = total.count.saturating_add(more.count);
        total.last_used_at = total.last_used_at.max(more.last_used_at);
    };
    tokens.entry(id).and_modify(merge).or_insert(more);
}

/// What was drained and not yet returned.
struct Batches<'l, O: Clone + Ord> {
    log: &'l UsageLog<O>,
    limit: NonZeroUsize,
    rest: Uses<O>,
}

impl<O: Clone + Ord> Iterator for Batches<'_, O> {
    type Item = Vec<TokenUsage<O>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut batch = Vec::new();
        while batch.len() < self.limit.get()
            && let Some(mut tokens) = self.rest.first_entry()
        {
            match tokens.get_mut().pop_first() {
                Some((id, Total { count, last_used_at })) => {
                    batch.push(TokenUsage { owner: tokens.key().clone(), id, count, last_used_at });
                }
                None => drop(tokens.remove()),
            }
        }
        (!batch.is_empty()).then_some(batch)
    }
}

impl<O: Clone + Ord> Drop for Batches<'_, O> {
    fn drop(&mut self) {
        let log = self.log;
        log.give_back(self.flatten());
    }
}

impl<O> Default for UsageLog<O> {
    fn default() -> Self {
        Self { uses: Mutex::default() }
    }
}

impl<O> fmt::Debug for UsageLog<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsageLog").finish_non_exhaustive()
    }
}
