//! What every [`TokenStore`] must pass, for its author's tests: one function a clause, and [`check_all`].
//!
//! The author writes a [`Fixture`]: the store, and how a token gets into its table and out again. The checks need no
//! runtime and no clean table: each asks for owners of its own, so they may run side by side.
//!
//! # Examples
//!
//! ```
//! use tokenfolio::contract::{self, Fixture, SetUpError};
//! use tokenfolio::{AccessToken, MemoryStore, TokenId};
//!
//! #[derive(Default)]
//! struct Memory {
//!     store: MemoryStore<u64>,
//!     owners: std::sync::atomic::AtomicU64,
//! }
//!
//! impl Fixture for Memory {
//!     type Owner = u64;
//!     type Store = MemoryStore<u64>;
//!
//!     fn store(&self) -> &Self::Store {
//!         &self.store
//!     }
//!
//!     fn fresh_owner(&self) -> u64 {
//!         self.owners.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
//!     }
//!
//!     async fn insert(&self, owner: &u64, token: AccessToken) -> Result<(), SetUpError> {
//!         self.store.insert(*owner, token);
//!         Ok(())
//!     }
//!
//!     async fn remove(&self, owner: &u64, id: TokenId) -> Result<(), SetUpError> {
//!         self.store.remove(owner, id).map(drop).ok_or_else(|| "no such token".into())
//!     }
//! }
//!
//! # fn main() -> Result<(), contract::Violations> {
//! pollster::block_on(contract::check_all(&Memory::default()))
//! # }
//! ```

use std::error::Error;
use std::fmt;
use std::num::NonZeroU32;

use chrono::{DateTime, TimeDelta, Utc};

use crate::allowed_ips::AllowedIps;
use crate::status::TokenStatus;
use crate::store::{ListQuery, StatusFilter, StoreError, TokenOrder, TokenSlice, TokenStore};
use crate::token::{AccessToken, TokenId};

/// Why a fixture could not bring its table into the state that a check needs.
pub type SetUpError = Box<dyn Error + Send + Sync>;

/// A store under test, and how its table is filled.
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
    /// Whatever keeps the token from being there afterwards; the check then fails.
    fn insert(&self, owner: &Self::Owner, token: AccessToken) -> impl Future<Output = Result<(), SetUpError>> + Send;

    /// Takes a token out of the owner's table.
    ///
    /// # Errors
    ///
    /// Whatever keeps the token from being gone afterwards; the check then fails.
    fn remove(&self, owner: &Self::Owner, id: TokenId) -> impl Future<Output = Result<(), SetUpError>> + Send;
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
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        Self(format!("{error}: {cause}"))
    }
}

impl From<SetUpError> for Violation {
    fn from(error: SetUpError) -> Self {
        Self(format!("the fixture failed: {error}"))
    }
}

/// Every clause that a store breaks, by name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violations(Vec<(&'static str, Violation)>);

impl Violations {
    /// Lists the clauses that are broken, and how.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Violation)> {
        self.0.iter().map(|(clause, violation)| (*clause, violation))
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store breaks its contract")?;
        self.0.iter().try_for_each(|(clause, violation)| write!(f, "\n  {clause}: {violation}"))
    }
}

impl Error for Violations {}

macro_rules! all_clauses {
    ($($clause:ident)*) => {
        /// Tries every clause, one after another.
        ///
        /// # Errors
        ///
        /// Every clause that is broken, not only the first.
        pub async fn check_all<F: Fixture>(fixture: &F) -> Result<(), Violations> {
            let mut broken = Vec::new();
            $(broken.extend($clause(fixture).await.err().map(|violation| (stringify!($clause), violation)));)*
            if broken.is_empty() { Ok(()) } else { Err(Violations(broken)) }
        }
    };
}

all_clauses! {
    an_owner_without_tokens_has_an_empty_list
    rows_come_by_id_ascending
    newest_first_is_the_reverse
    ids_are_ordered_as_signed_numbers
    every_window_is_exact
    a_window_past_the_end_is_empty_and_counts_all
    a_limit_beyond_the_end_is_cut
    a_walk_yields_every_token_once
    tokens_of_other_owners_never_show
    every_field_comes_back
    names_come_back_unchanged
    no_restriction_and_nobody_are_told_apart
    a_status_filter_agrees_with_the_derived_status
    an_inserted_token_shows_at_once
    a_removed_token_is_gone
}

/// An owner that the table does not know has no tokens, which is not an error.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn an_owner_without_tokens_has_an_empty_list<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let slice = fixture.store().list(&ListQuery::new(fixture.fresh_owner())).await?;
    expect("the list of an owner without tokens", &slice, &[], 0)
}

/// Rows come by id, ascending, whatever the order they were inserted in and whenever they were made.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn rows_come_by_id_ascending<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let owner = fixture.fresh_owner();
    for id in [5, 1, 9, 3, 7, 10, 2] {
        // Made at the same instant but for one, which is the youngest and has not the highest id.
        let age = TimeDelta::days(if id == 3 { 0 } else { 1 });
        fixture.insert(&owner, AccessToken::new(id, "token", noon() - age)).await?;
    }
    let slice = fixture.store().list(&ListQuery::new(owner)).await?;
    expect("the order", &slice, &[1, 2, 3, 5, 7, 9, 10], 7)
}

/// [`TokenOrder::NewestFirst`] gives the same rows the other way round, and windows count from the new front.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn newest_first_is_the_reverse<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let owner = owner_of(fixture, 1..=5).await?;
    let mut query = ListQuery { order: TokenOrder::NewestFirst, ..ListQuery::new(owner) };
    expect("newest first", &fixture.store().list(&query).await?, &[5, 4, 3, 2, 1], 5)?;
    query.offset = 1;
    query.limit = rows(2);
    expect("newest first, 2 rows after 1", &fixture.store().list(&query).await?, &[4, 3], 5)
}

/// Every int64 is an id, and they are compared as numbers with a sign.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn ids_are_ordered_as_signed_numbers<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let ids = [i64::MIN, -2, -1, 0, 1, 2, 10, i64::MAX];
    let owner = owner_of(fixture, ids).await?;
    expect("extreme ids", &fixture.store().list(&ListQuery::new(owner)).await?, &ids, 8)
}

/// A window is exactly its rows, and the total counts all, at every edge of a page.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn every_window_is_exact<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    for count in [1, 19, 20, 21, 41] {
        let ids: Vec<i64> = (1..=count).collect();
        let owner = owner_of(fixture, ids.iter().copied()).await?;
        for limit in [1, 7, 20, 21] {
            for offset in 0..ids.len() {
                let query = ListQuery { offset: offset as u64, limit: rows(limit), ..ListQuery::new(owner.clone()) };
                let end = ids.len().min(offset + limit as usize);
                let what = format!("{limit} rows after {offset} of {count}");
                expect(&what, &fixture.store().list(&query).await?, &ids[offset..end], ids.len() as u64)?;
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
    let owner = owner_of(fixture, 1..=3).await?;
    let beyond_int64 = i64::MAX.unsigned_abs() + 1;
    for offset in [3, 4, 1_000, u64::from(u32::MAX) + 1, beyond_int64 - 1, beyond_int64, u64::MAX] {
        for order in [TokenOrder::OldestFirst, TokenOrder::NewestFirst] {
            let query = ListQuery { offset, order, ..ListQuery::new(owner.clone()) };
            expect(&format!("the window after {offset} of 3"), &fixture.store().list(&query).await?, &[], 3)?;
        }
    }
    Ok(())
}

/// A limit is a maximum: it may be as high as a u32 goes, and nothing is set aside for it.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_limit_beyond_the_end_is_cut<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let owner = owner_of(fixture, 1..=3).await?;
    for limit in [4, 1_000, u32::MAX] {
        let query = ListQuery { offset: 1, limit: rows(limit), ..ListQuery::new(owner.clone()) };
        expect(&format!("at most {limit} rows after 1 of 3"), &fixture.store().list(&query).await?, &[2, 3], 3)?;
    }
    Ok(())
}

/// Window after window, every token comes once, in order.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_walk_yields_every_token_once<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let ids: Vec<i64> = (1..=101).map(|id| id * 3).collect();
    let owner = owner_of(fixture, ids.iter().copied()).await?;
    for limit in [1, 7, 20, 100, 101, 102] {
        let mut walked = Vec::new();
        for offset in (0..101).step_by(limit as usize) {
            let query = ListQuery { offset, limit: rows(limit), ..ListQuery::new(owner.clone()) };
            walked.extend(fixture.store().list(&query).await?.tokens);
        }
        expect(&format!("a walk by {limit}"), &TokenSlice::new(walked, 101), &ids, 101)?;
    }
    Ok(())
}

/// Another owner's tokens neither show nor count, even where they have the same ids.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn tokens_of_other_owners_never_show<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let (mine, theirs) = (fixture.fresh_owner(), fixture.fresh_owner());
    for id in 1..=5 {
        fixture.insert(&mine, AccessToken::new(id, "mine", noon())).await?;
        fixture.insert(&theirs, AccessToken::new(id + 2, "theirs", noon())).await?;
    }
    for (owner, name, ids) in [(mine, "mine", [1, 2, 3, 4, 5]), (theirs, "theirs", [3, 4, 5, 6, 7])] {
        let slice = fixture.store().list(&ListQuery::new(owner)).await?;
        expect("an owner's own tokens", &slice, &ids, 5)?;
        if let Some(foreign) = slice.tokens.iter().find(|token| token.name != name) {
            return Err(Violation(format!("expected tokens named {name:?}, got {:?}", foreign.name)));
        }
    }
    Ok(())
}

/// Every field comes back as it was written: instants to the microsecond, before 1970 too, and absent ones absent.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn every_field_comes_back<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let mut tokens = Vec::new();
    for (id, seconds) in (1..).zip([0, -1, 1_712_846_105, -62_135_596_800, 253_402_300_799]) {
        let at = DateTime::from_timestamp(seconds, 123_456_000).unwrap_or_default();
        let bare = AccessToken::new(id, "bare", at);
        let mut full = AccessToken::new(id + 100, "full", at);
        full.last_used_at = Some(at + TimeDelta::microseconds(1));
        full.expires_at = Some(at + TimeDelta::microseconds(2));
        full.revoked_at = Some(at + TimeDelta::microseconds(3));
        full.usage_count = i64::MAX.unsigned_abs();
        full.allowed_ips = AllowedIps::parse(["10.1.2.3/8", "203.0.113.12", "2001:db8::/32", "203.0.113.12"]).ok();
        tokens.extend([bare, full]);
    }
    expect_back(fixture, tokens).await
}

/// Names come back character by character: blanks, quotes, case and normal forms are not touched.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn names_come_back_unchanged<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let long = "long ".repeat(2_000);
    let names = [
        "",
        " ",
        "trailing ",
        " leading",
        "name",
        "Name",
        "caf\u{e9}",
        "cafe\u{301}",
        "'\"\\;--",
        "%_",
        "<b>&amp;",
        "line\nbreak\ttab",
        "日本語 🦀",
        "\u{200b}\u{feff}",
        &long,
    ];
    let tokens = (1..).zip(names).map(|(id, name)| AccessToken::new(id, name, noon())).collect();
    expect_back(fixture, tokens).await
}

/// A token without an allow-list and one whose allow-list admits nobody are not the same.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn no_restriction_and_nobody_are_told_apart<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let anywhere = AccessToken::new(1, "anywhere", noon());
    let mut nowhere = AccessToken::new(2, "nowhere", noon());
    nowhere.allowed_ips = Some(AllowedIps::nobody());
    expect_back(fixture, vec![anywhere, nowhere]).await
}

/// A status filter lists and counts the tokens for which [`TokenStatus::derive`] gives that status at that instant, to
/// the microsecond.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_status_filter_agrees_with_the_derived_status<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let now = noon();
    let instants =
        [None, Some(-1), Some(0), Some(1)].map(|at: Option<i64>| at.map(|at| now + TimeDelta::microseconds(at)));
    let pairs = instants.into_iter().flat_map(|revoked_at| instants.map(|expires_at| (revoked_at, expires_at)));
    let owner = fixture.fresh_owner();
    let mut tokens = Vec::new();
    for (id, (revoked_at, expires_at)) in (1..).zip(pairs) {
        let mut token = AccessToken::new(id, "token", now - TimeDelta::days(1));
        (token.revoked_at, token.expires_at) = (revoked_at, expires_at);
        fixture.insert(&owner, token.clone()).await?;
        tokens.push(token);
    }
    for status in [TokenStatus::Active, TokenStatus::Expired, TokenStatus::Revoked] {
        let filter = StatusFilter { status, now };
        let ids: Vec<_> = tokens.iter().filter(|token| filter.matches(token)).map(|token| token.id.0).collect();
        let mut query = ListQuery { status: Some(filter), ..ListQuery::new(owner.clone()) };
        let total = ids.len() as u64;
        expect(&format!("the {status} tokens"), &fixture.store().list(&query).await?, &ids, total)?;
        (query.offset, query.limit) = (1, rows(1));
        expect(&format!("the second {status} token"), &fixture.store().list(&query).await?, &ids[1..2], total)?;
    }
    Ok(())
}

/// What was inserted shows in the next listing.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn an_inserted_token_shows_at_once<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let query = ListQuery::new(fixture.fresh_owner());
    for count in 1..=3 {
        fixture.insert(&query.owner, AccessToken::new(count, "token", noon())).await?;
        let ids: Vec<_> = (1..=count).collect();
        expect("the list after an insertion", &fixture.store().list(&query).await?, &ids, ids.len() as u64)?;
    }
    Ok(())
}

/// What was removed is gone from the next listing, and from its total.
///
/// # Errors
///
/// How the store breaks the clause.
pub async fn a_removed_token_is_gone<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let query = ListQuery::new(owner_of(fixture, 1..=3).await?);
    expect("the list before a removal", &fixture.store().list(&query).await?, &[1, 2, 3], 3)?;
    fixture.remove(&query.owner, TokenId(2)).await?;
    expect("the list after a removal", &fixture.store().list(&query).await?, &[1, 3], 2)
}

fn noon() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(19_824) + TimeDelta::hours(12)
}

fn rows(limit: u32) -> NonZeroU32 {
    NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN)
}

/// Makes an owner who has tokens of these ids.
async fn owner_of<F: Fixture>(
    fixture: &F,
    ids: impl IntoIterator<Item = i64, IntoIter: Send>,
) -> Result<F::Owner, Violation> {
    let owner = fixture.fresh_owner();
    for id in ids {
        fixture.insert(&owner, AccessToken::new(id, "token", noon())).await?;
    }
    Ok(owner)
}

fn expect(what: &str, slice: &TokenSlice, ids: &[i64], total: u64) -> Result<(), Violation> {
    let found: Vec<_> = slice.tokens.iter().map(|token| token.id.0).collect();
    if found == ids && slice.total == total {
        return Ok(());
    }
    let TokenSlice { total: counted, .. } = slice;
    Err(Violation(format!("{what}: expected ids {ids:?} of a total of {total}, got {found:?} of {counted}")))
}

/// Inserts tokens, whose ids must not repeat, and expects them back.
async fn expect_back<F: Fixture>(fixture: &F, mut tokens: Vec<AccessToken>) -> Result<(), Violation> {
    let owner = fixture.fresh_owner();
    for token in &tokens {
        fixture.insert(&owner, token.clone()).await?;
    }
    tokens.sort_by_key(|token| token.id);
    let query = ListQuery { limit: rows(100), ..ListQuery::new(owner) };
    let found = fixture.store().list(&query).await?.tokens;
    if found.len() != tokens.len() {
        return Err(Violation(format!("expected {} tokens, got {}", tokens.len(), found.len())));
    }
    match found.iter().zip(&tokens).find(|(found, token)| found != token) {
        Some((found, token)) => Err(Violation(format!("expected {token:?}, got {found:?}"))),
        None => Ok(()),
    }
}
