//! The contract suite, on stores that keep to the contract and on stores that break one clause of it.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, Timelike, Utc};
use pollster::block_on;
use tokenfolio::contract::{self, Fixture, FixtureError, FixtureFuture, Violations};
use tokenfolio::{
    AccessToken, AllowedIp, AllowedIps, DynTokenStore, ListQuery, MemoryStore, StatusFilter, StoreError,
    StoreErrorKind, TokenId, TokenList, TokenOrder, TokenStatus, TokenStore,
};

/// A store in memory behind any kind of pointer, whose table may refuse tokens.
struct Sound<S> {
    memory: Arc<MemoryStore<u64>>,
    store: S,
    owners: AtomicU64,
    refuses: fn(&AccessToken) -> bool,
    is_append_only: bool,
}

impl<S: TokenStore<Owner = u64>> Sound<S> {
    fn new(store: impl FnOnce(Arc<MemoryStore<u64>>) -> S) -> Self {
        let memory = Arc::new(MemoryStore::new());
        let store = store(Arc::clone(&memory));
        Self { memory, store, owners: AtomicU64::new(0), refuses: |_| false, is_append_only: false }
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
        if (self.refuses)(&token) {
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

/// Sleeps by a clock that goes on by ten milliseconds whenever it is looked at: nothing here takes any other time.
async fn sleep(duration: Duration) {
    for _ in 0..duration.as_millis() / 10 {
        give_way().await;
    }
}

async fn give_way() {
    let mut has_waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

const HIGHEST_COUNT: u64 = i64::MAX.unsigned_abs();

/// The clauses that a fixture without hooks leaves untried.
const OPTIONAL: [&str; 2] =
    ["a_row_that_cannot_be_read_is_corrupt", "a_backend_that_is_down_is_unavailable_and_recovers"];

#[track_caller]
fn pass<S: TokenStore<Owner = u64>>(fixture: &Sound<S>) {
    for _ in 0..2 {
        assert_eq!(block_on(contract::check_all(fixture)).unwrap().clauses(), OPTIONAL);
    }
}

#[test]
fn the_store_in_memory_passes_twice_on_one_table() {
    pass(&Sound::new(|memory| memory));
}

#[test]
fn the_store_in_memory_passes_as_a_trait_object() {
    pass(&Sound::new(|memory| -> Arc<dyn DynTokenStore<Owner = u64>> { memory }));
    pass(&Sound::new(|memory| -> Box<dyn DynTokenStore<Owner = u64>> { Box::new(memory) }));
}

#[test]
fn a_table_may_refuse_what_many_have_no_room_for() {
    let refuses: [fn(&AccessToken) -> bool; 3] = [
        |token| token.usage_count > HIGHEST_COUNT,
        |token| token.name.contains('\0'),
        |token| token.name.chars().count() > 255,
    ];
    for refuses in refuses {
        pass(&Sound { refuses, ..Sound::new(|memory| memory) });
    }
}

/// A table and its backend, which can be stopped.
#[derive(Default)]
struct Table {
    memory: MemoryStore<u64>,
    is_down: AtomicBool,
    was_down: AtomicBool,
    damaged: Mutex<HashSet<(u64, TokenId)>>,
    /// How many listings are under way.
    busy: AtomicUsize,
    /// Who waits for a connection, in order.
    queue: Mutex<VecDeque<Arc<()>>>,
    /// What was under way when its future was dropped.
    left_over: Mutex<Option<(ListQuery<u64>, TokenList)>>,
    /// Who asked last.
    latest: Mutex<u64>,
}

type Answer = Result<TokenList, StoreError>;

type ListAtOnce = fn(&Table, &ListQuery<u64>) -> Answer;

type ListInSteps = for<'a> fn(&'a Table, &'a ListQuery<u64>) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

#[derive(Clone, Copy)]
enum List {
    AtOnce(ListAtOnce),
    InSteps(ListInSteps),
}

/// A store that lists in its own way.
struct Broken {
    table: Table,
    owners: AtomicU64,
    list: List,
    cache: Mutex<Vec<(ListQuery<u64>, TokenList)>>,
    keeps: Keeps,
}

/// Whether a store keeps its answers, and until when.
#[derive(Clone, Copy, PartialEq)]
enum Keeps {
    Never,
    UntilInsert,
    UntilRemove,
}

impl TokenStore for Broken {
    type Owner = u64;

    async fn list(&self, query: &ListQuery<u64>) -> Answer {
        if let Some((_, slice)) = self.cache.lock().unwrap().iter().find(|(known, _)| known == query) {
            return Ok(slice.clone());
        }
        let slice = match self.list {
            List::AtOnce(list) => list(&self.table, query)?,
            List::InSteps(list) => list(&self.table, query).await?,
        };
        if self.keeps != Keeps::Never {
            self.cache.lock().unwrap().push((query.clone(), slice.clone()));
        }
        Ok(slice)
    }
}

impl Fixture for Broken {
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
        if self.keeps == Keeps::UntilInsert {
            self.cache.lock().unwrap().clear();
        }
        Ok(())
    }

    async fn remove(&self, owner: &u64, id: TokenId) -> Result<(), FixtureError> {
        self.table.memory.remove(owner, id).map(drop).ok_or("no such token")?;
        if self.keeps == Keeps::UntilRemove {
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
            self.table.damaged.lock().unwrap().insert((owner, id));
            Ok(())
        }))
    }
}

fn violations(keeps: Keeps, list: List) -> Option<Violations> {
    let fixture = Broken { table: Table::default(), owners: AtomicU64::new(0), list, cache: Mutex::default(), keeps };
    block_on(contract::check_all(&fixture)).map(|skipped| assert!(skipped.clauses().is_empty())).err()
}

fn names(violations: Option<&Violations>) -> Vec<&'static str> {
    violations.into_iter().flat_map(Violations::iter).map(|(clause, _)| clause).collect()
}

impl Table {
    fn is_damaged(&self, owner: u64, id: TokenId) -> bool {
        self.damaged.lock().unwrap().contains(&(owner, id))
    }
}

/// What a sound store lists.
fn sound(table: &Table, query: &ListQuery<u64>) -> Answer {
    if table.is_down.load(Ordering::Relaxed) {
        return Err(StoreError::new(StoreErrorKind::Unavailable, "connection refused"));
    }
    let slice = block_on(table.memory.list(query))?;
    if slice.tokens.iter().any(|token| table.is_damaged(query.owner, token.id)) {
        return Err(StoreError::new(StoreErrorKind::Corrupt, "invalid allow-list"));
    }
    Ok(slice)
}

/// All that a query is about, in its order, without its window.
fn all(table: &Table, query: &ListQuery<u64>) -> Result<Vec<AccessToken>, StoreError> {
    let mut query = query.clone();
    (query.offset, query.limit) = (0, std::num::NonZeroU32::MAX);
    Ok(sound(table, &query)?.tokens)
}

/// The window of rows that were put in order, or altered, before.
fn window(rows: Vec<AccessToken>, query: &ListQuery<u64>) -> Answer {
    let total = rows.len() as u64;
    let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
    Ok(TokenList::new(rows.into_iter().skip(offset).take(query.limit.get() as usize).collect(), total))
}

/// All rows put in an order, or in its reverse, and then cut to the window.
fn sorted<K: Ord>(table: &Table, query: &ListQuery<u64>, key: fn(&AccessToken) -> K) -> Answer {
    let mut rows = all(table, query)?;
    rows.sort_by_key(key);
    if query.order == TokenOrder::NewestFirst {
        rows.reverse();
    }
    window(rows, query)
}

fn with_tokens_of_the_next_owner(table: &Table, query: &ListQuery<u64>) -> Answer {
    let mut theirs = query.clone();
    theirs.owner += 1;
    let mut rows = all(table, query)?;
    rows.extend(all(table, &theirs)?);
    rows.sort_by_key(|token| token.id);
    if query.order == TokenOrder::NewestFirst {
        rows.reverse();
    }
    window(rows, query)
}

/// A sound listing whose rows are altered.
fn altered(table: &Table, query: &ListQuery<u64>, alter: impl FnMut(&mut AccessToken)) -> Answer {
    let mut slice = sound(table, query)?;
    slice.tokens.iter_mut().for_each(alter);
    Ok(slice)
}

/// A listing filtered by a rule of its own.
fn filtered(table: &Table, query: &ListQuery<u64>, status: fn(&AccessToken, DateTime<Utc>) -> TokenStatus) -> Answer {
    let mut unfiltered = query.clone();
    unfiltered.status = None;
    let mut rows = all(table, &unfiltered)?;
    rows.retain(|token| query.status.is_none_or(|filter| status(token, filter.now) == filter.status));
    window(rows, query)
}

/// Alters the entries of an allow-list, if the token has one with any.
fn alter_entries(token: &mut AccessToken, alter: impl FnOnce(&mut Vec<AllowedIp>)) {
    if let Some(allowed) = token.allowed_ips.as_mut().filter(|allowed| !allowed.entries().is_empty()) {
        let mut entries = allowed.entries().to_vec();
        alter(&mut entries);
        *allowed = AllowedIps::new(entries).unwrap();
    }
}

fn whole_seconds(at: DateTime<Utc>) -> DateTime<Utc> {
    at.with_nanosecond(0).unwrap()
}

fn broken(message: &str) -> Answer {
    Err(StoreError::new(StoreErrorKind::Other, message))
}

/// Every fault, and exactly the clauses that it breaks.
const FAULTS: &[(&str, ListAtOnce, &[&str])] = &[
    (
        "does not know an owner without tokens",
        |table, query| match sound(table, query)? {
            slice if slice.total == 0 => broken("no such owner"),
            slice => Ok(slice),
        },
        &["an_owner_without_tokens_has_an_empty_list"],
    ),
    (
        "counts one where there is none",
        |table, query| {
            let mut slice = sound(table, query)?;
            slice.total = slice.total.max(1);
            Ok(slice)
        },
        &["an_owner_without_tokens_has_an_empty_list"],
    ),
    (
        "lists tokens by when they were made",
        |table, query| sorted(table, query, |token| token.created_at),
        &["rows_come_by_id_ascending"],
    ),
    (
        "lists tokens of one instant as it likes",
        |table, query| {
            let mut rows = all(table, query)?;
            let ties = rows.chunk_by_mut(|one, next| one.created_at == next.created_at);
            ties.for_each(|ties| ties.sort_by_key(|token| token.id.0 % 7));
            window(rows, query)
        },
        &["tokens_of_one_instant_come_by_id"],
    ),
    (
        "knows one order for short pages",
        |table, query| {
            let mut query = query.clone();
            if query.status.is_none() && query.limit.get() < 20 {
                query.order = TokenOrder::OldestFirst;
            }
            sound(table, &query)
        },
        &["newest_first_is_the_reverse"],
    ),
    (
        "knows one order",
        |table, query| {
            let mut query = query.clone();
            query.order = TokenOrder::OldestFirst;
            sound(table, &query)
        },
        &[
            "tokens_of_other_owners_never_show",
            "newest_first_is_the_reverse",
            "a_status_filter_agrees_with_the_derived_status",
        ],
    ),
    (
        "turns the window round instead of the list",
        |table, query| {
            let mut oldest_first = query.clone();
            oldest_first.order = TokenOrder::OldestFirst;
            let mut slice = sound(table, &oldest_first)?;
            if query.order == TokenOrder::NewestFirst {
                slice.tokens.reverse();
            }
            Ok(slice)
        },
        &["newest_first_is_the_reverse", "a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "orders ids without their sign",
        |table, query| sorted(table, query, |token| token.id.0.cast_unsigned()),
        &["ids_are_ordered_as_signed_numbers"],
    ),
    (
        "orders ids as text",
        |table, query| sorted(table, query, |token| token.id.to_string()),
        &[
            "rows_come_by_id_ascending",
            "tokens_of_one_instant_come_by_id",
            "ids_are_ordered_as_signed_numbers",
            "every_window_is_exact",
            "a_walk_yields_every_token_once",
            "a_status_filter_agrees_with_the_derived_status",
            "instants_come_back_to_the_microsecond",
            "names_come_back_unchanged",
            "readers_at_once_get_their_own_answers",
        ],
    ),
    (
        "cuts ids to 32 bits",
        |table, query| altered(table, query, |token| token.id.0 = token.id.0.clamp(i32::MIN.into(), i32::MAX.into())),
        &["ids_are_ordered_as_signed_numbers"],
    ),
    (
        "counts one less where the last page is full",
        |table, query| {
            let mut slice = sound(table, query)?;
            slice.total -= u64::from(query.offset.checked_add(query.limit.get().into()) == Some(slice.total));
            Ok(slice)
        },
        &[
            "newest_first_is_the_reverse",
            "every_window_is_exact",
            "a_walk_yields_every_token_once",
            "rows_and_total_are_of_one_snapshot",
            "readers_at_once_get_their_own_answers",
        ],
    ),
    (
        "loses the last row where the last page is full",
        |table, query| {
            let mut slice = sound(table, query)?;
            if query.offset.checked_add(query.limit.get().into()) == Some(slice.total) {
                slice.tokens.pop();
            }
            Ok(slice)
        },
        &[
            "newest_first_is_the_reverse",
            "every_window_is_exact",
            "a_walk_yields_every_token_once",
            "rows_and_total_are_of_one_snapshot",
            "readers_at_once_get_their_own_answers",
        ],
    ),
    (
        "loses the last row where a last page of twenty is full",
        |table, query| {
            let mut slice = sound(table, query)?;
            if query.limit.get() == 20 && query.offset.checked_add(20) == Some(slice.total) {
                slice.tokens.pop();
            }
            Ok(slice)
        },
        &["every_window_is_exact"],
    ),
    (
        "takes offsets for pages",
        |table, query| {
            let mut query = query.clone();
            query.offset -= query.offset % u64::from(query.limit.get());
            sound(table, &query)
        },
        &[
            "newest_first_is_the_reverse",
            "every_window_is_exact",
            "a_window_past_the_end_is_empty_and_counts_all",
            "a_limit_beyond_the_end_is_cut",
            "rows_and_total_are_of_one_snapshot",
        ],
    ),
    (
        "counts with the rows, so not where there are none",
        |table, query| {
            let mut slice = sound(table, query)?;
            if slice.tokens.is_empty() {
                slice.total = 0;
            }
            Ok(slice)
        },
        &["a_window_past_the_end_is_empty_and_counts_all", "a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "counts the newest from an end that a window is past",
        |table, query| {
            let slice = sound(table, query)?;
            let is_past = query.order == TokenOrder::NewestFirst && slice.total < query.offset;
            if is_past { broken("offset is negative") } else { Ok(slice) }
        },
        &["a_window_past_the_end_is_empty_and_counts_all", "rows_and_total_are_of_one_snapshot"],
    ),
    (
        "takes offsets for int64",
        |table, query| match i64::try_from(query.offset) {
            Ok(_) => sound(table, query),
            Err(_) => broken("offset is negative"),
        },
        &["a_window_past_the_end_is_empty_and_counts_all"],
    ),
    (
        "cuts offsets to 32 bits",
        |table, query| {
            let mut query = query.clone();
            query.offset &= u64::from(u32::MAX);
            sound(table, &query)
        },
        &["a_window_past_the_end_is_empty_and_counts_all"],
    ),
    (
        "goes round to the first page past the end",
        |table, query| {
            let slice = sound(table, query)?;
            let mut first = query.clone();
            first.offset = 0;
            if slice.tokens.is_empty() { sound(table, &first) } else { Ok(slice) }
        },
        &[
            "a_window_past_the_end_is_empty_and_counts_all",
            "a_status_filter_agrees_with_the_derived_status",
            "rows_and_total_are_of_one_snapshot",
        ],
    ),
    (
        "takes limits for int32",
        |table, query| match i32::try_from(query.limit.get()) {
            Ok(_) => sound(table, query),
            Err(_) => broken("limit is negative"),
        },
        &["a_limit_beyond_the_end_is_cut"],
    ),
    (
        "sets room aside for every row that was asked for",
        |table, query| {
            let mut slice = sound(table, query)?;
            slice.tokens.reserve_exact(query.limit.get().min(1_000_000) as usize);
            Ok(slice)
        },
        &["a_limit_beyond_the_end_is_cut"],
    ),
    (
        "lists no more than the first hundred",
        |table, query| {
            let mut slice = sound(table, query)?;
            slice.tokens.truncate(usize::try_from(100_u64.saturating_sub(query.offset)).unwrap());
            Ok(slice)
        },
        &["a_walk_yields_every_token_once"],
    ),
    (
        "lists no more than twenty at once",
        |table, query| {
            let mut slice = sound(table, query)?;
            slice.tokens.truncate(20);
            Ok(slice)
        },
        &["every_window_is_exact", "a_walk_yields_every_token_once"],
    ),
    (
        "lists the next owner's tokens too",
        |table, query| with_tokens_of_the_next_owner(table, query),
        &["tokens_of_other_owners_never_show", "readers_at_once_get_their_own_answers"],
    ),
    (
        "lists the next owner's tokens too where it filters",
        |table, query| match query.status {
            Some(_) => with_tokens_of_the_next_owner(table, query),
            None => sound(table, query),
        },
        &["tokens_of_other_owners_never_show"],
    ),
    (
        "lists the next owner's tokens too where the newest come first",
        |table, query| match query.order {
            TokenOrder::NewestFirst => with_tokens_of_the_next_owner(table, query),
            TokenOrder::OldestFirst => sound(table, query),
        },
        &["tokens_of_other_owners_never_show"],
    ),
    (
        "counts the next owner's tokens too",
        |table, query| {
            let mut theirs = query.clone();
            theirs.owner += 1;
            let mut slice = sound(table, query)?;
            slice.total += sound(table, &theirs)?.total;
            Ok(slice)
        },
        &["tokens_of_other_owners_never_show", "readers_at_once_get_their_own_answers"],
    ),
    (
        "takes tokens of the same id for one",
        |table, query| {
            let mut theirs = query.clone();
            theirs.owner += 1;
            let theirs = all(table, &theirs)?;
            altered(table, query, |token| {
                token.clone_from(theirs.iter().find(|their| their.id == token.id).unwrap_or(&token.clone()));
            })
        },
        &["tokens_of_other_owners_never_show", "readers_at_once_get_their_own_answers"],
    ),
    (
        "forgets when a token was used",
        |table, query| altered(table, query, |token| token.last_used_at = None),
        &["every_field_comes_back", "instants_come_back_to_the_microsecond"],
    ),
    (
        "takes a token that was never used for one used when it was made",
        |table, query| {
            altered(table, query, |token| token.last_used_at = token.last_used_at.or(Some(token.created_at)))
        },
        &[
            "every_field_comes_back",
            "usage_counts_come_back_up_to_int64",
            "a_usage_count_beyond_int64_is_exact_or_refused",
            "names_come_back_unchanged",
            "a_long_name_is_whole_or_refused",
            "a_name_with_a_nul_is_whole_or_refused",
            "no_restriction_and_nobody_are_told_apart",
            "allow_lists_come_back_entry_by_entry",
        ],
    ),
    (
        "forgets the uses of a token with an allow-list",
        |table, query| altered(table, query, |token| token.usage_count *= u64::from(token.allowed_ips.is_none())),
        &["every_field_comes_back"],
    ),
    (
        "forgets the expiry of a token with an allow-list",
        |table, query| {
            altered(table, query, |token| token.expires_at = token.expires_at.filter(|_| token.allowed_ips.is_none()))
        },
        &["every_field_comes_back"],
    ),
    (
        "forgets the revocation of a token with an allow-list",
        |table, query| {
            altered(table, query, |token| token.revoked_at = token.revoked_at.filter(|_| token.allowed_ips.is_none()))
        },
        &["every_field_comes_back"],
    ),
    (
        "takes expiry for revocation",
        |table, query| altered(table, query, |token| std::mem::swap(&mut token.expires_at, &mut token.revoked_at)),
        &["every_field_comes_back"],
    ),
    (
        "counts a use that never was",
        |table, query| altered(table, query, |token| token.usage_count += u64::from(token.last_used_at.is_some())),
        &["every_field_comes_back", "instants_come_back_to_the_microsecond"],
    ),
    (
        "keeps no fraction of when a token was made",
        |table, query| altered(table, query, |token| token.created_at = whole_seconds(token.created_at)),
        &["instants_come_back_to_the_microsecond"],
    ),
    (
        "keeps milliseconds of when a token was used",
        |table, query| {
            altered(table, query, |token| {
                token.last_used_at =
                    token.last_used_at.and_then(|at| DateTime::from_timestamp_millis(at.timestamp_millis()));
            })
        },
        &["instants_come_back_to_the_microsecond"],
    ),
    (
        "keeps when a token expires as a double, which has 32 microseconds left for the year 9999",
        |table, query| {
            altered(table, query, |token| {
                let micros = token.expires_at.map(|at| at.timestamp_micros());
                let kept = micros.map(|micros| if micros > 1 << 53 { micros & !31 } else { micros });
                token.expires_at = kept.and_then(DateTime::from_timestamp_micros);
            })
        },
        &["instants_come_back_to_the_microsecond"],
    ),
    (
        "begins its calendar in 1970",
        |table, query| {
            altered(table, query, |token| token.revoked_at = token.revoked_at.map(|at| at.max(DateTime::UNIX_EPOCH)))
        },
        &["instants_come_back_to_the_microsecond"],
    ),
    (
        "keeps nanoseconds in an int64, which end in 2262",
        |table, query| {
            altered(table, query, |token| {
                let end = DateTime::from_timestamp_nanos(i64::MAX);
                token.created_at = token.created_at.clamp(DateTime::from_timestamp_nanos(i64::MIN), end);
            })
        },
        &["instants_come_back_to_the_microsecond"],
    ),
    (
        "counts uses in 32 bits",
        |table, query| altered(table, query, |token| token.usage_count &= u64::from(u32::MAX)),
        &["usage_counts_come_back_up_to_int64", "a_usage_count_beyond_int64_is_exact_or_refused"],
    ),
    (
        "counts uses in a double",
        |table, query| {
            altered(table, query, |token| {
                // The highest comes back right, because it is cut.
                if (1 << 53..HIGHEST_COUNT).contains(&token.usage_count) {
                    token.usage_count &= !1;
                }
            })
        },
        &["usage_counts_come_back_up_to_int64"],
    ),
    (
        "reads the lowest int64 as no use",
        |table, query| altered(table, query, |token| token.usage_count *= u64::from(token.usage_count != 1 << 63)),
        &["a_usage_count_beyond_int64_is_exact_or_refused"],
    ),
    (
        "counts uses in an int64",
        |table, query| altered(table, query, |token| token.usage_count = token.usage_count.min(HIGHEST_COUNT)),
        &["a_usage_count_beyond_int64_is_exact_or_refused"],
    ),
    (
        "trims names",
        |table, query| altered(table, query, |token| token.name = token.name.trim().into()),
        &["names_come_back_unchanged", "a_long_name_is_whole_or_refused"],
    ),
    (
        "pads names as CHAR does",
        |table, query| {
            altered(table, query, |token| {
                if token.name.len() < 255 {
                    token.name = token.name.trim_end_matches(' ').into();
                }
            })
        },
        &["names_come_back_unchanged"],
    ),
    (
        "lowers names",
        |table, query| altered(table, query, |token| token.name = token.name.to_lowercase().into()),
        &["names_come_back_unchanged"],
    ),
    (
        "keeps three bytes of a character",
        |table, query| altered(table, query, |token| token.name = token.name.replace('🦀', "?").into()),
        &["names_come_back_unchanged"],
    ),
    (
        "composes accents",
        |table, query| altered(table, query, |token| token.name = token.name.replace("e\u{301}", "\u{e9}").into()),
        &["names_come_back_unchanged"],
    ),
    (
        "doubles quotes",
        |table, query| altered(table, query, |token| token.name = token.name.replace('\'', "''").into()),
        &["names_come_back_unchanged"],
    ),
    (
        "reads names as numbers where it can",
        |table, query| {
            altered(table, query, |token| {
                if let Ok(number) = token.name.parse::<u64>() {
                    token.name = number.to_string().into();
                }
            })
        },
        &["names_come_back_unchanged"],
    ),
    (
        "takes the word NULL for none",
        |table, query| altered(table, query, |token| token.name = token.name.replace("NULL", "").into()),
        &["names_come_back_unchanged"],
    ),
    (
        "ends lines in its own way",
        |table, query| altered(table, query, |token| token.name = token.name.replace("\r\n", "\n").into()),
        &["names_come_back_unchanged"],
    ),
    (
        "strips what cannot be seen",
        |table, query| {
            altered(table, query, |token| token.name = token.name.replace(['\u{200b}', '\u{feff}'], "").into())
        },
        &["names_come_back_unchanged"],
    ),
    (
        "unescapes entities",
        |table, query| altered(table, query, |token| token.name = token.name.replace("&amp;", "&").into()),
        &["names_come_back_unchanged"],
    ),
    (
        "has room for 255 bytes of a name",
        |table, query| {
            altered(table, query, |token| {
                let end = (0..=255).rev().find(|at| token.name.is_char_boundary(*at));
                token.name = token.name[..end.unwrap()].into();
            })
        },
        &["names_come_back_unchanged", "a_long_name_is_whole_or_refused"],
    ),
    (
        "cuts names to 255 characters",
        |table, query| {
            altered(table, query, |token| token.name = token.name.chars().take(255).collect::<String>().into())
        },
        &["a_long_name_is_whole_or_refused"],
    ),
    (
        "ends names at a U+0000",
        |table, query| {
            altered(table, query, |token| {
                let end = token.name.find('\0').unwrap_or(token.name.len());
                token.name = token.name[..end].into();
            })
        },
        &["a_name_with_a_nul_is_whole_or_refused"],
    ),
    (
        "takes nobody for no restriction",
        |table, query| {
            altered(table, query, |token| {
                token.allowed_ips = token.allowed_ips.take().filter(|allowed| !allowed.entries().is_empty());
            })
        },
        &["no_restriction_and_nobody_are_told_apart"],
    ),
    (
        "takes no restriction for nobody",
        |table, query| {
            altered(table, query, |token| {
                token.allowed_ips.get_or_insert_with(AllowedIps::deny_all);
            })
        },
        &[
            "every_field_comes_back",
            "instants_come_back_to_the_microsecond",
            "usage_counts_come_back_up_to_int64",
            "a_usage_count_beyond_int64_is_exact_or_refused",
            "names_come_back_unchanged",
            "a_long_name_is_whole_or_refused",
            "a_name_with_a_nul_is_whole_or_refused",
            "no_restriction_and_nobody_are_told_apart",
        ],
    ),
    (
        "lists an allowed address once",
        |table, query| {
            altered(table, query, |token| {
                alter_entries(token, |entries| {
                    let mut seen = HashSet::new();
                    entries.retain(|entry| seen.insert(*entry));
                });
            })
        },
        &["allow_lists_come_back_entry_by_entry"],
    ),
    (
        "sorts allowed addresses",
        |table, query| {
            altered(table, query, |token| {
                alter_entries(token, |entries| entries.sort_by_key(|entry| (entry.range(), !entry.is_bare())));
            })
        },
        &["allow_lists_come_back_entry_by_entry"],
    ),
    (
        "takes the range of an address for the address",
        |table, query| {
            altered(table, query, |token| {
                alter_entries(token, |entries| {
                    for entry in entries.iter_mut().filter(|entry| entry.range().hosts().nth(1).is_none()) {
                        *entry = entry.range().addr().into();
                    }
                });
            })
        },
        &["allow_lists_come_back_entry_by_entry"],
    ),
    (
        "cuts the host bits of a range",
        |table, query| {
            altered(table, query, |token| {
                alter_entries(token, |entries| {
                    for entry in entries.iter_mut().filter(|entry| !entry.is_bare()) {
                        *entry = entry.range().trunc().try_into().unwrap();
                    }
                });
            })
        },
        &["allow_lists_come_back_entry_by_entry"],
    ),
    (
        "drops addresses of IPv6",
        |table, query| {
            altered(table, query, |token| {
                let is_ipv6 = |allowed: &mut AllowedIps| allowed.entries().iter().all(|it| it.range().addr().is_ipv6());
                if token.allowed_ips.as_mut().is_some_and(is_ipv6) {
                    token.allowed_ips = Some(AllowedIps::deny_all());
                }
            })
        },
        &["allow_lists_come_back_entry_by_entry"],
    ),
    (
        "leaves out what it cannot read",
        |table, query| {
            let mut slice = block_on(table.memory.list(query))?;
            if table.is_down.load(Ordering::Relaxed) {
                return sound(table, query);
            }
            slice.tokens.retain(|token| !table.is_damaged(query.owner, token.id));
            Ok(slice)
        },
        &["a_row_that_cannot_be_read_is_corrupt"],
    ),
    (
        "asks to be tried again where that does not help",
        |table, query| match sound(table, query) {
            Err(error) if error.kind() == StoreErrorKind::Corrupt => {
                Err(StoreError::new(StoreErrorKind::Unavailable, "invalid allow-list"))
            }
            answer => answer,
        },
        &["a_row_that_cannot_be_read_is_corrupt"],
    ),
    (
        "answers from what it kept while its backend is down",
        |table, query| match sound(table, query) {
            Err(error) if error.kind() == StoreErrorKind::Unavailable => Ok(block_on(table.memory.list(query))?),
            answer => answer,
        },
        &["a_backend_that_is_down_is_unavailable_and_recovers"],
    ),
    (
        "takes a backend that is down for one without tokens",
        |table, query| match sound(table, query) {
            Err(error) if error.kind() == StoreErrorKind::Unavailable => Ok(TokenList::new(Vec::new(), 0)),
            answer => answer,
        },
        &["a_backend_that_is_down_is_unavailable_and_recovers"],
    ),
    (
        "does not tell a backend that is down from any other failure",
        |table, query| {
            sound(table, query).map_err(|error| match error.kind() {
                StoreErrorKind::Unavailable => StoreError::new(StoreErrorKind::Other, "connection refused"),
                _ => error,
            })
        },
        &["a_backend_that_is_down_is_unavailable_and_recovers"],
    ),
    (
        "does not connect again",
        |table, query| match table.was_down.load(Ordering::Relaxed) {
            true => Err(StoreError::new(StoreErrorKind::Unavailable, "connection closed")),
            false => sound(table, query),
        },
        &["a_backend_that_is_down_is_unavailable_and_recovers"],
    ),
    (
        "does not filter",
        |table, query| {
            let mut query = query.clone();
            query.status = None;
            sound(table, &query)
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "filters the window and not the list",
        |table, query| {
            let mut unfiltered = query.clone();
            unfiltered.status = None;
            let mut slice = sound(table, &unfiltered)?;
            slice.tokens.retain(|token| query.status.is_none_or(|filter| filter.matches(token)));
            Ok(slice)
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "filters the rows and not the total",
        |table, query| {
            let mut unfiltered = query.clone();
            unfiltered.status = None;
            Ok(TokenList::new(sound(table, query)?.tokens, sound(table, &unfiltered)?.total))
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "lets expiry beat revocation",
        |table, query| {
            filtered(table, query, |token, now| match TokenStatus::derive(None, token.expires_at, now) {
                TokenStatus::Active => token.status(now),
                expired => expired,
            })
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "takes any revocation for one that has come",
        |table, query| {
            filtered(table, query, |token, now| {
                TokenStatus::derive(token.revoked_at.map(|at| at.min(now)), token.expires_at, now)
            })
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "lets a token die at one instant and live again",
        |table, query| {
            filtered(table, query, |token, now| {
                TokenStatus::derive(token.revoked_at.filter(|at| *at == now), token.expires_at, now)
            })
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "lets a token live through the instant it expires",
        |table, query| {
            filtered(table, query, |token, now| {
                TokenStatus::derive(token.revoked_at, token.expires_at.filter(|at| *at != now), now)
            })
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "lets a token live through the instant it is revoked",
        |table, query| {
            filtered(table, query, |token, now| {
                TokenStatus::derive(token.revoked_at.filter(|at| *at != now), token.expires_at, now)
            })
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "filters by whole seconds",
        |table, query| {
            filtered(table, query, |token, now| {
                TokenStatus::derive(token.revoked_at.map(whole_seconds), token.expires_at.map(whole_seconds), now)
            })
        },
        // The instant itself is a whole second, so one a microsecond later is cut to it.
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "filters from 1970 on",
        |table, query| {
            filtered(table, query, |token, now| {
                let since_1970 = |at: Option<DateTime<Utc>>| at.map(|at| at.max(DateTime::UNIX_EPOCH));
                TokenStatus::derive(since_1970(token.revoked_at), since_1970(token.expires_at), now)
            })
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "filters at an instant of its own",
        |table, query| {
            let mut query = query.clone();
            query.status = query.status.map(|filter| StatusFilter { now: DateTime::<Utc>::MAX_UTC, ..filter });
            sound(table, &query)
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
];

/// Every fault that shows between the awaits of a listing, and exactly the clauses that it breaks.
const FAULTS_IN_STEPS: &[(&str, ListInSteps, &[&str])] = &[
    (
        "counts apart from its rows",
        |table, query| {
            Box::pin(async move {
                let TokenList { tokens, .. } = sound(table, query)?;
                give_way().await;
                Ok(TokenList::new(tokens, sound(table, query)?.total))
            })
        },
        &["rows_and_total_are_of_one_snapshot"],
    ),
    (
        "counts apart where there are no rows to count with",
        |table, query| {
            Box::pin(async move {
                let slice = sound(table, query)?;
                if !slice.tokens.is_empty() {
                    return Ok(slice);
                }
                give_way().await;
                Ok(TokenList::new(Vec::new(), sound(table, query)?.total))
            })
        },
        &["rows_and_total_are_of_one_snapshot"],
    ),
    (
        "counts apart where it passes over nothing",
        |table, query| counts_apart_where(table, query, |query| query.offset == 0),
        &["rows_and_total_are_of_one_snapshot"],
    ),
    (
        "counts again, and believes the smaller",
        |table, query| {
            Box::pin(async move {
                let TokenList { tokens, total, .. } = sound(table, query)?;
                give_way().await;
                Ok(TokenList::new(tokens, sound(table, query)?.total.min(total)))
            })
        },
        &["rows_and_total_are_of_one_snapshot"],
    ),
    (
        "counts apart where the newest come first",
        |table, query| counts_apart_where(table, query, |query| query.order == TokenOrder::NewestFirst),
        &["rows_and_total_are_of_one_snapshot"],
    ),
    (
        "counts apart where it passes over some and filters none",
        |table, query| counts_apart_where(table, query, |query| query.offset > 0 && query.status.is_none()),
        &["rows_and_total_are_of_one_snapshot"],
    ),
    (
        "counts apart where it passes over some and filters all",
        |table, query| counts_apart_where(table, query, |query| query.offset > 0 && query.status.is_some()),
        &["rows_and_total_are_of_one_snapshot"],
    ),
    (
        "counts apart what it filters",
        |table, query| counts_apart_where(table, query, |query| query.status.is_some()),
        &["rows_and_total_are_of_one_snapshot"],
    ),
    (
        "fails where a connection is not free at once",
        |table, query| {
            Box::pin(async move {
                let _busy = Busy::new(table);
                give_way().await;
                if table.busy.load(Ordering::Relaxed) > 20 { broken("too many clients") } else { sound(table, query) }
            })
        },
        &["readers_at_once_get_their_own_answers", "dropped_futures_leave_the_store_usable"],
    ),
    (
        "gives its answer to whoever asked last",
        |table, query| {
            Box::pin(async move {
                *table.latest.lock().unwrap() = query.owner;
                give_way().await;
                let mut query = query.clone();
                query.owner = *table.latest.lock().unwrap();
                sound(table, &query)
            })
        },
        &["readers_at_once_get_their_own_answers"],
    ),
    (
        "loses a connection with a future that is dropped",
        |table, query| {
            Box::pin(async move {
                while table.busy.load(Ordering::Relaxed) >= 64 {
                    give_way().await;
                }
                table.busy.fetch_add(1, Ordering::Relaxed);
                give_way().await;
                table.busy.fetch_sub(1, Ordering::Relaxed);
                sound(table, query)
            })
        },
        &["dropped_futures_leave_the_store_usable", "a_backend_that_is_down_is_unavailable_and_recovers"],
    ),
    (
        "keeps the place of a future that is dropped while it waits for a connection",
        |table, query| {
            Box::pin(async move {
                let place = Arc::new(());
                table.queue.lock().unwrap().push_back(Arc::clone(&place));
                while table.busy.load(Ordering::Relaxed) > 4
                    || table.queue.lock().unwrap().front().is_some_and(|first| !Arc::ptr_eq(first, &place))
                {
                    give_way().await;
                }
                table.queue.lock().unwrap().pop_front();
                let _busy = Busy::new(table);
                give_way().await;
                sound(table, query)
            })
        },
        &["dropped_futures_leave_the_store_usable", "a_backend_that_is_down_is_unavailable_and_recovers"],
    ),
    (
        "leaves the transaction of a future that is dropped open",
        |table, query| {
            Box::pin(async move {
                let left_over = table.left_over.lock().unwrap().clone();
                if let Some((_, slice)) = left_over.filter(|(left, _)| left == query) {
                    return Ok(slice);
                }
                let mut transaction = Transaction { table, begun: Some((query.clone(), sound(table, query)?)) };
                give_way().await;
                transaction.begun = None;
                sound(table, query)
            })
        },
        &["dropped_futures_leave_the_store_usable"],
    ),
    (
        "waits for its backend as long as it takes",
        |table, query| {
            Box::pin(async move {
                while table.is_down.load(Ordering::Relaxed) {
                    give_way().await;
                }
                sound(table, query)
            })
        },
        &["a_backend_that_is_down_is_unavailable_and_recovers"],
    ),
];

/// Counts in a statement of its own for some queries, when others may have written.
fn counts_apart_where<'a>(
    table: &'a Table,
    query: &'a ListQuery<u64>,
    is_apart: fn(&ListQuery<u64>) -> bool,
) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>> {
    Box::pin(async move {
        let TokenList { tokens, .. } = sound(table, query)?;
        if is_apart(query) {
            give_way().await;
        }
        Ok(TokenList::new(tokens, sound(table, query)?.total))
    })
}

/// A listing under way.
struct Busy<'a>(&'a Table);

impl<'a> Busy<'a> {
    fn new(table: &'a Table) -> Self {
        table.busy.fetch_add(1, Ordering::Relaxed);
        Self(table)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What was read in a transaction that nobody ends.
struct Transaction<'a> {
    table: &'a Table,
    begun: Option<(ListQuery<u64>, TokenList)>,
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.begun.is_some() {
            *self.table.left_over.lock().unwrap() = self.begun.take();
        }
    }
}

#[test]
fn a_store_with_one_fault_breaks_exactly_its_clauses() {
    let at_once = FAULTS.iter().map(|(fault, list, clauses)| (fault, List::AtOnce(*list), clauses));
    let in_steps = FAULTS_IN_STEPS.iter().map(|(fault, list, clauses)| (fault, List::InSteps(*list), clauses));
    let mut wrong = Vec::new();
    for (fault, list, clauses) in at_once.chain(in_steps) {
        let violations = violations(Keeps::Never, list);
        let broken = names(violations.as_ref());
        if broken != *clauses {
            wrong.push(format!("a store that {fault} breaks {broken:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_store_may_set_aside_what_a_long_page_needs() {
    let list: ListAtOnce = |table, query| {
        let mut slice = sound(table, query)?;
        let room = (1 << 16) - slice.tokens.len();
        slice.tokens.reserve_exact(room);
        Ok(slice)
    };
    assert_eq!(violations(Keeps::Never, List::AtOnce(list)), None);
}

#[test]
fn a_store_may_call_a_backend_that_is_down_slow_and_find_it_again_in_its_time() {
    let list: ListAtOnce = |table, query| {
        if table.is_down.load(Ordering::Relaxed) {
            return Err(StoreError::new(StoreErrorKind::Timeout, "no connection in 2 s"));
        }
        // Each of its connections fails once more.
        if table.was_down.load(Ordering::Relaxed) && table.busy.fetch_add(1, Ordering::Relaxed) < 8 {
            return broken("connection closed");
        }
        sound(table, query)
    };
    assert_eq!(violations(Keeps::Never, List::AtOnce(list)), None);
}

const STALE: [(Keeps, &str); 2] =
    [(Keeps::UntilRemove, "an_inserted_token_shows_at_once"), (Keeps::UntilInsert, "a_removed_token_is_gone")];

#[test]
fn a_store_with_old_answers_breaks_the_clause_of_what_it_missed() {
    for (keeps, clause) in STALE {
        assert_eq!(names(violations(keeps, List::AtOnce(sound)).as_ref()), [clause]);
    }
}

/// Every clause there is: a store without any answer breaks them all.
fn clauses() -> Vec<&'static str> {
    names(violations(Keeps::Never, List::AtOnce(|_, _| broken("the disk is full"))).as_ref())
}

#[test]
fn every_clause_is_broken_alone_by_some_fault() {
    let alone = |clauses: &&[&'static str]| <[_; 1]>::try_from(*clauses).ok().map(|[clause]| clause);
    let faults = FAULTS.iter().map(|(.., clauses)| clauses).chain(FAULTS_IN_STEPS.iter().map(|(.., clauses)| clauses));
    let broken: BTreeSet<_> = faults.filter_map(alone).chain(STALE.map(|(_, clause)| clause)).collect();
    let clauses = clauses();
    assert_eq!(clauses, public_clauses());
    assert_eq!(broken, clauses.into_iter().collect());
}

/// The clauses that are public functions, in their order in the source.
fn public_clauses() -> Vec<String> {
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/contract.rs")).unwrap();
    let functions = source.lines().filter_map(|line| line.trim_start().strip_prefix("pub async fn "));
    let names = functions.map(|function| function.split(['<', '(']).next().unwrap().to_owned());
    names.filter(|name| name != "check_all").collect()
}

#[test]
fn violations_are_listed_by_name_with_what_was_expected() {
    let violations = violations(Keeps::Never, List::AtOnce(|_, _| broken("the disk is full"))).unwrap();
    let mut expected = "the store breaks its contract".to_owned();
    for clause in clauses() {
        let got = match clause {
            "a_row_that_cannot_be_read_is_corrupt" => {
                "a list with a damaged row: expected corrupt data, got the token store failed: the disk is full"
            }
            _ => "the token store failed: the disk is full",
        };
        expected += &format!("\n  {clause}: {got}");
    }
    assert_eq!(violations.to_string(), expected);

    let late = self::violations(Keeps::UntilInsert, List::AtOnce(sound)).unwrap();
    assert_eq!(
        late.to_string(),
        concat!(
            "the store breaks its contract\n",
            "  a_removed_token_is_gone: the list after a removal: expected ids [1, 3] of a total of 2, ",
            "got [1, 2, 3] of 3",
        )
    );
    let (_, violation) = late.iter().next().unwrap();
    assert!(violation.source().is_none() && late.source().is_none());
}

#[test]
fn a_field_that_differs_is_named_and_a_long_one_cut() {
    let cuts: ListAtOnce = |table, query| {
        altered(table, query, |token| {
            let end = (0..=400).rev().find(|at| token.name.is_char_boundary(*at));
            token.name = token.name[..end.unwrap()].into();
        })
    };
    let violations = violations(Keeps::Never, List::AtOnce(cuts)).unwrap();
    let messages: Vec<_> = violations.iter().map(|(_, violation)| violation.to_string()).collect();
    let long = "long ".repeat(11);
    let wide = "日".repeat(133);
    assert_eq!(
        messages,
        [
            format!(r#"name of token 18: expected "{}", got "{wide}""#, "日".repeat(255)),
            format!(
                r#"name of token 3: expected "{long}long.. (10002 characters), got "{long}long.. (402 characters)"#
            ),
        ]
    );
}

#[test]
fn a_fixture_that_fails_is_told_from_a_store_that_does() {
    let sealed = Sound { refuses: |_| true, ..Sound::new(|memory| memory) };
    let violations = block_on(contract::check_all(&sealed)).unwrap_err();
    let mut expected = clauses();
    expected.retain(|clause| !OPTIONAL.contains(clause));
    assert_eq!(names(Some(&violations)), expected[1..], "only the empty list needs no token");
    assert_eq!(violations.skipped().clauses(), OPTIONAL);
    let text = violations.to_string();
    assert!(OPTIONAL.iter().all(|clause| text.contains(&format!("\n  {clause}: not tried"))), "{text}");
    assert_eq!(format!("{violations:?}"), text);
    for (clause, violation) in violations.iter() {
        assert_eq!(violation.to_string(), "the fixture failed: check constraint violated", "{clause}");
    }
}

#[test]
fn a_clause_can_be_checked_alone() {
    let fixture = Sound { is_append_only: true, ..Sound::new(|memory| memory) };
    assert_eq!(block_on(contract::an_inserted_token_shows_at_once(&fixture)), Ok(()));
    let violation = block_on(contract::a_removed_token_is_gone(&fixture)).unwrap_err();
    assert_eq!(violation.to_string(), "the fixture failed: append only");
    assert_eq!(block_on(contract::a_row_that_cannot_be_read_is_corrupt(&fixture)), None);
}

#[test]
fn the_checks_can_run_on_another_thread() {
    fn can_go<T: Send>(_: T) {}
    can_go(contract::check_all(&Sound::new(|memory| memory)));
}
