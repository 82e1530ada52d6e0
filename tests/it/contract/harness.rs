//! Fixtures to run the suite on: a sound store, and stores with a fault.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::future::poll_fn;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, Timelike, Utc};
use pollster::block_on;
use tokenfolio::contract::{self, Fixture, FixtureError, FixtureFuture, Violations};
use tokenfolio::{
    AccessToken, ListQuery, MemoryStore, StoreError, StoreErrorKind, TokenId, TokenList, TokenOrder, TokenStore,
};

/// A store with one fault, and exactly the clauses that it breaks.
pub(super) struct Fault {
    /// Completes the sentence "a store that ..".
    pub(super) name: &'static str,
    pub(super) list: List,
    pub(super) breaks: &'static [&'static str],
}

/// How a store lists: in one step, or in several steps between which other requests can write.
#[derive(Clone, Copy)]
pub(super) enum List {
    AtOnce(ListAtOnce),
    InSteps(ListInSteps),
}

pub(super) type ListAtOnce = fn(&Table, &ListQuery<u64>) -> ListResult;

pub(super) type ListInSteps = for<'a> fn(&'a Table, &'a ListQuery<u64>) -> ListFuture<'a>;

pub(super) type ListFuture<'a> = Pin<Box<dyn Future<Output = ListResult> + Send + 'a>>;

pub(super) type ListResult = Result<TokenList, StoreError>;

/// Checks that each fault breaks its clauses and no others.
#[track_caller]
pub(super) fn check_faults(faults: &[Fault]) {
    let mut wrong = Vec::new();
    for fault in faults {
        let broken = names(violations(fault.list).as_ref());
        if broken != fault.breaks {
            wrong.push(format!("a store that {} breaks {broken:#?}", fault.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the clauses that some fault breaks without breaking another clause.
pub(super) fn broken_alone(faults: &[Fault]) -> BTreeSet<&'static str> {
    let alone = faults.iter().filter(|fault| fault.breaks.len() == 1);
    alone.flat_map(|fault| fault.breaks).copied().collect()
}

/// Returns the violations of a store that lists in this way.
pub(super) fn violations(list: List) -> Option<Violations> {
    check(&Store::new(list, CachedUntil::Never))
}

/// Returns the violations of a sound store behind a cache.
pub(super) fn violations_of_cache(cached: CachedUntil) -> Option<Violations> {
    check(&Store::new(List::AtOnce(sound), cached))
}

fn check(store: &Store) -> Option<Violations> {
    match block_on(contract::check_all(store)) {
        Ok(skipped) => {
            assert!(skipped.clauses().is_empty());
            None
        }
        Err(violations) => Some(violations),
    }
}

/// Returns the names of the broken clauses.
pub(super) fn names(violations: Option<&Violations>) -> Vec<&'static str> {
    violations.into_iter().flat_map(Violations::iter).map(|(clause, _)| clause).collect()
}

/// A store whose [`list`](TokenStore::list) can be replaced.
struct Store {
    table: Table,
    owners: AtomicU64,
    list: List,
    cached: CachedUntil,
    cache: Mutex<Vec<(ListQuery<u64>, TokenList)>>,
}

/// The event that clears a store's cache.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum CachedUntil {
    Insert,
    /// Nothing is cached.
    Never,
    Remove,
}

impl Store {
    fn new(list: List, cached: CachedUntil) -> Self {
        Self { table: Table::default(), owners: AtomicU64::new(0), list, cached, cache: Mutex::default() }
    }
}

impl TokenStore for Store {
    type Owner = u64;

    async fn list(&self, query: &ListQuery<u64>) -> ListResult {
        if let Some((_, list)) = self.cache.lock().unwrap().iter().find(|(known, _)| known == query) {
            return Ok(list.clone());
        }
        let list = match self.list {
            List::AtOnce(list) => list(&self.table, query)?,
            List::InSteps(list) => list(&self.table, query).await?,
        };
        if self.cached != CachedUntil::Never {
            self.cache.lock().unwrap().push((query.clone(), list.clone()));
        }
        Ok(list)
    }
}

impl Fixture for Store {
    type Owner = u64;
    type Store = Self;

    fn store(&self) -> &Self {
        self
    }

    fn fresh_owner(&self) -> u64 {
        self.owners.fetch_add(1, Ordering::Relaxed)
    }

    async fn insert(&self, owner: &u64, token: AccessToken) -> Result<(), FixtureError> {
        self.table.memory.insert(*owner, token);
        if self.cached == CachedUntil::Insert {
            self.cache.lock().unwrap().clear();
        }
        Ok(())
    }

    async fn remove(&self, owner: &u64, id: TokenId) -> Result<(), FixtureError> {
        self.table.memory.remove(owner, id).map(drop).ok_or("no such token")?;
        if self.cached == CachedUntil::Remove {
            self.cache.lock().unwrap().clear();
        }
        Ok(())
    }

    async fn sleep(&self, duration: Duration) {
        sleep(duration).await;
    }

    fn stop_backend(&self) -> Option<FixtureFuture<'_>> {
        Some(Box::pin(async {
            self.table.is_down.store(true, Ordering::Relaxed);
            self.table.was_down.store(true, Ordering::Relaxed);
            self.cache.lock().unwrap().clear();
            Ok(())
        }))
    }

    fn start_backend(&self) -> Option<FixtureFuture<'_>> {
        Some(Box::pin(async {
            self.table.is_down.store(false, Ordering::Relaxed);
            Ok(())
        }))
    }

    fn corrupt_row(&self, owner: u64, id: TokenId) -> Option<FixtureFuture<'_>> {
        Some(Box::pin(async move {
            self.table.corrupt.lock().unwrap().insert((owner, id));
            Ok(())
        }))
    }
}

/// A table and its backend, which can be stopped.
#[derive(Default)]
pub(super) struct Table {
    pub(super) memory: MemoryStore<u64>,
    pub(super) is_down: AtomicBool,
    pub(super) was_down: AtomicBool,
    corrupt: Mutex<HashSet<(u64, TokenId)>>,
    /// The number of lists that are being read.
    pub(super) busy: AtomicUsize,
    /// The futures that wait for a connection, in order.
    pub(super) queue: Mutex<VecDeque<Arc<()>>>,
    /// The rows of the last future that was dropped in a transaction.
    pub(super) left_over: Mutex<Option<(ListQuery<u64>, TokenList)>>,
    /// The owner of the last query.
    pub(super) latest: Mutex<u64>,
}

impl Table {
    pub(super) fn is_corrupt(&self, owner: u64, id: TokenId) -> bool {
        self.corrupt.lock().unwrap().contains(&(owner, id))
    }
}

/// Counts one more list that is being read, until this value is dropped.
pub(super) struct Busy<'a>(&'a Table);

impl<'a> Busy<'a> {
    pub(super) fn new(table: &'a Table) -> Self {
        table.busy.fetch_add(1, Ordering::Relaxed);
        Self(table)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Lists as a sound store does.
pub(super) fn sound(table: &Table, query: &ListQuery<u64>) -> ListResult {
    if table.is_down.load(Ordering::Relaxed) {
        return Err(StoreError::new(StoreErrorKind::Unavailable, "connection refused"));
    }
    let list = block_on(table.memory.list(query))?;
    if list.tokens.iter().any(|token| table.is_corrupt(query.owner, token.id)) {
        return Err(StoreError::new(StoreErrorKind::Corrupt, "invalid allow-list"));
    }
    Ok(list)
}

/// Returns every row that a query selects, in the query's order. Ignores the query's offset and limit.
pub(super) fn all_rows(table: &Table, query: &ListQuery<u64>) -> Result<Vec<AccessToken>, StoreError> {
    let mut query = query.clone();
    query.offset = 0;
    query.limit = NonZeroU32::MAX;
    Ok(sound(table, &query)?.tokens)
}

/// Returns the part of sorted rows in a query's window.
pub(super) fn window(rows: Vec<AccessToken>, query: &ListQuery<u64>) -> ListResult {
    let total = rows.len() as u64;
    let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
    let limit = query.limit.get() as usize;
    Ok(TokenList::new(rows.into_iter().skip(offset).take(limit).collect(), total))
}

/// Lists as a sound store does, and alters every token.
pub(super) fn altered(table: &Table, query: &ListQuery<u64>, alter: impl FnMut(&mut AccessToken)) -> ListResult {
    let mut list = sound(table, query)?;
    list.tokens.iter_mut().for_each(alter);
    Ok(list)
}

/// Sorts all rows by a key, in reverse for `NewestFirst`, and cuts them to the window.
pub(super) fn sorted<K: Ord>(table: &Table, query: &ListQuery<u64>, key: fn(&AccessToken) -> K) -> ListResult {
    let mut rows = all_rows(table, query)?;
    rows.sort_by_key(key);
    if query.order == TokenOrder::NewestFirst {
        rows.reverse();
    }
    window(rows, query)
}

pub(super) fn whole_seconds(time: DateTime<Utc>) -> DateTime<Utc> {
    time.with_nanosecond(0).unwrap()
}

pub(super) fn failure(message: &str) -> ListResult {
    Err(StoreError::new(StoreErrorKind::Other, message))
}

/// A store in memory behind any kind of pointer, whose table may reject tokens.
pub(super) struct Sound<S> {
    memory: Arc<MemoryStore<u64>>,
    store: S,
    owners: AtomicU64,
    pub(super) rejects: fn(&AccessToken) -> bool,
    pub(super) is_append_only: bool,
}

impl<S: TokenStore<Owner = u64>> Sound<S> {
    pub(super) fn new(store: impl FnOnce(Arc<MemoryStore<u64>>) -> S) -> Self {
        let memory = Arc::new(MemoryStore::new());
        let store = store(Arc::clone(&memory));
        Self { memory, store, owners: AtomicU64::new(0), rejects: |_| false, is_append_only: false }
    }
}

impl<S: TokenStore<Owner = u64>> Fixture for Sound<S> {
    type Owner = u64;
    type Store = S;

    fn store(&self) -> &S {
        &self.store
    }

    fn fresh_owner(&self) -> u64 {
        self.owners.fetch_add(1, Ordering::Relaxed)
    }

    async fn insert(&self, owner: &u64, token: AccessToken) -> Result<(), FixtureError> {
        if (self.rejects)(&token) {
            return Err("check constraint violated".into());
        }
        self.memory.insert(*owner, token);
        Ok(())
    }

    async fn remove(&self, owner: &u64, id: TokenId) -> Result<(), FixtureError> {
        if self.is_append_only {
            return Err("append only".into());
        }
        self.memory.remove(owner, id).map(drop).ok_or_else(|| "no such token".into())
    }

    async fn sleep(&self, duration: Duration) {
        sleep(duration).await;
    }

    fn stop_backend(&self) -> Option<FixtureFuture<'_>> {
        None
    }

    fn start_backend(&self) -> Option<FixtureFuture<'_>> {
        None
    }

    fn corrupt_row(&self, _owner: u64, _id: TokenId) -> Option<FixtureFuture<'_>> {
        None
    }
}

/// Yields once for each ten milliseconds of `duration`, instead of waiting.
pub(super) async fn sleep(duration: Duration) {
    for _ in 0..duration.as_millis() / 10 {
        yield_once().await;
    }
}

/// Lets other futures run before it continues.
pub(super) async fn yield_once() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
