//! The suite for stores: the reference store passes, and for every clause there is a store that breaks it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::TimeDelta;
use pollster::block_on;
use tokenfolio::contract::{Fixture, SetUpError, check_all};
use tokenfolio::{
    AccessToken, AllowedIps, DynTokenStore, ListQuery, MemoryStore, StoreError, StoreErrorKind, TokenId, TokenOrder,
    TokenSlice, TokenStore,
};

/// How a store answers, given the reference store.
type Answer = fn(&MemoryStore<u64>, &ListQuery<u64>) -> Result<TokenSlice, StoreError>;

/// The reference store, but for its answers.
struct Broken {
    memory: MemoryStore<u64>,
    answer: Answer,
}

impl TokenStore for Broken {
    type Owner = u64;

    async fn list(&self, query: &ListQuery<u64>) -> Result<TokenSlice, StoreError> {
        (self.answer)(&self.memory, query)
    }
}

struct Subject {
    store: Broken,
    owners: AtomicU64,
    /// What becomes of a token on its way into the table.
    write: fn(AccessToken) -> AccessToken,
    removes: bool,
}

impl Subject {
    fn new(answer: Answer) -> Self {
        let store = Broken { memory: MemoryStore::new(), answer };
        Self { store, owners: AtomicU64::new(1), write: |token| token, removes: true }
    }
}

impl Fixture for Subject {
    type Owner = u64;
    type Store = Broken;

    fn store(&self) -> &Broken {
        &self.store
    }

    fn fresh_owner(&self) -> u64 {
        self.owners.fetch_add(1, Ordering::Relaxed)
    }

    async fn insert(&self, owner: &u64, token: AccessToken) -> Result<(), SetUpError> {
        self.store.memory.insert(*owner, (self.write)(token));
        Ok(())
    }

    async fn remove(&self, owner: &u64, id: TokenId) -> Result<(), SetUpError> {
        if self.removes {
            self.store.memory.remove(owner, id);
        }
        Ok(())
    }
}

fn right(memory: &MemoryStore<u64>, query: &ListQuery<u64>) -> Result<TokenSlice, StoreError> {
    block_on(memory.list(query))
}

/// The names of the clauses that a store breaks.
fn broken_by(subject: &Subject) -> Vec<&'static str> {
    match block_on(check_all(subject)) {
        Ok(()) => Vec::new(),
        Err(violations) => violations.iter().map(|(clause, _)| clause).collect(),
    }
}

/// The query, changed.
fn edited(query: &ListQuery<u64>, edit: impl FnOnce(&mut ListQuery<u64>)) -> ListQuery<u64> {
    let mut query = query.clone();
    edit(&mut query);
    query
}

/// Every token of the owner, whatever the query says of the window.
fn all(memory: &MemoryStore<u64>, query: &ListQuery<u64>) -> Vec<AccessToken> {
    let query = edited(query, |query| (query.offset, query.limit) = (0, NonZeroU32::MAX));
    right(memory, &query).unwrap().tokens
}

fn window(tokens: impl Iterator<Item = AccessToken>, total: u64, query: &ListQuery<u64>) -> TokenSlice {
    let (offset, limit) = (usize::try_from(query.offset).unwrap(), query.limit.get() as usize);
    TokenSlice::new(tokens.skip(offset).take(limit).collect(), total)
}

fn oops() -> StoreError {
    StoreError::new(StoreErrorKind::Other, "broken on purpose")
}

/// For each clause, a store that breaks it.
fn broken_stores() -> Vec<(&'static str, Subject)> {
    let written = |write: fn(AccessToken) -> AccessToken| Subject { write, ..Subject::new(right) };
    vec![
        (
            "an_owner_without_tokens_has_an_empty_list",
            Subject::new(|memory, query| {
                let slice = right(memory, query)?;
                if all(memory, query).is_empty() && query.status.is_none() { Err(oops()) } else { Ok(slice) }
            }),
        ),
        (
            "rows_come_by_id_ascending",
            // By age where the ages differ, as an index on the instant of creation would.
            Subject::new(|memory, query| {
                let mut tokens = all(memory, query);
                if query.order == TokenOrder::NewestFirst || query.offset > 1_000 {
                    return right(memory, query);
                }
                tokens.sort_by_key(|token| token.created_at);
                let total = tokens.len() as u64;
                Ok(window(tokens.into_iter(), total, query))
            }),
        ),
        (
            "newest_first_is_the_reverse",
            // The window first, the order then.
            Subject::new(|memory, query| {
                let mut slice = right(memory, &edited(query, |query| query.order = TokenOrder::OldestFirst))?;
                if query.order == TokenOrder::NewestFirst {
                    slice.tokens.reverse();
                }
                Ok(slice)
            }),
        ),
        (
            "ids_are_ordered_as_signed_numbers",
            // As unsigned numbers.
            Subject::new(|memory, query| {
                let mut tokens = all(memory, query);
                if tokens.iter().all(|token| token.id.0 > 0) {
                    return right(memory, query);
                }
                tokens.sort_by_key(|token| token.id.0.cast_unsigned());
                let total = tokens.len() as u64;
                Ok(window(tokens.into_iter(), total, query))
            }),
        ),
        (
            "every_window_is_exact",
            // One row too few on a full page of 20.
            Subject::new(|memory, query| {
                let mut slice = right(memory, query)?;
                if slice.tokens.len() == 20 && query.offset == 1 {
                    slice.tokens.pop();
                }
                Ok(slice)
            }),
        ),
        (
            "a_window_past_the_end_is_empty_and_counts_all",
            // The total comes with the rows, and is lost with them.
            Subject::new(|memory, query| {
                let mut slice = right(memory, query)?;
                if slice.tokens.is_empty() {
                    slice.total = 0;
                }
                Ok(slice)
            }),
        ),
        (
            "a_limit_beyond_the_end_is_cut",
            Subject::new(|memory, query| if query.limit.get() > 1 << 30 { Err(oops()) } else { right(memory, query) }),
        ),
        (
            "a_walk_yields_every_token_once",
            // A deep window begins a row too early.
            Subject::new(|memory, query| {
                let offset = if query.offset == 80 { 79 } else { query.offset };
                right(memory, &edited(query, |query| query.offset = offset))
            }),
        ),
        (
            "tokens_of_other_owners_never_show",
            // Ids are taken for unique, so that the neighbour's tokens come with one's own.
            Subject::new(|memory, query| {
                let mut slice = right(memory, query)?;
                for token in &mut slice.tokens {
                    let neighbour = all(memory, &ListQuery::new(query.owner + 1));
                    if let Some(theirs) =
                        neighbour.into_iter().find(|theirs| theirs.id == token.id && theirs.name == "theirs")
                    {
                        *token = theirs;
                    }
                }
                Ok(slice)
            }),
        ),
        (
            "every_field_comes_back",
            written(|mut token| {
                token.last_used_at = token.last_used_at.map(|at| at - TimeDelta::microseconds(1));
                token
            }),
        ),
        (
            "names_come_back_unchanged",
            written(|mut token| {
                token.name.truncate(token.name.trim_end_matches(' ').len());
                token
            }),
        ),
        (
            "no_restriction_and_nobody_are_told_apart",
            written(|mut token| {
                token.allowed_ips = token.allowed_ips.filter(|allowed| *allowed != AllowedIps::nobody());
                token
            }),
        ),
        (
            "a_status_filter_agrees_with_the_derived_status",
            Subject::new(|memory, query| {
                let mut query = query.clone();
                if let Some(filter) = &mut query.status {
                    filter.now += TimeDelta::microseconds(1);
                }
                right(memory, &query)
            }),
        ),
        (
            "an_inserted_token_shows_at_once",
            // A replica that lags behind by one token, where the list grows while it is read.
            Subject::new(|memory, query| {
                let mut slice = right(memory, query)?;
                if slice.total == 2 && slice.tokens.iter().all(|token| token.id.0 < 3 && token.name == "token") {
                    slice.tokens.pop();
                    slice.total = 1;
                }
                Ok(slice)
            }),
        ),
        ("a_removed_token_is_gone", Subject { removes: false, ..Subject::new(right) }),
    ]
}

#[test]
fn the_reference_store_keeps_every_clause() {
    assert_eq!(broken_by(&Subject::new(right)), Vec::<&str>::new());
}

#[test]
fn a_store_broken_in_a_clause_fails_that_clause() {
    for (clause, subject) in broken_stores() {
        let broken = broken_by(&subject);
        assert!(broken.contains(&clause), "{clause}: {broken:?}");
    }
}

#[test]
fn every_clause_is_failed_by_some_store() {
    // A store that always fails breaks every clause there is, so these are all of them.
    let every = broken_by(&Subject::new(|_, _| Err(oops())));
    let tried: Vec<_> = broken_stores().into_iter().map(|(clause, _)| clause).collect();
    assert_eq!(tried, every);
}

#[test]
fn all_violations_are_named() {
    let text = block_on(check_all(&Subject::new(|_, _| Err(oops())))).unwrap_err().to_string();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("the store breaks its contract"));
    assert_eq!(
        lines.next(),
        Some("  an_owner_without_tokens_has_an_empty_list: the token store failed: broken on purpose")
    );
    assert_eq!(lines.count(), 14);
}

/// The reference store behind a pointer to something that is a store.
struct Behind {
    memory: Arc<MemoryStore<u64>>,
    store: Arc<dyn DynTokenStore<Owner = u64>>,
    owners: AtomicU64,
}

impl Fixture for Behind {
    type Owner = u64;
    type Store = Arc<dyn DynTokenStore<Owner = u64>>;

    fn store(&self) -> &Self::Store {
        &self.store
    }

    fn fresh_owner(&self) -> u64 {
        self.owners.fetch_add(1, Ordering::Relaxed)
    }

    async fn insert(&self, owner: &u64, token: AccessToken) -> Result<(), SetUpError> {
        self.memory.insert(*owner, token);
        Ok(())
    }

    async fn remove(&self, owner: &u64, id: TokenId) -> Result<(), SetUpError> {
        self.memory.remove(owner, id).map(drop).ok_or_else(|| "no such token".into())
    }
}

#[test]
fn the_reference_store_keeps_every_clause_behind_a_pointer() {
    let memory = Arc::new(MemoryStore::new());
    let store = Arc::clone(&memory) as Arc<dyn DynTokenStore<Owner = u64>>;
    let fixture = Behind { memory, store, owners: AtomicU64::new(1) };
    assert_eq!(block_on(check_all(&fixture)), Ok(()));
}
