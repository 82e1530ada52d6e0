//! The reference store.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::store::usage_map::TokenUsage;
use crate::store::{ListQuery, StoreError, TokenList, TokenOrder, TokenStore};
use crate::token::{AccessToken, TokenId};

/// A token store in memory: for tests, for demonstrations, and to read as an example of the contract.
///
/// At any offset, a page without a filter costs one allocation. Each row costs a copy of about a hundred bytes. Names
/// and allow-lists are shared, not copied. A page with a filter reads every token of the owner. The store has no
/// secrets, so it cannot find the token of a secret.
///
/// The owner's `Eq` and `Hash` run while the store is locked. **They must not call the store**: it would deadlock. If they
/// panic, the store does not change. No other code of the owner runs while the store is locked.
///
/// # Examples
///
/// ```
/// use tokenfolio::{AccessToken, ListQuery, MemoryStore, TokenId, TokenStore, TokenUsage};
///
/// # fn main() -> Result<(), tokenfolio::StoreError> {
/// let store = MemoryStore::new();
/// store.insert("ada", AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH));
///
/// let list = pollster::block_on(store.list(&ListQuery::new("ada")))?;
/// assert_eq!((list.tokens.len(), list.total), (1, 1));
/// assert_eq!(pollster::block_on(store.list(&ListQuery::new("bob")))?.total, 0);
///
/// // Usage adds up.
/// let usage = TokenUsage::new("ada", 1, chrono::DateTime::UNIX_EPOCH);
/// store.record_usage(&[usage.clone(), usage]);
/// assert_eq!(store.get(&"ada", TokenId(1)).map(|token| token.usage_count), Some(2));
///
/// assert!(store.remove(&"ada", TokenId(1)).is_some());
/// assert_eq!(store.get(&"ada", TokenId(1)), None);
/// # Ok(())
/// # }
/// ```
pub struct MemoryStore<O> {
    hasher: RandomState,
    accounts: RwLock<Accounts<O>>,
}

/// An owner with at least one token.
struct Account<O> {
    owner: O,
    /// The owner's tokens, by id, ascending.
    tokens: Vec<AccessToken>,
}

/// Accounts by the hash of their owner.
///
/// A `HashMap` with owners as keys would drop owners while the store is locked. If an owner's `Hash` panicked while the
/// map grows, the map would lose entries. And the map would not free the memory of removed owners.
struct Accounts<O>(BTreeMap<u64, Vec<Account<O>>>);

/// The position of an account.
#[derive(Clone, Copy)]
struct Place {
    hash: u64,
    index: usize,
}

impl<O> Accounts<O> {
    /// Returns the position of an owner's account. No other function of this type runs the owner's code.
    fn find(&self, owner: &O, hash: u64) -> Option<Place>
    where
        O: Eq,
    {
        let index = self.0.get(&hash)?.iter().position(|account| account.owner == *owner)?;
        Some(Place { hash, index })
    }

    fn tokens(&self, place: Place) -> &[AccessToken] {
        self.0.get(&place.hash).and_then(|accounts| accounts.get(place.index)).map_or(&[], |account| &account.tokens)
    }

    fn tokens_mut(&mut self, place: Place) -> Option<&mut Vec<AccessToken>> {
        let account = self.0.get_mut(&place.hash)?.get_mut(place.index)?;
        Some(&mut account.tokens)
    }

    /// Adds an owner that has no account.
    fn add(&mut self, owner: O, hash: u64, token: AccessToken) {
        // Few owners share a hash.
        let accounts = self.0.entry(hash).or_insert_with(|| Vec::with_capacity(1));
        accounts.push(Account { owner, tokens: vec![token] });
    }

    fn remove(&mut self, place: Place) -> Option<Account<O>> {
        let accounts = self.0.get_mut(&place.hash)?;
        let account = accounts.swap_remove(place.index);
        if accounts.is_empty() {
            self.0.remove(&place.hash);
        }
        Some(account)
    }
}

impl<O> Default for MemoryStore<O> {
    fn default() -> Self {
        Self { hasher: RandomState::new(), accounts: RwLock::new(Accounts(BTreeMap::new())) }
    }
}

impl<O> fmt::Debug for MemoryStore<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl<O: Eq + Hash> MemoryStore<O> {
    /// Creates a store without tokens.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a token of an owner. `None` if the owner has no token with this id.
    #[must_use]
    pub fn get(&self, owner: &O, id: TokenId) -> Option<AccessToken> {
        let hash = self.hash(owner);
        let accounts = self.read();
        let tokens = accounts.tokens(accounts.find(owner, hash)?);
        let index = tokens.binary_search_by_key(&id, |token| token.id).ok()?;
        Some(tokens[index].clone())
    }

    /// Inserts a token of an owner. Replaces and returns a token with the same id.
    ///
    /// This moves the owner's tokens with a higher id. So it is fast for the highest id, and costs O(n) for the lowest of n
    /// tokens. Inserting n tokens by descending id costs O(n²). Collect the store from an iterator instead, which costs
    /// O(n log n) for any order.
    pub fn insert(&self, owner: O, token: AccessToken) -> Option<AccessToken> {
        let hash = self.hash(&owner);
        let mut accounts = self.write();
        let Some(tokens) = accounts.find(&owner, hash).and_then(|place| accounts.tokens_mut(place)) else {
            accounts.add(owner, hash, token);
            return None;
        };
        match tokens.binary_search_by_key(&token.id, |token| token.id) {
            Ok(index) => Some(std::mem::replace(&mut tokens[index], token)),
            Err(index) => {
                tokens.insert(index, token);
                None
            }
        }
    }

    /// Removes and returns a token of an owner. `None` if the owner has no token with this id.
    ///
    /// This moves the owner's tokens with a higher id. If the owner has no tokens afterwards, the store frees the owner's
    /// memory.
    pub fn remove(&self, owner: &O, id: TokenId) -> Option<AccessToken> {
        let hash = self.hash(owner);
        let mut accounts = self.write();
        let place = accounts.find(owner, hash)?;
        let tokens = accounts.tokens_mut(place)?;
        let index = tokens.binary_search_by_key(&id, |token| token.id).ok()?;
        let token = tokens.remove(index);
        let removed = if tokens.is_empty() { accounts.remove(place) } else { None };
        // Unlocks the store before the owner is dropped.
        drop(accounts);
        drop(removed);
        Some(token)
    }

    /// Adds usage to the tokens.
    ///
    /// Counts saturate at `u64::MAX`. A token gets the time of the usage, unless its own time is later.
    ///
    /// Ignores usage of a token that the store does not have.
    pub fn record_usage(&self, usages: &[TokenUsage<O>]) {
        let mut accounts = self.write();
        // All owners are found before the first change. A panic in an owner's code then leaves no part of the usage in the
        // store.
        let find = |usage: &TokenUsage<O>| accounts.find(&usage.owner, self.hash(&usage.owner));
        let places: Vec<_> = usages.iter().map(find).collect();
        for (usage, place) in usages.iter().zip(places) {
            let Some(tokens) = place.and_then(|place| accounts.tokens_mut(place)) else { continue };
            let Ok(index) = tokens.binary_search_by_key(&usage.id, |token| token.id) else { continue };
            let token = &mut tokens[index];
            token.usage_count = token.usage_count.saturating_add(usage.count);
            token.last_used_at = token.last_used_at.max(Some(usage.last_used_at));
        }
    }

    fn hash(&self, owner: &O) -> u64 {
        self.hasher.hash_one(owner)
    }
}

impl<O> MemoryStore<O> {
    /// Locks the store for reading. Ignores poison, because a panic does not leave a change half done.
    fn read(&self) -> RwLockReadGuard<'_, Accounts<O>> {
        self.accounts.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the store for writing. Ignores poison, as `read` does.
    fn write(&self) -> RwLockWriteGuard<'_, Accounts<O>> {
        self.accounts.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O: Eq + Hash> FromIterator<(O, AccessToken)> for MemoryStore<O> {
    /// Creates a store from owners and their tokens, in any order. If two tokens of an owner have the same id, the last
    /// one wins.
    ///
    /// Costs O(n log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use chrono::DateTime;
    /// use tokenfolio::{AccessToken, MemoryStore, TokenId};
    ///
    /// let tokens = (1..=3).rev().map(|id| ("ada", AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)));
    /// let store: MemoryStore<_> = tokens.collect();
    /// assert!(store.get(&"ada", TokenId(3)).is_some());
    /// ```
    fn from_iter<I: IntoIterator<Item = (O, AccessToken)>>(tokens: I) -> Self {
        let store = Self::new();
        let mut accounts = Accounts(BTreeMap::new());
        for (owner, token) in tokens {
            let hash = store.hash(&owner);
            match accounts.find(&owner, hash).and_then(|place| accounts.tokens_mut(place)) {
                Some(tokens) => tokens.push(token),
                None => accounts.add(owner, hash, token),
            }
        }
        for Account { tokens, .. } in accounts.0.values_mut().flatten() {
            // The sort is stable, and `dedup` keeps only the first of equal ids, so the last token must come first.
            tokens.reverse();
            tokens.sort_by_key(|token| token.id);
            tokens.dedup_by_key(|token| token.id);
        }
        Self { accounts: RwLock::new(accounts), ..store }
    }
}

impl<O: Eq + Hash + Send + Sync> TokenStore for MemoryStore<O> {
    type Owner = O;

    async fn list(&self, query: &ListQuery<O>) -> Result<TokenList, StoreError> {
        let hash = self.hash(&query.owner);
        let accounts = self.read();
        let tokens = accounts.find(&query.owner, hash).map_or(&[][..], |place| accounts.tokens(place));
        Ok(match query.status {
            None => window(tokens.iter(), query),
            Some(filter) => {
                let matching: Vec<_> = tokens.iter().filter(|token| filter.matches(token)).collect();
                window(matching.into_iter(), query)
            }
        })
    }
}

/// Returns the rows that a query asks for, and the total. `all` has all tokens that the query counts, by id ascending.
fn window<'a>(
    all: impl DoubleEndedIterator<Item = &'a AccessToken> + ExactSizeIterator,
    query: &ListQuery<impl Sized>,
) -> TokenList {
    let total = all.len();
    let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(query.limit.get()).unwrap_or(usize::MAX);
    // `skip` on an iterator over a slice takes constant time.
    let tokens = match query.order {
        TokenOrder::OldestFirst => all.skip(offset).take(limit).cloned().collect(),
        TokenOrder::NewestFirst => all.rev().skip(offset).take(limit).cloned().collect(),
    };
    TokenList::new(tokens, total as u64)
}
