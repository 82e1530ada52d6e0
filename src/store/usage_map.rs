//! Usage of tokens, added up by owner and token.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::mem::{self, ManuallyDrop};

use chrono::{DateTime, Utc};

use crate::token::TokenId;

/// Usage of a token that is not written yet: a count to add to an [`AccessToken`](crate::AccessToken), and a time.
///
/// # Examples
///
/// ```
/// use tokenfolio::{TokenId, TokenUsage};
///
/// let now = chrono::DateTime::UNIX_EPOCH;
/// let usage = TokenUsage::new("ada", 1, now);
/// assert_eq!((usage.owner, usage.id), ("ada", TokenId(1)));
/// assert_eq!((usage.count, usage.last_used_at), (1, now));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TokenUsage<O> {
    /// The owner of the token.
    pub owner: O,
    /// The id of the token.
    pub id: TokenId,
    /// The number of times that the token was used. Add it to the token's usage count.
    pub count: u64,
    /// The time of the last usage. Keep the later of this time and the time in the table: another log may already have
    /// written a later time.
    pub last_used_at: DateTime<Utc>,
}

impl<O> TokenUsage<O> {
    /// Creates the usage of a token that was used once, at `time`.
    #[must_use]
    pub fn new(owner: O, id: impl Into<TokenId>, time: DateTime<Utc>) -> Self {
        Self { owner, id: id.into(), count: 1, last_used_at: time }
    }
}

/// The number of times that a token was used, and the last time.
#[derive(Clone, Copy)]
pub(crate) struct Total {
    pub(crate) count: u64,
    pub(crate) last_used_at: DateTime<Utc>,
}

impl Total {
    /// Adds usage of the same token. The count saturates.
    fn add(&mut self, more: Self) {
        self.count = self.count.saturating_add(more.count);
        self.last_used_at = self.last_used_at.max(more.last_used_at);
    }
}

/// An owner as the key of a map. Dropping the key does not drop the owner.
///
/// If a comparison panics, `BTreeMap` drops the key that it was inserting. The log is locked at that time, so the owner's
/// `Drop` must not run. In this case the owner leaks. All other keys end in [`into_owner`](Self::into_owner).
#[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct OwnerKey<O>(ManuallyDrop<O>);

impl<O> OwnerKey<O> {
    pub(crate) fn new(owner: O) -> Self {
        Self(ManuallyDrop::new(owner))
    }

    pub(crate) fn into_owner(self) -> O {
        ManuallyDrop::into_inner(self.0)
    }
}

impl<O> Borrow<O> for OwnerKey<O> {
    fn borrow(&self) -> &O {
        &self.0
    }
}

/// An owner's tokens.
type Tokens = BTreeMap<TokenId, Total>;

/// Usage by owner, then by token. Every owner has at least one token.
///
/// If an owner's `Clone`, `Drop` or `Ord` panics, the map has all of a change or nothing of it.
pub(crate) struct UsageMap<O> {
    owners: BTreeMap<OwnerKey<O>, Tokens>,
    /// The number of tokens of all owners.
    len: usize,
}

impl<O> UsageMap<O> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn owners(&self) -> usize {
        self.owners.len()
    }
}

impl<O: Ord> UsageMap<O> {
    /// Adds usage if its owner is in the map. Returns whether the owner is in the map.
    pub(crate) fn add_known(&mut self, owner: &O, id: TokenId, more: Total) -> bool {
        let Some(tokens) = self.owners.get_mut(owner) else { return false };
        match tokens.entry(id) {
            Entry::Occupied(mut total) => total.get_mut().add(more),
            Entry::Vacant(entry) => {
                entry.insert(more);
                self.len += 1;
            }
        }
        true
    }

    /// Adds usage. Returns the key if the map already has an equal key.
    #[must_use = "the owner would leak"]
    pub(crate) fn add(&mut self, owner: OwnerKey<O>, id: TokenId, more: Total) -> Option<OwnerKey<O>> {
        if self.add_known(owner.borrow(), id, more) {
            return Some(owner);
        }
        self.owners.insert(owner, Tokens::from([(id, more)]));
        self.len += 1;
        None
    }
}

impl<O: Clone + Ord> UsageMap<O> {
    /// Removes and returns the usage of the first token. Clones the owner if it has more tokens.
    pub(crate) fn pop_first(&mut self) -> Option<TokenUsage<O>> {
        let mut first = self.owners.first_entry()?;
        let (owner, token) = if first.get().len() > 1 {
            (first.key().clone(), first.get_mut().pop_first())
        } else {
            let (owner, mut tokens) = first.remove_entry();
            (owner, tokens.pop_first())
        };
        let (id, Total { count, last_used_at }) = token?;
        self.len -= 1;
        Some(TokenUsage { owner: owner.into_owner(), id, count, last_used_at })
    }

    /// Moves all usage of `other` into this map, in time that depends on the size of `other`.
    pub(crate) fn append(&mut self, other: &mut Self) {
        while let Some(mut first) = other.owners.first_entry() {
            let moved = first.get().len();
            match self.owners.get_mut(first.key()) {
                Some(tokens) => {
                    self.len -= tokens.len();
                    merge(tokens, mem::take(first.get_mut()));
                    self.len += tokens.len();
                }
                None => {
                    self.owners.entry(first.key().clone()).or_default().append(first.get_mut());
                    self.len += moved;
                }
            }
            other.len -= moved;
            drop(first.remove_entry().0.into_owner());
        }
    }
}

/// Merges the smaller map into the larger one.
fn merge(tokens: &mut Tokens, mut others: Tokens) {
    if tokens.len() < others.len() {
        mem::swap(tokens, &mut others);
    }
    for (id, more) in others {
        tokens.entry(id).and_modify(|total| total.add(more)).or_insert(more);
    }
}

impl<O> Default for UsageMap<O> {
    fn default() -> Self {
        Self { owners: BTreeMap::new(), len: 0 }
    }
}

impl<O> Drop for UsageMap<O> {
    fn drop(&mut self) {
        // A vector drops the rest of its elements if the `Drop` of one panics.
        let owners: Vec<O> = mem::take(&mut self.owners).into_keys().map(OwnerKey::into_owner).collect();
        drop(owners);
    }
}
