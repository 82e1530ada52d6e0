//! The reference store.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

use crate::store::usage::TokenUsage;
use crate::store::{ListQuery, StoreError, TokenList, TokenOrder, TokenStore};
use crate::token::{AccessToken, TokenId};

/// A token store in memory: for tests, for demonstrations, and to read as an example of the contract.
///
/// Any unfiltered page costs what its rows cost to copy, however deep it lies: about a hundred bytes each, and no
/// allocation, because names and allow-lists are shared. A filtered page looks at every token of the owner. It lists
/// only, and holds no secrets.
///
/// # Examples
///
/// ```
/// use tokenfolio::{AccessToken, ListQuery, MemoryStore, TokenStore};
///
/// # fn main() -> Result<(), tokenfolio::StoreError> {
/// let store = MemoryStore::new();
/// store.insert("ada", AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH));
///
/// let list = pollster::block_on(store.list(&ListQuery::new("ada")))?;
/// assert_eq!((list.tokens.len(), list.total), (1, 1));
/// assert_eq!(pollster::block_on(store.list(&ListQuery::new("bob")))?.total, 0);
/// # Ok(())
/// # }
/// ```
pub struct MemoryStore<O> {
    /// Each owner's tokens, by id ascending.
    tokens: RwLock<HashMap<O, Vec<AccessToken>>>,
}

impl<O> Default for MemoryStore<O> {
    fn default() -> Self {
        Self { tokens: RwLock::default() }
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

    /// Returns a token of an owner.
    #[must_use]
    pub fn get(&self, owner: &O, id: TokenId) -> Option<AccessToken> {
        let owners = self.tokens.read().unwrap_or_else(PoisonError::into_inner);
        let tokens = owners.get(owner)?;
        let index = tokens.binary_search_by_key(&id, |token| token.id).ok()?;
        Some(tokens[index].clone())
    }

    /// Inserts a token of an owner. Replaces and returns a token with the same id.
    pub fn insert(&self, owner: O, token: AccessToken) -> Option<AccessToken> {
        let mut owners = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        let tokens = owners.entry(owner).or_default();
        match tokens.binary_search_by_key(&token.id, |token| token.id) {
            Ok(index) => Some(std::mem::replace(&mut tokens[index], token)),
            Err(index) => {
                tokens.insert(index, token);
                None
            }
        }
    }

    /// Removes and returns a token of an owner.
    pub fn remove(&self, owner: &O, id: TokenId) -> Option<AccessToken> {
        let mut owners = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        let tokens = owners.get_mut(owner)?;
        let index = tokens.binary_search_by_key(&id, |token| token.id).ok()?;
        Some(tokens.remove(index))
    }

    /// Adds usage to the tokens: the counts, which saturate at `u64::MAX`, and the later of two times.
    ///
    /// Usage of a token that the store does not have is ignored.
    pub fn record_usage(&self, usages: &[TokenUsage<O>]) {
        let mut owners = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        for usage in usages {
            let Some(tokens) = owners.get_mut(&usage.owner) else { continue };
            let Ok(index) = tokens.binary_search_by_key(&usage.id, |token| token.id) else { continue };
            let token = &mut tokens[index];
            token.usage_count = token.usage_count.saturating_add(usage.count);
            token.last_used_at = token.last_used_at.max(Some(usage.last_used_at));
        }
    }
}

impl<O: Eq + Hash> FromIterator<(O, AccessToken)> for MemoryStore<O> {
    /// Creates a store from owners and their tokens, in any order. The last token with an id wins.
    ///
    /// # Examples
    ///
    /// ```
    /// use chrono::DateTime;
    /// use tokenfolio::{AccessToken, MemoryStore, TokenId};
    ///
    /// let tokens = (1..=3).map(|id| ("ada", AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)));
    /// let store: MemoryStore<_> = tokens.collect();
    /// assert!(store.get(&"ada", TokenId(3)).is_some());
    /// ```
    fn from_iter<I: IntoIterator<Item = (O, AccessToken)>>(tokens: I) -> Self {
        let mut owners: HashMap<O, Vec<AccessToken>> = HashMap::new();
        for (owner, token) in tokens {
            owners.entry(owner).or_default().push(token);
        }
        for tokens in owners.values_mut() {
            // The sort is stable and `dedup` removes all but the first, so the last token comes first.
            tokens.reverse();
            tokens.sort_by_key(|token| token.id);
            tokens.dedup_by_key(|token| token.id);
        }
        Self { tokens: RwLock::new(owners) }
    }
}

impl<O: Eq + Hash + Send + Sync> TokenStore for MemoryStore<O> {
    type Owner = O;

    async fn list(&self, query: &ListQuery<O>) -> Result<TokenList, StoreError> {
        let owners = self.tokens.read().unwrap_or_else(PoisonError::into_inner);
        let tokens = owners.get(&query.owner).map_or(&[][..], Vec::as_slice);
        Ok(match query.status {
            None => window(tokens.iter(), query),
            Some(filter) => {
                let matching: Vec<_> = tokens.iter().filter(|token| filter.matches(token)).collect();
                window(matching.into_iter(), query)
            }
        })
    }
}

/// Cuts the window out of all tokens that a query is about, which come by id ascending.
fn window<'a>(
    all: impl DoubleEndedIterator<Item = &'a AccessToken> + ExactSizeIterator,
    query: &ListQuery<impl Sized>,
) -> TokenList {
    let total = all.len();
    let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(query.limit.get()).unwrap_or(usize::MAX);
    // Skipping rows of a slice is arithmetic, not a walk.
    let tokens = match query.order {
        TokenOrder::OldestFirst => all.skip(offset).take(limit).cloned().collect(),
        TokenOrder::NewestFirst => all.rev().skip(offset).take(limit).cloned().collect(),
    };
    TokenList::new(tokens, total as u64)
}
