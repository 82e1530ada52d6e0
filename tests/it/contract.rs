//! The contract suite, on stores that keep to the contract and on stores that break one clause of it.

use std::collections::{BTreeSet, HashSet};
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Timelike, Utc};
use pollster::block_on;
use tokenfolio::contract::{self, Fixture, SetUpError, Violations};
use tokenfolio::{
    AccessToken, AllowedIp, AllowedIps, DynTokenStore, ListQuery, MemoryStore, StatusFilter, StoreError,
    StoreErrorKind, TokenId, TokenOrder, TokenSlice, TokenStatus, TokenStore,
};

/// A store in memory behind any kind of pointer.
struct Sound<S> {
    memory: Arc<MemoryStore<u64>>,
    store: S,
    owners: AtomicU64,
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

    async fn insert(&self, owner: &u64, token: AccessToken) -> Result<(), SetUpError> {
        self.memory.insert(*owner, token);
        Ok(())
    }

    async fn remove(&self, owner: &u64, id: TokenId) -> Result<(), SetUpError> {
        self.memory.remove(owner, id).map(drop).ok_or_else(|| "no such token".into())
    }
}

#[track_caller]
fn pass<S: TokenStore<Owner = u64>>(store: fn(Arc<MemoryStore<u64>>) -> S) {
    let memory = Arc::new(MemoryStore::new());
    let fixture = Sound { store: store(Arc::clone(&memory)), memory, owners: AtomicU64::new(0) };
    for _ in 0..2 {
        if let Err(violations) = block_on(contract::check_all(&fixture)) {
            panic!("{violations}");
        }
    }
}

#[test]
fn the_store_in_memory_passes_twice_on_one_table() {
    pass(|memory| memory);
}

#[test]
fn the_store_in_memory_passes_as_a_trait_object() {
    pass(|memory| -> Arc<dyn DynTokenStore<Owner = u64>> { memory });
    pass(|memory| -> Box<dyn DynTokenStore<Owner = u64>> { Box::new(memory) });
}

type List = fn(&MemoryStore<u64>, &ListQuery<u64>) -> Result<TokenSlice, StoreError>;

/// A store in memory that lists in its own way.
struct Broken {
    memory: MemoryStore<u64>,
    owners: AtomicU64,
    list: List,
    cache: Mutex<Vec<(ListQuery<u64>, TokenSlice)>>,
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

    async fn list(&self, query: &ListQuery<u64>) -> Result<TokenSlice, StoreError> {
        let mut cache = self.cache.lock().unwrap();
        if let Some((_, slice)) = cache.iter().find(|(known, _)| known == query) {
            return Ok(slice.clone());
        }
        let slice = (self.list)(&self.memory, query)?;
        if self.keeps != Keeps::Never {
            cache.push((query.clone(), slice.clone()));
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

    async fn insert(&self, owner: &u64, token: AccessToken) -> Result<(), SetUpError> {
        self.memory.insert(*owner, token);
        if self.keeps == Keeps::UntilInsert {
            self.cache.lock().unwrap().clear();
        }
        Ok(())
    }

    async fn remove(&self, owner: &u64, id: TokenId) -> Result<(), SetUpError> {
        self.memory.remove(owner, id).map(drop).ok_or("no such token")?;
        if self.keeps == Keeps::UntilRemove {
            self.cache.lock().unwrap().clear();
        }
        Ok(())
    }
}

fn violations(keeps: Keeps, list: List) -> Option<Violations> {
    let fixture =
        Broken { memory: MemoryStore::new(), owners: AtomicU64::new(0), list, cache: Mutex::default(), keeps };
    block_on(contract::check_all(&fixture)).err()
}

fn names(violations: Option<&Violations>) -> Vec<&'static str> {
    violations.into_iter().flat_map(Violations::iter).map(|(clause, _)| clause).collect()
}

/// What a sound store lists.
fn sound(memory: &MemoryStore<u64>, query: &ListQuery<u64>) -> Result<TokenSlice, StoreError> {
    block_on(memory.list(query))
}

/// All that a query is about, in its order, without its window.
fn all(memory: &MemoryStore<u64>, query: &ListQuery<u64>) -> Result<Vec<AccessToken>, StoreError> {
    let mut query = query.clone();
    (query.offset, query.limit) = (0, std::num::NonZeroU32::MAX);
    Ok(sound(memory, &query)?.tokens)
}

/// The window of rows that were put in order, or altered, before.
fn window(rows: Vec<AccessToken>, query: &ListQuery<u64>) -> Result<TokenSlice, StoreError> {
    let total = rows.len() as u64;
    let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
    Ok(TokenSlice::new(rows.into_iter().skip(offset).take(query.limit.get() as usize).collect(), total))
}

/// A sound listing whose rows are altered.
fn altered(
    memory: &MemoryStore<u64>,
    query: &ListQuery<u64>,
    alter: impl FnMut(&mut AccessToken),
) -> Result<TokenSlice, StoreError> {
    let mut slice = sound(memory, query)?;
    slice.tokens.iter_mut().for_each(alter);
    Ok(slice)
}

/// A listing filtered by a rule of its own.
fn filtered(
    memory: &MemoryStore<u64>,
    query: &ListQuery<u64>,
    status: fn(&AccessToken, DateTime<Utc>) -> TokenStatus,
) -> Result<TokenSlice, StoreError> {
    let mut unfiltered = query.clone();
    unfiltered.status = None;
    let mut rows = all(memory, &unfiltered)?;
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

fn broken(message: &str) -> Result<TokenSlice, StoreError> {
    Err(StoreError::new(StoreErrorKind::Other, message))
}

/// Every fault, and exactly the clauses that it breaks.
const FAULTS: &[(&str, List, &[&str])] = &[
    (
        "does not know an owner without tokens",
        |memory, query| match sound(memory, query)? {
            slice if slice.total == 0 => broken("no such owner"),
            slice => Ok(slice),
        },
        &["an_owner_without_tokens_has_an_empty_list"],
    ),
    (
        "counts one where there is none",
        |memory, query| {
            let mut slice = sound(memory, query)?;
            slice.total = slice.total.max(1);
            Ok(slice)
        },
        &["an_owner_without_tokens_has_an_empty_list"],
    ),
    (
        "lists few tokens by when they were made",
        |memory, query| {
            let mut rows = all(memory, query)?;
            if rows.len() < 10 {
                rows.sort_by_key(|token| token.created_at);
            }
            window(rows, query)
        },
        &["rows_come_by_id_ascending"],
    ),
    (
        "lists by when tokens were made",
        |memory, query| {
            let mut rows = all(memory, query)?;
            rows.sort_by_key(|token| token.created_at);
            window(rows, query)
        },
        &["rows_come_by_id_ascending", "every_field_comes_back"],
    ),
    (
        "knows one order",
        |memory, query| {
            let mut query = query.clone();
            query.order = TokenOrder::OldestFirst;
            sound(memory, &query)
        },
        &["newest_first_is_the_reverse"],
    ),
    (
        "turns the window round instead of the list",
        |memory, query| {
            let mut oldest_first = query.clone();
            oldest_first.order = TokenOrder::OldestFirst;
            let mut slice = sound(memory, &oldest_first)?;
            if query.order == TokenOrder::NewestFirst {
                slice.tokens.reverse();
            }
            Ok(slice)
        },
        &["newest_first_is_the_reverse"],
    ),
    (
        "orders ids without their sign",
        |memory, query| {
            let mut rows = all(memory, query)?;
            if query.order == TokenOrder::OldestFirst {
                rows.sort_by_key(|token| token.id.0.cast_unsigned());
            }
            window(rows, query)
        },
        &["ids_are_ordered_as_signed_numbers"],
    ),
    (
        "cuts ids to 32 bits",
        |memory, query| altered(memory, query, |token| token.id.0 = token.id.0.clamp(i32::MIN.into(), i32::MAX.into())),
        &["ids_are_ordered_as_signed_numbers"],
    ),
    (
        "counts one less where the last page is full",
        |memory, query| {
            let mut slice = sound(memory, query)?;
            slice.total -= u64::from(query.offset.checked_add(query.limit.get().into()) == Some(slice.total));
            Ok(slice)
        },
        &["every_window_is_exact"],
    ),
    (
        "loses the last row where the last page is full",
        |memory, query| {
            let mut slice = sound(memory, query)?;
            if query.offset.checked_add(query.limit.get().into()) == Some(slice.total) {
                slice.tokens.pop();
            }
            Ok(slice)
        },
        &["every_window_is_exact", "a_walk_yields_every_token_once"],
    ),
    (
        "takes offsets for pages",
        |memory, query| {
            let mut query = query.clone();
            query.offset -= query.offset % u64::from(query.limit.get());
            sound(memory, &query)
        },
        &[
            "newest_first_is_the_reverse",
            "every_window_is_exact",
            "a_window_past_the_end_is_empty_and_counts_all",
            "a_limit_beyond_the_end_is_cut",
        ],
    ),
    (
        "counts with the rows, so not where there are none",
        |memory, query| {
            let mut slice = sound(memory, query)?;
            if slice.tokens.is_empty() {
                slice.total = 0;
            }
            Ok(slice)
        },
        &["a_window_past_the_end_is_empty_and_counts_all"],
    ),
    (
        "takes offsets for int64",
        |memory, query| match i64::try_from(query.offset) {
            Ok(_) => sound(memory, query),
            Err(_) => broken("offset is negative"),
        },
        &["a_window_past_the_end_is_empty_and_counts_all"],
    ),
    (
        "cuts offsets to 32 bits",
        |memory, query| {
            let mut query = query.clone();
            query.offset &= u64::from(u32::MAX);
            sound(memory, &query)
        },
        &["a_window_past_the_end_is_empty_and_counts_all"],
    ),
    (
        "goes round to the first page past the end",
        |memory, query| {
            let slice = sound(memory, query)?;
            let mut first = query.clone();
            first.offset = 0;
            if slice.tokens.is_empty() { sound(memory, &first) } else { Ok(slice) }
        },
        &["a_window_past_the_end_is_empty_and_counts_all"],
    ),
    (
        "takes limits for int32",
        |memory, query| match i32::try_from(query.limit.get()) {
            Ok(_) => sound(memory, query),
            Err(_) => broken("limit is negative"),
        },
        &["a_limit_beyond_the_end_is_cut"],
    ),
    (
        "lists no more than the first hundred",
        |memory, query| {
            let mut slice = sound(memory, query)?;
            slice.tokens.truncate(usize::try_from(100_u64.saturating_sub(query.offset)).unwrap());
            Ok(slice)
        },
        &["a_walk_yields_every_token_once"],
    ),
    (
        "lists no more than twenty at once",
        |memory, query| {
            let mut slice = sound(memory, query)?;
            slice.tokens.truncate(20);
            Ok(slice)
        },
        &["every_window_is_exact", "a_walk_yields_every_token_once"],
    ),
    (
        "lists the next owner's tokens too",
        |memory, query| {
            let mut theirs = query.clone();
            theirs.owner += 1;
            let mut rows = all(memory, query)?;
            rows.extend(all(memory, &theirs)?);
            if query.order == TokenOrder::OldestFirst {
                rows.sort_by_key(|token| token.id);
            }
            window(rows, query)
        },
        &["tokens_of_other_owners_never_show"],
    ),
    (
        "counts the next owner's tokens too",
        |memory, query| {
            let mut theirs = query.clone();
            theirs.owner += 1;
            let mut slice = sound(memory, query)?;
            slice.total += sound(memory, &theirs)?.total;
            Ok(slice)
        },
        &["tokens_of_other_owners_never_show"],
    ),
    (
        "takes tokens of the same id for one",
        |memory, query| {
            let mut theirs = query.clone();
            theirs.owner += 1;
            let theirs = all(memory, &theirs)?;
            altered(memory, query, |token| {
                token.clone_from(theirs.iter().find(|their| their.id == token.id).unwrap_or(&token.clone()));
            })
        },
        &["tokens_of_other_owners_never_show"],
    ),
    (
        "keeps no fraction of when a token was made",
        |memory, query| altered(memory, query, |token| token.created_at = whole_seconds(token.created_at)),
        &["every_field_comes_back"],
    ),
    (
        "keeps milliseconds of when a token was used",
        |memory, query| {
            altered(memory, query, |token| {
                token.last_used_at =
                    token.last_used_at.and_then(|at| DateTime::from_timestamp_millis(at.timestamp_millis()));
            })
        },
        &["every_field_comes_back"],
    ),
    (
        "forgets when a token was used",
        |memory, query| altered(memory, query, |token| token.last_used_at = None),
        &["every_field_comes_back"],
    ),
    (
        "takes a token that was never used for one used when it was made",
        |memory, query| {
            altered(memory, query, |token| token.last_used_at = token.last_used_at.or(Some(token.created_at)))
        },
        &["every_field_comes_back", "names_come_back_unchanged", "no_restriction_and_nobody_are_told_apart"],
    ),
    (
        "forgets when a token expires",
        |memory, query| altered(memory, query, |token| token.expires_at = None),
        &["every_field_comes_back"],
    ),
    (
        "forgets when a token is revoked",
        |memory, query| altered(memory, query, |token| token.revoked_at = None),
        &["every_field_comes_back"],
    ),
    (
        "counts uses in 32 bits",
        |memory, query| altered(memory, query, |token| token.usage_count = token.usage_count.min(u32::MAX.into())),
        &["every_field_comes_back"],
    ),
    (
        "begins its calendar in 1970",
        |memory, query| altered(memory, query, |token| token.created_at = token.created_at.max(DateTime::UNIX_EPOCH)),
        &["every_field_comes_back"],
    ),
    (
        "lists an allowed address once",
        |memory, query| {
            altered(memory, query, |token| {
                alter_entries(token, |entries| {
                    let mut seen = HashSet::new();
                    entries.retain(|entry| seen.insert(*entry));
                });
            })
        },
        &["every_field_comes_back"],
    ),
    (
        "sorts allowed addresses",
        |memory, query| {
            altered(memory, query, |token| alter_entries(token, |entries| entries.sort_by_key(AllowedIp::range)))
        },
        &["every_field_comes_back"],
    ),
    (
        "takes an address for the range of it",
        |memory, query| {
            altered(memory, query, |token| {
                alter_entries(token, |entries| {
                    entries.iter_mut().for_each(|entry| *entry = entry.range().try_into().unwrap());
                });
            })
        },
        &["every_field_comes_back"],
    ),
    (
        "cuts the host bits of a range",
        |memory, query| {
            altered(memory, query, |token| {
                alter_entries(token, |entries| {
                    for entry in entries.iter_mut().filter(|entry| !entry.is_bare()) {
                        *entry = entry.range().trunc().try_into().unwrap();
                    }
                });
            })
        },
        &["every_field_comes_back"],
    ),
    (
        "trims names",
        |memory, query| altered(memory, query, |token| token.name = token.name.trim().to_owned()),
        &["names_come_back_unchanged"],
    ),
    (
        "pads names as CHAR does",
        |memory, query| altered(memory, query, |token| token.name = token.name.trim_end_matches(' ').to_owned()),
        &["names_come_back_unchanged"],
    ),
    (
        "lowers names",
        |memory, query| altered(memory, query, |token| token.name = token.name.to_lowercase()),
        &["names_come_back_unchanged"],
    ),
    (
        "cuts names to 255 characters",
        |memory, query| altered(memory, query, |token| token.name = token.name.chars().take(255).collect()),
        &["names_come_back_unchanged"],
    ),
    (
        "keeps three bytes of a character",
        |memory, query| altered(memory, query, |token| token.name = token.name.replace('🦀', "?")),
        &["names_come_back_unchanged"],
    ),
    (
        "composes accents",
        |memory, query| altered(memory, query, |token| token.name = token.name.replace("e\u{301}", "\u{e9}")),
        &["names_come_back_unchanged"],
    ),
    (
        "unescapes entities",
        |memory, query| altered(memory, query, |token| token.name = token.name.replace("&amp;", "&")),
        &["names_come_back_unchanged"],
    ),
    (
        "takes nobody for no restriction",
        |memory, query| {
            altered(memory, query, |token| {
                token.allowed_ips = token.allowed_ips.take().filter(|allowed| !allowed.entries().is_empty());
            })
        },
        &["no_restriction_and_nobody_are_told_apart"],
    ),
    (
        "takes no restriction for nobody",
        |memory, query| {
            altered(memory, query, |token| {
                token.allowed_ips.get_or_insert_with(AllowedIps::nobody);
            })
        },
        &["every_field_comes_back", "names_come_back_unchanged", "no_restriction_and_nobody_are_told_apart"],
    ),
    (
        "does not filter",
        |memory, query| {
            let mut query = query.clone();
            query.status = None;
            sound(memory, &query)
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "filters the window and not the list",
        |memory, query| {
            let mut unfiltered = query.clone();
            unfiltered.status = None;
            let mut slice = sound(memory, &unfiltered)?;
            slice.tokens.retain(|token| query.status.is_none_or(|filter| filter.matches(token)));
            Ok(slice)
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "filters the rows and not the total",
        |memory, query| {
            let mut unfiltered = query.clone();
            unfiltered.status = None;
            Ok(TokenSlice::new(sound(memory, query)?.tokens, sound(memory, &unfiltered)?.total))
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "lets expiry beat revocation",
        |memory, query| {
            filtered(memory, query, |token, now| match TokenStatus::derive(None, token.expires_at, now) {
                TokenStatus::Active => token.status(now),
                expired => expired,
            })
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "takes any revocation for one that has come",
        |memory, query| {
            filtered(memory, query, |token, now| {
                TokenStatus::derive(token.revoked_at.map(|at| at.min(now)), token.expires_at, now)
            })
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "lets a token live through the instant it expires",
        |memory, query| {
            filtered(memory, query, |token, now| {
                TokenStatus::derive(token.revoked_at, token.expires_at.filter(|at| *at != now), now)
            })
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "lets a token live through the instant it is revoked",
        |memory, query| {
            filtered(memory, query, |token, now| {
                TokenStatus::derive(token.revoked_at.filter(|at| *at != now), token.expires_at, now)
            })
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "filters by whole seconds",
        |memory, query| {
            filtered(memory, query, |token, now| {
                TokenStatus::derive(token.revoked_at.map(whole_seconds), token.expires_at.map(whole_seconds), now)
            })
        },
        // The instant itself is a whole second, so one a microsecond later is cut to it.
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
    (
        "filters at an instant of its own",
        |memory, query| {
            let mut query = query.clone();
            query.status = query.status.map(|filter| StatusFilter { now: DateTime::<Utc>::MAX_UTC, ..filter });
            sound(memory, &query)
        },
        &["a_status_filter_agrees_with_the_derived_status"],
    ),
];

#[test]
fn a_store_with_one_fault_breaks_exactly_its_clauses() {
    for (fault, list, clauses) in FAULTS {
        let violations = violations(Keeps::Never, *list);
        assert_eq!(names(violations.as_ref()), *clauses, "a store that {fault}");
    }
}

const STALE: [(Keeps, &str); 2] =
    [(Keeps::UntilRemove, "an_inserted_token_shows_at_once"), (Keeps::UntilInsert, "a_removed_token_is_gone")];

#[test]
fn a_store_with_old_answers_breaks_the_clause_of_what_it_missed() {
    for (keeps, clause) in STALE {
        assert_eq!(names(violations(keeps, sound).as_ref()), [clause]);
    }
}

/// Every clause there is: a store without any answer breaks them all.
fn clauses() -> Vec<&'static str> {
    names(violations(Keeps::Never, |_, _| broken("the disk is full")).as_ref())
}

#[test]
fn every_clause_is_broken_alone_by_some_fault() {
    let alone = |clauses: &&[&'static str]| <[_; 1]>::try_from(*clauses).ok().map(|[clause]| clause);
    let broken: BTreeSet<_> =
        FAULTS.iter().filter_map(|(_, _, clauses)| alone(clauses)).chain(STALE.map(|(_, clause)| clause)).collect();
    let clauses = clauses();
    assert_eq!(clauses.len(), 15);
    assert_eq!(broken, clauses.into_iter().collect());
}

#[test]
fn violations_are_listed_by_name_with_what_was_expected() {
    let violations = violations(Keeps::Never, |_, _| broken("the disk is full")).unwrap();
    let mut expected = "the store breaks its contract".to_owned();
    for clause in clauses() {
        expected += &format!("\n  {clause}: the token store failed: the disk is full");
    }
    assert_eq!(violations.to_string(), expected);

    let late = self::violations(Keeps::UntilInsert, sound).unwrap();
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

/// A fixture whose table cannot be filled.
struct Sealed(MemoryStore<u64>);

impl Fixture for Sealed {
    type Owner = u64;
    type Store = MemoryStore<u64>;

    fn store(&self) -> &Self::Store {
        &self.0
    }

    fn fresh_owner(&self) -> u64 {
        7
    }

    async fn insert(&self, _owner: &u64, _token: AccessToken) -> Result<(), SetUpError> {
        Err("permission denied".into())
    }

    async fn remove(&self, _owner: &u64, _id: TokenId) -> Result<(), SetUpError> {
        Err("permission denied".into())
    }
}

#[test]
fn a_fixture_that_fails_is_told_from_a_store_that_does() {
    let violations = block_on(contract::check_all(&Sealed(MemoryStore::new()))).unwrap_err();
    let broken = names(Some(&violations));
    assert_eq!(broken, clauses()[1..], "only the empty list needs no token");
    for (clause, violation) in violations.iter() {
        assert_eq!(violation.to_string(), "the fixture failed: permission denied", "{clause}");
    }
}

/// A store that removes nothing.
struct Keeping(Sound<Arc<MemoryStore<u64>>>);

impl Fixture for Keeping {
    type Owner = u64;
    type Store = Arc<MemoryStore<u64>>;

    fn store(&self) -> &Self::Store {
        self.0.store()
    }

    fn fresh_owner(&self) -> u64 {
        self.0.fresh_owner()
    }

    async fn insert(&self, owner: &u64, token: AccessToken) -> Result<(), SetUpError> {
        self.0.insert(owner, token).await
    }

    async fn remove(&self, _owner: &u64, _id: TokenId) -> Result<(), SetUpError> {
        Err("append only".into())
    }
}

#[test]
fn a_clause_can_be_checked_alone() {
    let memory = Arc::new(MemoryStore::new());
    let fixture = Keeping(Sound { store: Arc::clone(&memory), memory, owners: AtomicU64::new(0) });
    assert_eq!(block_on(contract::an_inserted_token_shows_at_once(&fixture)), Ok(()));
    let violation = block_on(contract::a_removed_token_is_gone(&fixture)).unwrap_err();
    assert_eq!(violation.to_string(), "the fixture failed: append only");
}
