//! Usage of tokens, kept in memory until it is written.
//!
//! Writing each usage to the token's row would cost a write for each request, and all requests of one token would wait for
//! the same row. So usage is added up in memory and written at intervals, for many tokens at once. The cost: a crash loses
//! usage that was recorded and not written.
//!
//! The log has three collections instead of one, so that no call holds the lock for long. [`UsageLog::record`] changes
//! one entry of a map. A drain takes all three collections, and merges them after it has unlocked the log. If a drain
//! is dropped early, or a batch is not committed, its usage goes back into the log. This usage is appended to a linked
//! list without merging it, and the next drain merges it. The owner's `Ord` is the only code of the owner that runs
//! while the log is locked.

use std::collections::LinkedList;
use std::fmt;
use std::mem;
use std::num::NonZeroUsize;
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::store::usage_map::{OwnerKey, TokenUsage, Total, UsageMap};
use crate::token::TokenId;

/// Usage of tokens, added up in memory until it is written: the number of times a token was used, and the last time.
///
/// [`ListTokens::with_usage_log`](crate::ListTokens::with_usage_log) records usage at that endpoint. The service records
/// usage at its other endpoints, once for each token that [`authenticate`](crate::authenticate) accepts.
///
/// The log starts no task and no thread, so it never drains itself. Drain it as often as you like, for example once a
/// second, and once more when the service stops. **A crash loses the usage that was recorded and not written.** If all
/// drained batches were written, a crash loses at most the usage since the last drain.
///
/// # Memory
///
/// The log holds one entry for each token, however often the token is used. If usage comes back from a drain, and its
/// token has newer usage, the token has two entries until the next drain merges them. If several drains run at the same
/// time, each can leave one more entry.
///
/// # Locks and panics
///
/// A call locks a log of `n` tokens for O(log n), even while usage is drained or goes back. A drain takes O(m log n) for
/// the `m` tokens that it drains and merges. It locks the log only to take the usage, and not while it merges.
///
/// The owner's `Ord` runs while the log is locked. **It must not call the log**: it would deadlock. The owner's `Clone` and
/// `Drop` may call the log. If the owner's code panics, the log loses at most the usage of one token, and stays usable.
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
/// assert_eq!(log.len(), 1);
///
/// // A task does this once a second. See `drain` for a store that can fail.
/// const BATCH: NonZeroUsize = NonZeroUsize::new(1_000).expect("1,000 is not zero");
/// for batch in log.drain(BATCH) {
///     store.record_usage(&batch);
///     batch.commit();
/// }
/// assert!(log.is_empty());
///
/// let token = store.get(&"ada", TokenId(1)).expect("it was inserted");
/// assert_eq!((token.usage_count, token.last_used_at), (2, Some(now + TimeDelta::seconds(1))));
/// ```
pub struct UsageLog<O> {
    pending: Mutex<Pending<O>>,
}

/// Usage that is not drained.
struct Pending<O> {
    /// The usage since the last drain.
    recorded: UsageMap<O>,
    /// The usage that was left in drains when they were dropped.
    rests: LinkedList<UsageMap<O>>,
    /// The batches that were dropped before they were committed.
    batches: LinkedList<Vec<TokenUsage<O>>>,
    /// The number of entries in `rests` and `batches`.
    returned: usize,
}

impl<O> UsageLog<O> {
    /// Returns the number of entries in the log.
    ///
    /// This is the number of tokens with usage that is not drained. A token counts twice if it has both newer
    /// usage and usage that came back from a drain. The next drain merges the two. The usage in a [`UsageBatch`] is not
    /// in the log.
    #[must_use]
    pub fn len(&self) -> usize {
        let pending = self.lock();
        pending.recorded.len() + pending.returned
    }

    /// Returns whether all usage is drained.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds usage to the log without merging it.
    fn give_back(&self, usage: Pending<O>) {
        let Pending { recorded, mut rests, mut batches, .. } = usage;
        rests.push_back(recorded);
        let in_rests: usize = rests.iter().map(UsageMap::len).sum();
        let in_batches: usize = batches.iter().map(Vec::len).sum();
        let returned = in_rests + in_batches;
        if returned == 0 {
            return;
        }
        let mut pending = self.lock();
        pending.rests.append(&mut rests);
        pending.batches.append(&mut batches);
        pending.returned += returned;
    }

    /// Locks the log. Ignores poison, because a panic does not leave a change half done.
    fn lock(&self) -> MutexGuard<'_, Pending<O>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O: Clone + Ord> UsageLog<O> {
    /// Creates an empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records that a token was used once, at `time`. Counts saturate at `u64::MAX`.
    ///
    /// The first usage of an owner since the last drain clones the owner. The first usage of a token since the last drain can
    /// allocate. Other calls do not clone or allocate.
    pub fn record(&self, owner: &O, id: TokenId, time: DateTime<Utc>) {
        let total = Total { count: 1, last_used_at: time };
        let is_known = self.lock().recorded.add_known(owner, id, total);
        if is_known {
            return;
        }
        let key = OwnerKey::new(owner.clone());
        // Another thread, or the owner's `Clone`, may have recorded usage of this owner since the first lock.
        let unused = self.lock().recorded.add(key, id, total);
        drop(unused.map(OwnerKey::into_owner));
    }

    /// Drains the log in batches of `limit` tokens, by owner and then by token. The last batch may be smaller.
    ///
    /// Each batch goes back into the log unless it is [committed](UsageBatch::commit). If the iterator is dropped
    /// early, the batches that it has not returned go back too. The log adds this usage to newer usage of the same
    /// tokens. Usage that is recorded or goes back during a drain is in the next drain.
    ///
    /// Write each batch with one statement or one transaction. It must add the counts, keep the later of two times, and
    /// ignore tokens that do not exist. If it locks rows in the order of the batch, two writers cannot deadlock.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::num::NonZeroUsize;
    ///
    /// use tokenfolio::{StoreError, StoreErrorKind, TokenId, TokenUsage, UsageLog};
    ///
    /// /// Writes a batch of owner 7, and fails for any other owner.
    /// fn write(batch: &[TokenUsage<u64>]) -> Result<(), StoreError> {
    ///     match batch[0].owner {
    ///         7 => Ok(()),
    ///         _ => Err(StoreError::new(StoreErrorKind::Unavailable, "db-3 is down")),
    ///     }
    /// }
    ///
    /// fn write_all(log: &UsageLog<u64>) -> Result<(), StoreError> {
    ///     for batch in log.drain(NonZeroUsize::MIN) {
    ///         write(&batch)?;
    ///         batch.commit();
    ///     }
    ///     Ok(())
    /// }
    ///
    /// let log = UsageLog::new();
    /// for owner in [7, 8, 9] {
    ///     log.record(&owner, TokenId(1), chrono::DateTime::UNIX_EPOCH);
    /// }
    /// assert!(write_all(&log).is_err());
    /// assert_eq!(log.len(), 2);
    /// ```
    pub fn drain(&self, limit: NonZeroUsize) -> impl Iterator<Item = UsageBatch<'_, O>> {
        let pending = mem::take(&mut *self.lock());
        let mut drain = Drain { log: self, limit, pending };
        drain.pending.merge();
        drain
    }
}

impl<O: Clone + Ord> Pending<O> {
    /// Merges everything into one map. If the owner's code panics, the usage that is not merged stays where it was.
    fn merge(&mut self) {
        while let Some(rest) = self.rests.front_mut() {
            if self.recorded.owners() < rest.owners() {
                mem::swap(&mut self.recorded, rest);
            }
            self.recorded.append(rest);
            self.rests.pop_front();
        }
        while let Some(batch) = self.batches.front_mut() {
            while let Some(TokenUsage { owner, id, count, last_used_at }) = batch.pop() {
                let unused = self.recorded.add(OwnerKey::new(owner), id, Total { count, last_used_at });
                drop(unused.map(OwnerKey::into_owner));
            }
            self.batches.pop_front();
        }
    }
}

/// The usage that is left in a drain.
struct Drain<'l, O> {
    log: &'l UsageLog<O>,
    limit: NonZeroUsize,
    pending: Pending<O>,
}

impl<'l, O: Clone + Ord> Iterator for Drain<'l, O> {
    type Item = UsageBatch<'l, O>;

    fn next(&mut self) -> Option<Self::Item> {
        let pending = &mut self.pending.recorded;
        let size = self.limit.get().min(pending.len());
        let mut batch = UsageBatch { log: self.log, usage: Vec::with_capacity(size) };
        while batch.len() < size
            && let Some(usage) = pending.pop_first()
        {
            batch.usage.push(usage);
        }
        (!batch.is_empty()).then_some(batch)
    }
}

impl<O> Drop for Drain<'_, O> {
    fn drop(&mut self) {
        self.log.give_back(mem::take(&mut self.pending));
    }
}

/// Usage of at least one token that was drained from a [`UsageLog`].
///
/// The batch is a slice of [`TokenUsage`], sorted by owner and then by token. **Call [`commit`](Self::commit) when it
/// is written.** A batch that is dropped without `commit` goes back into the log: after an error, in a future that is
/// cancelled, or during a panic. This takes constant time, and runs no code of the owner.
///
/// # Examples
///
/// ```
/// use std::num::NonZeroUsize;
///
/// use tokenfolio::{TokenId, UsageLog};
///
/// let log = UsageLog::new();
/// log.record(&"ada", TokenId(1), chrono::DateTime::UNIX_EPOCH);
///
/// let batch = log.drain(NonZeroUsize::MIN).next().expect("there is usage");
/// assert_eq!((batch[0].owner, batch[0].count, log.len()), ("ada", 1, 0));
/// drop(batch);
/// assert_eq!(log.len(), 1);
///
/// let batch = log.drain(NonZeroUsize::MIN).next().expect("the usage came back");
/// assert_eq!(batch.commit()[0].count, 1);
/// assert!(log.is_empty());
/// ```
#[must_use = "the usage goes back into the log unless the batch is committed"]
pub struct UsageBatch<'l, O> {
    log: &'l UsageLog<O>,
    usage: Vec<TokenUsage<O>>,
}

impl<O> UsageBatch<'_, O> {
    /// Ends the batch without putting it back into the log, and returns its usage.
    ///
    /// Sometimes it is not known whether the batch was written, for example if a connection breaks during the commit of
    /// a transaction. Then choose between two risks. If the batch is dropped, usage may count twice. If it is
    /// committed, usage may be lost. The same risks exist if the future that has the batch is dropped while its write
    /// continues on another thread. Do not drop such a future before the write has ended.
    #[expect(clippy::must_use_candidate, reason = "code that has written the batch does not need the usage")]
    pub fn commit(mut self) -> Vec<TokenUsage<O>> {
        mem::take(&mut self.usage)
    }

    /// Retains the usage for which `is_pending` returns `true`. The rest counts as committed.
    ///
    /// Use it if a store has written a part of the batch, or if some tokens no longer exist.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::num::NonZeroUsize;
    ///
    /// use tokenfolio::{TokenId, UsageLog};
    ///
    /// let log = UsageLog::new();
    /// for id in [1, 2, 3] {
    ///     log.record(&"ada", TokenId(id), chrono::DateTime::UNIX_EPOCH);
    /// }
    /// let written = [TokenId(1), TokenId(3)];
    /// for mut batch in log.drain(NonZeroUsize::MAX) {
    ///     batch.retain(|usage| !written.contains(&usage.id));
    /// }
    /// // Token 2 went back into the log.
    /// assert_eq!(log.len(), 1);
    /// ```
    pub fn retain(&mut self, is_pending: impl FnMut(&TokenUsage<O>) -> bool) {
        self.usage.retain(is_pending);
    }
}

impl<O> Deref for UsageBatch<'_, O> {
    type Target = [TokenUsage<O>];

    fn deref(&self) -> &Self::Target {
        &self.usage
    }
}

impl<O> Drop for UsageBatch<'_, O> {
    fn drop(&mut self) {
        let batches = LinkedList::from([mem::take(&mut self.usage)]);
        self.log.give_back(Pending { batches, ..Pending::default() });
    }
}

impl<O> Default for Pending<O> {
    fn default() -> Self {
        Self { recorded: UsageMap::default(), rests: LinkedList::new(), batches: LinkedList::new(), returned: 0 }
    }
}

impl<O> Default for UsageLog<O> {
    fn default() -> Self {
        Self { pending: Mutex::default() }
    }
}

impl<O> fmt::Debug for UsageLog<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsageLog").finish_non_exhaustive()
    }
}

impl<O> fmt::Debug for UsageBatch<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsageBatch").finish_non_exhaustive()
    }
}
