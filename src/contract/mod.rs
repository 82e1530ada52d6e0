//! What every [`TokenStore`] must pass, for its author's tests: one function a clause, and [`check_all`].
//!
//! The author writes a [`Fixture`]: the store, how a token gets into its table and out again, and how to sleep. The checks
//! need no runtime of their own, and no clean table: each asks for owners of its own. Together they make some three
//! thousand calls. An answer that takes longer than ten seconds breaks the clause it was asked for, so a store that hangs
//! does not hang its tests.
//!
//! What some stores cannot be brought to is optional: a backend that is down, a row that cannot be read. A fixture answers
//! `None` to it, and [`check_all`] tells in turn what was not tried.
//!
//! # Examples
//!
//! A store over a table, and its tests. The table stands for a database; `sleep` is that of the store's runtime.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::Mutex;
//! use std::sync::atomic::{AtomicU64, Ordering};
//! use std::time::Duration;
//!
//! use tokenfolio::contract::{self, Fixture, FixtureFuture, FixtureError};
//! use tokenfolio::{AccessToken, ListQuery, StoreError, StoreErrorKind, TokenId, TokenOrder, TokenList, TokenStore};
//!
//! #[derive(Default)]
//! struct Table(Mutex<BTreeMap<(u64, TokenId), AccessToken>>);
//!
//! impl TokenStore for Table {
//!     type Owner = u64;
//!
//!     async fn list(&self, query: &ListQuery<u64>) -> Result<TokenList, StoreError> {
//!         let rows = self.0.lock().map_err(|error| StoreError::new(StoreErrorKind::Other, error.to_string()))?;
//!         let owned = (query.owner, TokenId(i64::MIN))..=(query.owner, TokenId(i64::MAX));
//!         let mut found: Vec<_> = rows.range(owned).map(|(_, token)| token).collect();
//!         found.retain(|token| query.status.is_none_or(|filter| filter.matches(token)));
//!         if query.order == TokenOrder::NewestFirst {
//!             found.reverse();
//!         }
//!         let total = found.len() as u64;
//!         let (offset, limit) = (usize::try_from(query.offset).unwrap_or(usize::MAX), query.limit.get() as usize);
//!         Ok(TokenList::new(found.into_iter().skip(offset).take(limit).cloned().collect(), total))
//!     }
//! }
//!
//! #[derive(Default)]
//! struct Database {
//!     table: Table,
//!     owners: AtomicU64,
//! }
//!
//! impl Fixture for Database {
//!     type Owner = u64;
//!     type Store = Table;
//!
//!     fn store(&self) -> &Table {
//!         &self.table
//!     }
//!
//!     fn fresh_owner(&self) -> u64 {
//!         self.owners.fetch_add(1, Ordering::Relaxed)
//!     }
//!
//!     async fn insert(&self, owner: &u64, token: AccessToken) -> Result<(), FixtureError> {
//!         self.table.0.lock().map_err(|error| error.to_string())?.insert((*owner, token.id), token);
//!         Ok(())
//!     }
//!
//!     async fn remove(&self, owner: &u64, id: TokenId) -> Result<(), FixtureError> {
//!         let removed = self.table.0.lock().map_err(|error| error.to_string())?.remove(&(*owner, id));
//!         removed.map(drop).ok_or_else(|| "no such token".into())
//!     }
//!
//!     async fn sleep(&self, duration: Duration) {
//!         futures_timer::Delay::new(duration).await;
//!     }
//!
//!     fn stop_backend(&self) -> Option<FixtureFuture<'_>> {
//!         None
//!     }
//!
//!     fn start_backend(&self) -> Option<FixtureFuture<'_>> {
//!         None
//!     }
//!
//!     fn corrupt_row(&self, _owner: u64, _id: TokenId) -> Option<FixtureFuture<'_>> {
//!         None
//!     }
//! }
//!
//! # fn main() -> Result<(), contract::Violations> {
//! let skipped = pollster::block_on(contract::check_all(&Database::default()))?;
//! assert_eq!(
//!     skipped.clauses(),
//!     ["a_row_that_cannot_be_read_is_corrupt", "a_backend_that_is_down_is_unavailable_and_recovers"]
//! );
//! # Ok(())
//! # }
//! ```

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::iter::successors;
use std::num::NonZeroU32;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::{ListQuery, StatusFilter, StoreError, StoreErrorKind, TokenList, TokenOrder, TokenStore};
use crate::token::allowed_ips::AllowedIps;
use crate::token::status::TokenStatus;
use crate::token::{AccessToken, TokenId};

/// How long an answer may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// Why a fixture could not bring its table into the state that a check needs.
pub type FixtureError = Box<dyn Error + Send + Sync>;

/// Something that a fixture can do, done when it is awaited.
pub type FixtureFuture<'a> = Pin<Box<dyn Future<Output = Result<(), FixtureError>> + Send + 'a>>;

/// A store under test, and what is done to its table and its backend.
pub trait Fixture: Send + Sync {
    /// The store's owners.
    type Owner: Clone + Send + Sync;
    /// The store under test.
    type Store: TokenStore<Owner = Self::Owner>;

    /// Returns the store.
    fn store(&self) -> &Self::Store;

    /// Returns an owner that it never returned before and that has no tokens.
    fn fresh_owner(&self) -> Self::Owner;

    /// Puts a token into the owner's table. Ids are unique within an owner: others may have a token of the same id.
    ///
    /// # Errors
    ///
    /// Whatever keeps the token from being there afterwards, as it is. The check then fails, unless it is about a token
    /// that may be refused: one with a U+0000 in its name, with a name above 255 characters, or with a count of uses above
    /// `i64::MAX`.
    fn insert(&self, owner: &Self::Owner, token: AccessToken) -> impl Future<Output = Result<(), FixtureError>> + Send;

    /// Takes a token out of the owner's table.
    ///
    /// # Errors
    ///
    /// Whatever keeps the token from being gone afterwards; the check then fails.
    fn remove(&self, owner: &Self::Owner, id: TokenId) -> impl Future<Output = Result<(), FixtureError>> + Send;

    /// Waits: the `sleep` of whatever runtime the store lives in.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;

    /// Stops what the store needs to answer, for all its owners. `None` where there is nothing that could be stopped, or
    /// where others need it.
    fn stop_backend(&self) -> Option<FixtureFuture<'_>>;

    /// Starts what [`stop_backend`](Self::stop_backend) stopped. `None` where that is.
    fn start_backend(&self) -> Option<FixtureFuture<'_>>;

    /// Makes the row of a token one that no token can be read from: a count below zero, an allow-list that is no list.
    /// `None` where the table cannot hold such a row.
    fn corrupt_row(&self, owner: Self::Owner, id: TokenId) -> Option<FixtureFuture<'_>>;
}

/// How a store breaks a clause.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation(String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Violation {}

impl From<StoreError> for Violation {
    fn from(error: StoreError) -> Self {
        Self(with_causes(&error))
    }
}

impl From<FixtureError> for Violation {
    fn from(error: FixtureError) -> Self {
        Self(format!("the fixture failed: {}", with_causes(&*error)))
    }
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = successors(Some(error), |&error| error.source()).map(ToString::to_string);
    causes.collect::<Vec<_>>().join(": ")
}

/// Every clause that a store breaks, by name.
#[derive(Clone, Eq, PartialEq)]
pub struct Violations {
    broken: Vec<(&'static str, Violation)>,
    skipped: Skipped,
}

impl Violations {
    /// Lists the clauses that are broken, and how.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Violation)> {
        self.broken.iter().map(|(clause, violation)| (*clause, violation))
    }

    /// Returns the clauses that were not tried.
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store breaks its contract")?;
        self.broken.iter().try_for_each(|(clause, violation)| write!(f, "\n  {clause}: {violation}"))?;
        self.skipped.0.iter().try_for_each(|clause| write!(f, "\n  {clause}: not tried"))
    }
}

/// The same text as by `Display`, because this is what is printed of a test that returns it.
impl fmt::Debug for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Violations {}

/// The clauses that a fixture could not bring its store to, by name. The store may keep them or not.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "the store may break what was not tried"]
pub struct Skipped(Vec<&'static str>);

impl Skipped {
    /// Returns the names of the clauses.
    #[must_use]
    pub fn clauses(&self) -> &[&'static str] {
        &self.0
    }
}

macro_rules! all_clauses {
    ($($clause:ident)*) => {
        /// Tries every clause, one after another, and tells which ones the fixture has no way to try.
        ///
        /// # Errors
        ///
        /// Every clause that is broken, not only the first.
        pub async fn check_all<F: Fixture>(fixture: &F) -> Result<Skipped, Violations> {
            let (mut broken, mut skipped) = (Vec::new(), Vec::new());
            $(match Option::<Result<(), Violation>>::from($clause(fixture).await) {
                Some(Ok(())) => {}
                Some(Err(violation)) => broken.push((stringify!($clause), violation)),
                None => skipped.push(stringify!($clause)),
            })*
            let skipped = Skipped(skipped);
            if broken.is_empty() { Ok(skipped) } else { Err(Violations { broken, skipped }) }
        }
    };
}

all_clauses! {
    an_owner_without_tokens_has_an_empty_list
    tokens_of_other_owners_never_show
    rows_come_by_id_ascending
    tokens_of_one_instant_come_by_id
    newest_first_is_the_reverse
    ids_are_ordered_as_signed_numbers
    every_window_is_exact
    a_window_past_the_end_is_empty_and_counts_all
    a_limit_beyond_the_end_is_cut
    a_walk_yields_every_token_once
    a_status_filter_agrees_with_the_derived_status
    every_field_comes_back
    instants_come_back_to_the_microsecond
    usage_counts_come_back_up_to_int64
    a_usage_count_beyond_int64_is_exact_or_refused
    names_come_back_unchanged
    a_long_name_is_whole_or_refused
    a_name_with_a_nul_is_whole_or_refused
    no_restriction_and_nobody_are_told_apart
    allow_lists_come_back_entry_by_entry
    a_row_that_cannot_be_read_is_corrupt
    an_inserted_token_shows_at_once
    a_removed_token_is_gone
    rows_and_total_are_of_one_snapshot
    readers_at_once_get_their_own_answers
    dropped_futures_leave_the_store_usable
    a_backend_that_is_down_is_unavailable_and_recovers
}

/// An owner that the table does not know has no tokens, which is not an error.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn an_owner_without_tokens_has_an_empty_list<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let slice = list(fixture, &ListQuery::new(fixture.fresh_owner())).await?;
    expect("the list of an owner without tokens", &slice, &[], 0)
}

/// Another owner's tokens neither show nor count, even where they have the same ids, filtered or not.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn tokens_of_other_owners_never_show<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let (mine, theirs) = (fixture.fresh_owner(), fixture.fresh_owner());
    for id in 1..=5 {
        insert(fixture, &mine, named(id, "mine")).await?;
        insert(fixture, &theirs, named(id + 2, "theirs")).await?;
    }
    let active = StatusFilter { status: TokenStatus::Active, now: noon() };
    for (owner, name, mut ids) in [(mine, "mine", [1, 2, 3, 4, 5]), (theirs, "theirs", [3, 4, 5, 6, 7])] {
        for order in [TokenOrder::OldestFirst, TokenOrder::NewestFirst] {
            for status in [None, Some(active)] {
                let slice = list(fixture, &ListQuery { order, status, ..ListQuery::new(owner.clone()) }).await?;
                expect("an owner's own tokens", &slice, &ids, 5)?;
                expect_names(&slice, name)?;
            }
            ids.reverse();
        }
    }
    Ok(())
}

/// Rows come by id, ascending, whatever the order they were inserted in and whenever they were made.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn rows_come_by_id_ascending<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let owner = fixture.fresh_owner();
    for (day, id) in (1..).zip([5, 1, 9, 3, 7, 10, 2]) {
        insert(fixture, &owner, AccessToken::new(id, "token", noon() + TimeDelta::days(day))).await?;
    }
    let slice = list(fixture, &ListQuery::new(owner)).await?;
    expect("the order", &slice, &[1, 2, 3, 5, 7, 9, 10], 7)
}

/// Tokens that were made at the same instant come by id, from page to page.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn tokens_of_one_instant_come_by_id<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let owner = fixture.fresh_owner();
    for step in 0..50 {
        // Every id from 1 to 50 once, well mixed: 27 and 50 have no common divisor.
        insert(fixture, &owner, AccessToken::new(step * 27 % 50 + 1, "token", noon())).await?;
    }
    let ids: Vec<_> = (1..=50).collect();
    let walked = walk(fixture, &owner, 7, 50).await?;
    expect("tokens of one instant, by 7", &walked, &ids, 50)
}

/// [`TokenOrder::NewestFirst`] gives the same rows the other way round, and windows count from the new front.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn newest_first_is_the_reverse<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let owner = owner_of(fixture, &[1, 2, 3, 4, 5]).await?;
    let newest_first = ListQuery { order: TokenOrder::NewestFirst, ..ListQuery::new(owner) };
    for limit in 1..=5 {
        for offset in 0..5 {
            let query = ListQuery { offset: offset as u64, limit: rows(limit), ..newest_first.clone() };
            let ids: Vec<_> = (1..=5).rev().skip(offset).take(limit as usize).collect();
            let what = format!("newest first, {limit} rows after {offset} of 5");
            expect(&what, &list(fixture, &query).await?, &ids, 5)?;
        }
    }
    Ok(())
}

/// Every int64 is an id, and they are compared as numbers with a sign.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn ids_are_ordered_as_signed_numbers<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let ids = [i64::MIN, -2, -1, 0, 1, 2, 10, i64::MAX];
    let owner = owner_of(fixture, &ids).await?;
    expect("extreme ids", &list(fixture, &ListQuery::new(owner)).await?, &ids, 8)
}

/// A window is exactly its rows, and the total counts all, at every edge of a page.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn every_window_is_exact<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    for count in [1, 19, 20, 21, 41] {
        let ids: Vec<i64> = (1..=count).collect();
        let owner = owner_of(fixture, &ids).await?;
        for limit in [1, 7, 20, 21] {
            for offset in 0..ids.len() {
                let query = ListQuery { offset: offset as u64, limit: rows(limit), ..ListQuery::new(owner.clone()) };
                let end = ids.len().min(offset + limit as usize);
                let what = format!("{limit} rows after {offset} of {count}");
                expect(&what, &list(fixture, &query).await?, &ids[offset..end], ids.len() as u64)?;
            }
        }
    }
    Ok(())
}

/// Past the end there are no rows, and the total is exact all the same, however far past it is.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_window_past_the_end_is_empty_and_counts_all<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let owner = owner_of(fixture, &[1, 2, 3]).await?;
    for offset in [3, 4, 1_000, 1 << 32, i64::MAX.unsigned_abs(), 1 << 63, u64::MAX] {
        for order in [TokenOrder::OldestFirst, TokenOrder::NewestFirst] {
            let query = ListQuery { offset, order, ..ListQuery::new(owner.clone()) };
            expect(&format!("the window after {offset} of 3"), &list(fixture, &query).await?, &[], 3)?;
        }
    }
    Ok(())
}

/// A limit is a maximum: it may be as high as a u32 goes, and no room is set aside for it.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_limit_beyond_the_end_is_cut<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    /// A store may set aside what a page is likely to need; this is no page.
    const MUCH_ROOM: usize = 1 << 16;
    let owner = owner_of(fixture, &[1, 2, 3]).await?;
    // A store that sets room aside is found out by a million, before four thousand millions are too many for the machine.
    for limit in [4, 1_000, 1_000_000, u32::MAX] {
        let query = ListQuery { offset: 1, limit: rows(limit), ..ListQuery::new(owner.clone()) };
        let slice = list(fixture, &query).await?;
        expect(&format!("at most {limit} rows after 1 of 3"), &slice, &[2, 3], 3)?;
        let room = slice.tokens.capacity();
        if room > MUCH_ROOM {
            return Err(Violation(format!("at most {limit} rows after 1 of 3: got 2 in room for {room}")));
        }
    }
    Ok(())
}

/// Window after window, every token comes once, in order.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_walk_yields_every_token_once<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let ids: Vec<i64> = (3..).step_by(3).take(257).collect();
    let owner = owner_of(fixture, &ids).await?;
    for limit in [1, 7, 20, 100, 256, 257, 1_000] {
        expect(&format!("a walk by {limit}"), &walk(fixture, &owner, limit, 257).await?, &ids, 257)?;
    }
    Ok(())
}

/// A status filter lists and counts the tokens for which [`TokenStatus::derive`] gives that status at that instant, to
/// the microsecond, in either order.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_status_filter_agrees_with_the_derived_status<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    for now in [noon(), DateTime::UNIX_EPOCH, noon() - TimeDelta::days(30_000)] {
        let instants =
            [None, Some(-1), Some(0), Some(1)].map(|at: Option<i64>| at.map(|at| now + TimeDelta::microseconds(at)));
        let pairs = instants.into_iter().flat_map(|revoked_at| instants.map(|expires_at| (revoked_at, expires_at)));
        let owner = fixture.fresh_owner();
        let mut tokens = Vec::new();
        for (id, (revoked_at, expires_at)) in (1..).zip(pairs) {
            let token = AccessToken { revoked_at, expires_at, ..token(id) };
            insert(fixture, &owner, token.clone()).await?;
            tokens.push(token);
        }
        for status in [TokenStatus::Active, TokenStatus::Expired, TokenStatus::Revoked] {
            let filter = StatusFilter { status, now };
            let mut ids: Vec<_> = tokens.iter().filter(|token| filter.matches(token)).map(|token| token.id.0).collect();
            let total = ids.len() as u64;
            for order in [TokenOrder::OldestFirst, TokenOrder::NewestFirst] {
                let mut query = ListQuery { order, status: Some(filter), ..ListQuery::new(owner.clone()) };
                expect(&format!("the {status} tokens"), &list(fixture, &query).await?, &ids, total)?;
                (query.offset, query.limit) = (1, rows(1));
                expect(&format!("the second {status} token"), &list(fixture, &query).await?, &ids[1..2], total)?;
                query.offset = total;
                expect(&format!("past the {status} tokens"), &list(fixture, &query).await?, &[], total)?;
                ids.reverse();
            }
        }
    }
    Ok(())
}

/// Every field comes back as it was written, and absent ones absent.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn every_field_comes_back<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let full = AccessToken {
        last_used_at: Some(noon() + TimeDelta::days(1)),
        usage_count: 42,
        expires_at: Some(noon() + TimeDelta::days(2)),
        revoked_at: Some(noon() + TimeDelta::days(3)),
        allowed_ips: AllowedIps::parse(["10.0.0.0/24", "203.0.113.12"]).ok(),
        ..named(2, "full")
    };
    expect_back(fixture, vec![named(1, "bare"), full]).await
}

/// Instants come back to the microsecond in every field: from the year 1 to the year 9999, and on both sides of 1970.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn instants_come_back_to_the_microsecond<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    const YEAR_1: i64 = -62_135_596_800;
    const END_OF_9999: i64 = 253_402_300_799;
    let seconds = [YEAR_1, -1, 0, 1_712_846_105, END_OF_9999];
    let instants = seconds.into_iter().flat_map(|seconds| {
        let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        [0, 1, 123_456, 999_999].map(|micros| at + TimeDelta::microseconds(micros))
    });
    let tokens = (1..).zip(instants).map(|(id, at)| AccessToken {
        created_at: at,
        last_used_at: Some(at),
        expires_at: Some(at),
        revoked_at: Some(at),
        ..token(id)
    });
    expect_back(fixture, tokens.collect()).await
}

/// Counts of uses come back exactly, up to the highest that an int64 holds.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn usage_counts_come_back_up_to_int64<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    // The third is the first whole number that a double does not hold.
    let counts = [0, u64::from(u32::MAX), (1 << 53) + 1, HIGHEST_COUNT];
    let tokens = (1..).zip(counts).map(|(id, usage_count)| AccessToken { usage_count, ..token(id) });
    expect_back(fixture, tokens.collect()).await
}

/// A count of uses above the highest int64 comes back exactly, unless the token is refused: it is not wrapped or cut.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_usage_count_beyond_int64_is_exact_or_refused<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let counts = [HIGHEST_COUNT + 1, u64::MAX];
    let tokens = (2..).zip(counts).map(|(id, usage_count)| AccessToken { usage_count, ..token(id) });
    expect_back_or_refused(fixture, tokens.collect()).await
}

/// Names come back character by character: blanks, quotes, case and normal forms are not touched.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn names_come_back_unchanged<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let longest = "日".repeat(LONGEST_NAME);
    let names = [
        "",
        " ",
        "trailing ",
        " leading",
        "name",
        "Name",
        "name ",
        "caf\u{e9}",
        "cafe\u{301}",
        "'\"\\;--",
        "%_",
        "NULL",
        "0012",
        "<b>&amp;",
        "line\nbreak\r\n\ttab\u{1}\u{7f}",
        "日本語 🦀",
        "\u{200b}\u{feff}\u{202e}",
        &longest,
    ];
    expect_back(fixture, (1..).zip(names).map(|(id, name)| named(id, name)).collect()).await
}

/// A name above 255 characters comes back whole, unless the token is refused: it is not cut.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_long_name_is_whole_or_refused<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    // The first is one too many for a byte to count, the last for two.
    let lengths = [256, 10_000, 65_536];
    let tokens = (2..).zip(lengths).map(|(id, length)| named(id, &"long ".repeat(length)[..length]));
    expect_back_or_refused(fixture, tokens.collect()).await
}

/// A name with a U+0000 in it comes back whole, unless the token is refused: it does not end there.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_name_with_a_nul_is_whole_or_refused<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let tokens = (2..).zip(["\0", "a\0b", "end\0"]).map(|(id, name)| named(id, name));
    expect_back_or_refused(fixture, tokens.collect()).await
}

/// A token without an allow-list and one whose allow-list admits nobody are not the same.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn no_restriction_and_nobody_are_told_apart<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let nowhere = AccessToken { allowed_ips: Some(AllowedIps::deny_all()), ..named(2, "nowhere") };
    expect_back(fixture, vec![named(1, "anywhere"), nowhere]).await
}

/// The entries of an allow-list come back in their order and each in its form: a bare address is not the range of it, a
/// range keeps its host bits, and one that is there twice is there twice.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn allow_lists_come_back_entry_by_entry<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let lists = [
        &["203.0.113.12"][..],
        &["203.0.113.12/32"],
        &["203.0.113.12", "10.1.2.3/8", "203.0.113.12", "10.1.2.3/8"],
        &["0.0.0.0/0", "255.255.255.255"],
        &["::ffff:10.0.0.7", "::ffff:10.0.0.0/104"],
        &["2001:db8::7", "2001:db8::7/128", "2001:db8::7/32", "::/0", "::1"],
    ];
    let tokens = (1..)
        .zip(lists)
        .map(|(id, list)| AccessToken { allowed_ips: AllowedIps::parse(list.iter().copied()).ok(), ..token(id) });
    expect_back(fixture, tokens.collect()).await
}

/// A row that cannot be read is [`StoreErrorKind::Corrupt`]. It is not left out, which would hide a token and make the
/// rows disagree with the total. `None` if the fixture cannot [`damage`](Fixture::damage) a row.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_row_that_cannot_be_read_is_corrupt<F: Fixture>(fixture: &F) -> Option<Result<(), Violation>> {
    let owner = fixture.fresh_owner();
    let damage = fixture.corrupt_row(owner.clone(), TokenId(2))?;
    Some(expect_corrupt(fixture, owner, damage).await)
}

async fn expect_corrupt<F: Fixture>(fixture: &F, owner: F::Owner, damage: FixtureFuture<'_>) -> Result<(), Violation> {
    let query = ListQuery::new(owner);
    for id in 1..=3 {
        insert(fixture, &query.owner, token(id)).await?;
    }
    damage.await?;
    match answer(fixture, &query).await? {
        Err(error) if error.kind() == StoreErrorKind::Corrupt => Ok(()),
        answer => Err(unexpected("a list with a damaged row", "corrupt data", answer)),
    }
}

/// What was inserted shows in the next listing.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn an_inserted_token_shows_at_once<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let query = ListQuery::new(fixture.fresh_owner());
    for count in 1..=3 {
        insert(fixture, &query.owner, token(count)).await?;
        let ids: Vec<_> = (1..=count).collect();
        expect("the list after an insertion", &list(fixture, &query).await?, &ids, ids.len() as u64)?;
    }
    Ok(())
}

/// What was removed is gone from the next listing, and from its total.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_removed_token_is_gone<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let query = ListQuery::new(owner_of(fixture, &[1, 2, 3]).await?);
    expect("the list before a removal", &list(fixture, &query).await?, &[1, 2, 3], 3)?;
    remove(fixture, &query.owner, 2).await?;
    expect("the list after a removal", &list(fixture, &query).await?, &[1, 3], 2)
}

/// Rows and total agree while others write: they are of one state of the table.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn rows_and_total_are_of_one_snapshot<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let owner = owner_of(fixture, &[0]).await?;
    let all = ListQuery::new(owner.clone());
    let active = StatusFilter { status: TokenStatus::Active, now: noon() };
    // The list grows and shrinks from 1 to 11 tokens, so windows that begin inside are at times past the end.
    let queries = [
        all.clone(),
        ListQuery { offset: 4, limit: rows(3), order: TokenOrder::NewestFirst, ..all.clone() },
        ListQuery { offset: 5, status: Some(active), ..all },
    ];
    let writers = AtomicUsize::new(2);
    let mut tasks: Vec<Check<'_>> = Vec::new();
    for first in [1, 101] {
        let (owner, writers) = (&owner, &writers);
        tasks.push(Box::pin(async move {
            let written = grow_and_shrink(fixture, owner, first).await;
            writers.fetch_sub(1, Ordering::Relaxed);
            written
        }));
    }
    for query in &queries {
        tasks.push(Box::pin(read_beside(fixture, query, &writers)));
    }
    join(tasks).await.into_iter().collect()
}

type Check<'a> = Pin<Box<dyn Future<Output = Result<(), Violation>> + Send + 'a>>;

async fn grow_and_shrink<F: Fixture>(fixture: &F, owner: &F::Owner, first: i64) -> Result<(), Violation> {
    for _ in 0..12 {
        for id in first..first + 5 {
            insert(fixture, owner, token(id)).await?;
            give_way().await;
        }
        for id in first..first + 5 {
            remove(fixture, owner, id).await?;
            give_way().await;
        }
    }
    Ok(())
}

async fn read_beside<F: Fixture>(
    fixture: &F,
    query: &ListQuery<F::Owner>,
    writers: &AtomicUsize,
) -> Result<(), Violation> {
    while writers.load(Ordering::Relaxed) > 0 {
        let TokenList { tokens, total } = list(fixture, query).await?;
        let expected = total.saturating_sub(query.offset).min(query.limit.get().into());
        if tokens.len() as u64 != expected {
            let (offset, found) = (query.offset, tokens.len());
            return Err(Violation(format!(
                "while others write: expected {expected} rows after {offset} of a total of {total}, got {found}"
            )));
        }
        give_way().await;
    }
    Ok(())
}

/// Many listings at once all come to an answer, and each to its own.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn readers_at_once_get_their_own_answers<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let mut owners = Vec::new();
    for name in ["ada", "bob", "cyd", "dan"] {
        let owner = fixture.fresh_owner();
        for id in 1..=16 {
            insert(fixture, &owner, named(id, name)).await?;
        }
        owners.push((owner, name));
    }
    let mut readers = Vec::new();
    for (offset, id) in (0..16).zip(1..) {
        for (owner, name) in &owners {
            readers.push(async move {
                let query = ListQuery { offset, limit: rows(1), ..ListQuery::new(owner.clone()) };
                let slice = list(fixture, &query).await?;
                expect("one reader of 64", &slice, &[id], 16)?;
                expect_names(&slice, name)
            });
        }
    }
    join(readers).await.into_iter().collect()
}

/// Whichever await a listing is dropped at, and however often, the store answers afterwards, and with what is then in its
/// table.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn dropped_futures_leave_the_store_usable<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    /// As many connections as a pool is likely to have.
    const TIMES: usize = 64;
    let query = ListQuery::new(owner_of(fixture, &[0]).await?);
    for (polls, id) in (0..64).zip(1..) {
        // Side by side, the last ones are dropped while they wait for what the first ones hold.
        for dropped in join((0..TIMES).rev().map(|polls| is_done_after(polls, fixture, &query)).collect()).await {
            dropped?;
        }
        // Alone, a listing is polled only when it is woken, so each round drops it at the next of its awaits.
        let mut are_done = true;
        for _ in 0..TIMES {
            are_done &= is_done_after(polls, fixture, &query).await?;
        }
        expect("the list after some were dropped", &list(fixture, &query).await?, &[id - 1], 1)?;
        insert(fixture, &query.owner, token(id)).await?;
        remove(fixture, &query.owner, id - 1).await?;
        // A transaction that one of those left open would still show the old list.
        for slice in join((0..TIMES).map(|_| list(fixture, &query)).collect()).await {
            expect("the new list after some were dropped", &slice?, &[id], 1)?;
        }
        if are_done {
            break;
        }
    }
    Ok(())
}

/// Polls a listing so many times at most, drops it, and tells whether it was done.
async fn is_done_after<F: Fixture>(polls: usize, fixture: &F, query: &ListQuery<F::Owner>) -> Result<bool, Violation> {
    let mut listing = pin!(fixture.store().list(query));
    let mut left = polls;
    let dropped = poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        match listing.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if left == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    });
    within_deadline(fixture, dropped).await
}

/// While its backend is down, a store answers that it is unavailable or took too long, and does answer; when the backend
/// is back, so is the store, without being made anew. `None` if the fixture cannot
/// [`stop_backend`](Fixture::stop_backend).
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_backend_that_is_down_is_unavailable_and_recovers<F: Fixture>(
    fixture: &F,
) -> Option<Result<(), Violation>> {
    let (stop, start) = (fixture.stop_backend()?, fixture.start_backend()?);
    Some(expect_recovery(fixture, stop, start).await)
}

async fn expect_recovery<F: Fixture>(
    fixture: &F,
    stop: FixtureFuture<'_>,
    start: FixtureFuture<'_>,
) -> Result<(), Violation> {
    const ATTEMPTS: usize = 100;
    const PAUSE: Duration = Duration::from_millis(50);
    let query = ListQuery::new(owner_of(fixture, &[1, 2, 3]).await?);
    expect("the list before the backend stopped", &list(fixture, &query).await?, &[1, 2, 3], 3)?;
    stop.await?;
    let unavailable = expect_unavailable(fixture, &query).await;
    start.await?;
    unavailable?;
    // Each broken connection may be found out by a listing of its own.
    for _ in 0..ATTEMPTS {
        if let Ok(slice) = answer(fixture, &query).await? {
            return expect("the list after the backend came back", &slice, &[1, 2, 3], 3);
        }
        fixture.sleep(PAUSE).await;
    }
    expect("the list after the backend came back", &list(fixture, &query).await?, &[1, 2, 3], 3)
}

async fn expect_unavailable<F: Fixture>(fixture: &F, query: &ListQuery<F::Owner>) -> Result<(), Violation> {
    for answer in join((0..4).map(|_| answer(fixture, query)).collect()).await {
        match answer? {
            Err(error) if matches!(error.kind(), StoreErrorKind::Timeout | StoreErrorKind::Unavailable) => {}
            answer => return Err(unexpected("a list while the backend is down", "unavailable or a timeout", answer)),
        }
    }
    Ok(())
}

/// The longest name that a table must have room for, in characters.
const LONGEST_NAME: usize = 255;
/// The highest count of uses that a table must have room for.
const HIGHEST_COUNT: u64 = i64::MAX.unsigned_abs();

/// Noon of 2024-04-11.
fn noon() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(475_788)
}

fn rows(limit: u32) -> NonZeroU32 {
    NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN)
}

/// Makes a token whose instant rises with its id, so that only the clauses about order tell the one from the other.
fn token(id: i64) -> AccessToken {
    AccessToken::new(id, "token", noon() + TimeDelta::seconds(id.clamp(-1_000, 1_000)))
}

fn named(id: i64, name: &str) -> AccessToken {
    AccessToken { name: name.into(), ..token(id) }
}

/// Makes an owner who has tokens of these ids.
async fn owner_of<F: Fixture>(fixture: &F, ids: &[i64]) -> Result<F::Owner, Violation> {
    let owner = fixture.fresh_owner();
    for &id in ids {
        insert(fixture, &owner, token(id)).await?;
    }
    Ok(owner)
}

async fn insert<F: Fixture>(fixture: &F, owner: &F::Owner, token: AccessToken) -> Result<(), Violation> {
    Ok(within_deadline(fixture, fixture.insert(owner, token)).await??)
}

async fn remove<F: Fixture>(fixture: &F, owner: &F::Owner, id: i64) -> Result<(), Violation> {
    Ok(within_deadline(fixture, fixture.remove(owner, TokenId(id))).await??)
}

async fn list<F: Fixture>(fixture: &F, query: &ListQuery<F::Owner>) -> Result<TokenList, Violation> {
    Ok(answer(fixture, query).await??)
}

async fn answer<F: Fixture>(
    fixture: &F,
    query: &ListQuery<F::Owner>,
) -> Result<Result<TokenList, StoreError>, Violation> {
    within_deadline(fixture, fixture.store().list(query)).await
}

/// Lists window after window.
async fn walk<F: Fixture>(fixture: &F, owner: &F::Owner, limit: u32, total: u64) -> Result<TokenList, Violation> {
    let mut walked = TokenList::new(Vec::new(), 0);
    for offset in (0..total).step_by(limit as usize) {
        let slice = list(fixture, &ListQuery { offset, limit: rows(limit), ..ListQuery::new(owner.clone()) }).await?;
        walked.tokens.extend(slice.tokens);
        walked.total = slice.total;
    }
    Ok(walked)
}

fn expect(what: &str, slice: &TokenList, ids: &[i64], total: u64) -> Result<(), Violation> {
    let found: Vec<_> = slice.tokens.iter().map(|token| token.id.0).collect();
    if found == ids && slice.total == total {
        return Ok(());
    }
    let TokenList { total: counted, .. } = slice;
    Err(Violation(format!("{what}: expected ids {ids:?} of a total of {total}, got {found:?} of {counted}")))
}

fn expect_names(slice: &TokenList, name: &str) -> Result<(), Violation> {
    match slice.tokens.iter().find(|token| *token.name != *name) {
        Some(foreign) => Err(Violation(format!("expected tokens named {name:?}, got {:?}", foreign.name))),
        None => Ok(()),
    }
}

fn unexpected(what: &str, expected: &str, answer: Result<TokenList, StoreError>) -> Violation {
    let answer = match answer {
        Ok(slice) => format!("{} rows of {}", slice.tokens.len(), slice.total),
        Err(error) => with_causes(&error),
    };
    Violation(format!("{what}: expected {expected}, got {answer}"))
}

/// Inserts tokens, whose ids rise, and expects them back.
async fn expect_back<F: Fixture>(fixture: &F, tokens: Vec<AccessToken>) -> Result<(), Violation> {
    let query = ListQuery { limit: rows(100), ..ListQuery::new(fixture.fresh_owner()) };
    for token in &tokens {
        insert(fixture, &query.owner, token.clone()).await?;
    }
    expect_same(&list(fixture, &query).await?.tokens, &tokens)
}

/// Inserts an ordinary token of id 1 and some that may be refused, and expects all back that were not.
async fn expect_back_or_refused<F: Fixture>(fixture: &F, tokens: Vec<AccessToken>) -> Result<(), Violation> {
    let query = ListQuery::new(owner_of(fixture, &[1]).await?);
    let mut expected = vec![token(1)];
    for token in tokens {
        if within_deadline(fixture, fixture.insert(&query.owner, token.clone())).await?.is_ok() {
            expected.push(token);
        }
    }
    expect_same(&list(fixture, &query).await?.tokens, &expected)
}

fn expect_same(found: &[AccessToken], expected: &[AccessToken]) -> Result<(), Violation> {
    if found.len() != expected.len() {
        return Err(Violation(format!("expected {} tokens, got {}", expected.len(), found.len())));
    }
    for (found, expected) in found.iter().zip(expected) {
        for ((field, found), (_, wanted)) in fields(found).into_iter().zip(fields(expected)) {
            if found != wanted {
                let (id, wanted, found) = (expected.id, brief(&wanted), brief(&found));
                return Err(Violation(format!("{field} of token {id}: expected {wanted}, got {found}")));
            }
        }
    }
    Ok(())
}

fn fields(token: &AccessToken) -> [(&'static str, String); 8] {
    // By pattern, so that a field that is added cannot be forgotten.
    let AccessToken { id, name, created_at, last_used_at, usage_count, expires_at, revoked_at, allowed_ips } = token;
    [
        ("id", format!("{id:?}")),
        ("name", format!("{name:?}")),
        ("created_at", format!("{created_at:?}")),
        ("last_used_at", format!("{last_used_at:?}")),
        ("usage_count", format!("{usage_count:?}")),
        ("expires_at", format!("{expires_at:?}")),
        ("revoked_at", format!("{revoked_at:?}")),
        ("allowed_ips", format!("{allowed_ips:?}")),
    ]
}

/// Cuts a text that is too long for a message.
fn brief(text: &str) -> String {
    let length = text.chars().count();
    if length <= 300 { text.to_owned() } else { format!("{text:.60}.. ({length} characters)") }
}

/// Awaits work, but not for longer than an answer may take.
async fn within_deadline<F: Fixture, T>(fixture: &F, work: impl Future<Output = T>) -> Result<T, Violation> {
    let (mut work, mut deadline) = (pin!(work), pin!(fixture.sleep(DEADLINE)));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Ok(done)),
        Poll::Pending => deadline.as_mut().poll(context).map(|()| Err(Violation(format!("no answer in {DEADLINE:?}")))),
    })
    .await
}

/// Awaits all of some futures side by side, in this one task.
async fn join<T: Future>(futures: Vec<T>) -> Vec<T::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut results: Vec<_> = futures.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut all = Poll::Ready(());
        for (future, result) in futures.iter_mut().zip(&mut results).filter(|(_, result)| result.is_none()) {
            match future.as_mut().poll(context) {
                Poll::Ready(done) => *result = Some(done),
                Poll::Pending => all = Poll::Pending,
            }
        }
        all
    })
    .await;
    results.into_iter().flatten().collect()
}

/// Lets the others of a [`join`] go on, even where nothing that is awaited ever waits.
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
