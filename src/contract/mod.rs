//! The checks that every [`TokenStore`](crate::TokenStore) must pass. Run them in the tests of your store.
//!
//! Each clause of the contract is one function, and [`check_all`] runs all of them.
//!
//! You write a [`Fixture`]. It has the store, inserts and removes tokens, and sleeps. The checks do not depend on a
//! runtime. The table need not be empty, because each check uses owners of its own. Together the checks make about three
//! thousand calls. A call that takes longer than ten seconds breaks its clause, so a store that hangs does not block its
//! tests.
//!
//! Two clauses are optional: one needs a backend that is down, and one needs a row that cannot be read. If a test cannot
//! cause these faults, the fixture returns `None`, and [`check_all`] returns the names of the skipped clauses. If a
//! table cannot hold every id or every time, for example because another application created it, the fixture returns
//! its [`Limits`].
//!
//! # Examples
//!
//! This is a store over a table, and its test. The table stands for a database. In your test, `sleep` uses a timer of the
//! store's runtime.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::Mutex;
//! use std::sync::atomic::{AtomicU64, Ordering};
//! use std::time::Duration;
//!
//! use tokenfolio::contract::{self, Fixture, FixtureError, FixtureFuture, Skipped};
//! use tokenfolio::{AccessToken, ListQuery, StoreError, StoreErrorKind, TokenId, TokenList, TokenOrder, TokenStore};
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
//!         let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
//!         let limit = query.limit.get() as usize;
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
//! let skipped: Skipped = pollster::block_on(contract::check_all(&Database::default()))?;
//! assert_eq!(
//!     skipped.clauses(),
//!     ["a_row_that_cannot_be_read_is_corrupt", "a_backend_that_is_down_is_unavailable_and_recovers"]
//! );
//! # Ok(())
//! # }
//! ```
//!
//! The error of a broken clause describes what the store returned. You can also check a single clause:
//!
//! ```
//! # use std::sync::atomic::{AtomicU64, Ordering};
//! # use std::time::Duration;
//! # use tokenfolio::contract::{Fixture, FixtureError, FixtureFuture};
//! # use tokenfolio::{AccessToken, TokenId};
//! use tokenfolio::contract::{self, Violation, Violations};
//! use tokenfolio::{ListQuery, MemoryStore, StoreError, TokenList, TokenOrder, TokenStore};
//!
//! /// Ignores the order of a query.
//! #[derive(Default)]
//! struct OldestFirst(MemoryStore<u64>);
//!
//! impl TokenStore for OldestFirst {
//!     type Owner = u64;
//!
//!     async fn list(&self, query: &ListQuery<u64>) -> Result<TokenList, StoreError> {
//!         self.0.list(&query.clone().with_order(TokenOrder::OldestFirst)).await
//!     }
//! }
//! # #[derive(Default)]
//! # struct Database {
//! #     store: OldestFirst,
//! #     owners: AtomicU64,
//! # }
//! # impl Fixture for Database {
//! #     type Owner = u64;
//! #     type Store = OldestFirst;
//! #     fn store(&self) -> &OldestFirst {
//! #         &self.store
//! #     }
//! #     fn fresh_owner(&self) -> u64 {
//! #         self.owners.fetch_add(1, Ordering::Relaxed)
//! #     }
//! #     async fn insert(&self, owner: &u64, token: AccessToken) -> Result<(), FixtureError> {
//! #         self.store.0.insert(*owner, token);
//! #         Ok(())
//! #     }
//! #     async fn remove(&self, owner: &u64, id: TokenId) -> Result<(), FixtureError> {
//! #         self.store.0.remove(owner, id).map(drop).ok_or_else(|| "no such token".into())
//! #     }
//! #     async fn sleep(&self, duration: Duration) {
//! #         futures_timer::Delay::new(duration).await;
//! #     }
//! #     fn stop_backend(&self) -> Option<FixtureFuture<'_>> {
//! #         None
//! #     }
//! #     fn start_backend(&self) -> Option<FixtureFuture<'_>> {
//! #         None
//! #     }
//! #     fn corrupt_row(&self, _owner: u64, _id: TokenId) -> Option<FixtureFuture<'_>> {
//! #         None
//! #     }
//! # }
//!
//! let fixture = Database::default();
//! let violation: Violation = pollster::block_on(contract::newest_first_is_the_reverse(&fixture)).unwrap_err();
//! assert_eq!(
//!     violation.to_string(),
//!     "newest first, 1 rows after 0 of 5: expected ids [5] of a total of 5, got [1] of 5"
//! );
//!
//! let violations: Violations = pollster::block_on(contract::check_all(&fixture)).unwrap_err();
//! assert!(violations.iter().any(|(clause, _)| clause == "newest_first_is_the_reverse"));
//! assert_eq!(violations.skipped().clauses().len(), 2);
//! ```

mod concurrency;
mod fields;
mod harness;
mod limits;
mod order;
mod outage;
mod owners;
mod window;

use std::error::Error;
use std::fmt;

pub use concurrency::{
    a_removed_token_is_gone, an_inserted_token_shows_at_once, concurrent_readers_get_their_own_rows,
    dropped_futures_leave_the_store_usable, rows_and_total_are_of_one_snapshot,
};
pub use fields::{
    a_long_name_is_whole_or_rejected, a_name_with_a_nul_is_whole_or_rejected, a_row_that_cannot_be_read_is_corrupt,
    a_usage_count_beyond_int64_is_exact_or_rejected, allow_lists_come_back_entry_by_entry, every_field_comes_back,
    instants_come_back_to_the_microsecond, names_come_back_unchanged, no_restriction_differs_from_deny_all,
    usage_counts_come_back_up_to_int64,
};
pub use harness::{Fixture, FixtureError, FixtureFuture, Violation};
pub use limits::Limits;
pub use order::{
    ids_are_ordered_as_signed_numbers, newest_first_is_the_reverse, rows_come_by_id_ascending,
    tokens_of_one_instant_come_by_id,
};
pub use outage::a_backend_that_is_down_is_unavailable_and_recovers;
pub use owners::{an_owner_without_tokens_has_an_empty_list, tokens_of_other_owners_never_show};
pub use window::{
    a_limit_beyond_the_end_is_cut, a_status_filter_agrees_with_the_derived_status, a_walk_yields_every_token_once,
    a_window_past_the_end_is_empty_and_counts_all, every_window_is_exact,
};

macro_rules! all_clauses {
    ($($clause:ident)*) => {
        /// Checks every clause, one after another, and returns the clauses that were skipped.
        ///
        /// # Errors
        ///
        /// Fails if the store breaks a clause. The error has every broken clause, not only the first.
        pub async fn check_all<F: Fixture>(fixture: &F) -> Result<Skipped, Violations> {
            let mut broken = Vec::new();
            let mut skipped = Vec::new();
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
    a_usage_count_beyond_int64_is_exact_or_rejected
    names_come_back_unchanged
    a_long_name_is_whole_or_rejected
    a_name_with_a_nul_is_whole_or_rejected
    no_restriction_differs_from_deny_all
    allow_lists_come_back_entry_by_entry
    a_row_that_cannot_be_read_is_corrupt
    an_inserted_token_shows_at_once
    a_removed_token_is_gone
    rows_and_total_are_of_one_snapshot
    concurrent_readers_get_their_own_rows
    dropped_futures_leave_the_store_usable
    a_backend_that_is_down_is_unavailable_and_recovers
}

/// Every clause that a store breaks, by name.
#[derive(Clone, Eq, PartialEq)]
pub struct Violations {
    broken: Vec<(&'static str, Violation)>,
    skipped: Skipped,
}

impl Violations {
    /// Iterates over the broken clauses. Each has its name and the violation.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Violation)> {
        self.broken.iter().map(|(clause, violation)| (*clause, violation))
    }

    /// Returns the clauses that were skipped.
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store breaks its contract")?;
        self.broken.iter().try_for_each(|(clause, violation)| write!(f, "\n  {clause}: {violation}"))?;
        self.skipped.0.iter().try_for_each(|clause| write!(f, "\n  {clause}: skipped"))
    }
}

/// Writes the same text as `Display`, because a test that returns this error prints its `Debug`.
impl fmt::Debug for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Violations {}

/// The names of the clauses that were skipped, because the fixture cannot cause the fault that they need.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "the skipped clauses were not checked"]
pub struct Skipped(Vec<&'static str>);

impl Skipped {
    /// Returns the names of the clauses.
    #[must_use]
    pub fn clauses(&self) -> &[&'static str] {
        &self.0
    }
}
