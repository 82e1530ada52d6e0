//! Clauses about the window of rows: offset, limit and status filter.

use chrono::{DateTime, TimeDelta};

use crate::contract::harness::{Fixture, Violation, expect, insert, list, noon, owner_of, rows, token, walk};
use crate::store::{ListQuery, StatusFilter, TokenOrder};
use crate::token::AccessToken;
use crate::token::status::TokenStatus;

/// Checks that a window has exactly its rows, and that the total counts all rows.
///
/// The lists are shorter than, as long as, and longer than a page of 20 rows. Windows begin at every row of each list.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
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

/// Checks that a window past the end has no rows, and that its total is exact, at any distance from the end.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
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

/// Checks that a limit is a maximum. It can be `u32::MAX`, so the store must not reserve capacity for it.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn a_limit_beyond_the_end_is_cut<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    /// A store may reserve capacity for a likely page. No page is likely to be this long.
    const MAX_CAPACITY: usize = 1 << 16;
    let owner = owner_of(fixture, &[1, 2, 3]).await?;
    // The limits ascend, so a store that reserves capacity for the limit fails at 1,000,000. With `u32::MAX`, it would
    // exhaust the memory.
    for limit in [4, 1_000, 1_000_000, u32::MAX] {
        let query = ListQuery { offset: 1, limit: rows(limit), ..ListQuery::new(owner.clone()) };
        let listed = list(fixture, &query).await?;
        expect(&format!("at most {limit} rows after 1 of 3"), &listed, &[2, 3], 3)?;
        let capacity = listed.tokens.capacity();
        if capacity > MAX_CAPACITY {
            return Err(Violation(format!(
                "at most {limit} rows after 1 of 3: expected a capacity of at most {MAX_CAPACITY}, got {capacity}"
            )));
        }
    }
    Ok(())
}

/// Checks that one window after another returns every token once, in order.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn a_walk_yields_every_token_once<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let ids: Vec<i64> = (3..).step_by(3).take(257).collect();
    let owner = owner_of(fixture, &ids).await?;
    for limit in [1, 7, 20, 100, 256, 257, 1_000] {
        expect(&format!("a walk with {limit} rows at a time"), &walk(fixture, &owner, limit, 257).await?, &ids, 257)?;
    }
    Ok(())
}

/// Checks that a status filter lists and counts the tokens that have the filter's status at the filter's time.
///
/// The expected status is the result of [`TokenStatus::derive`], to the microsecond. The tokens are listed in both
/// orders. In a table with [`limits`](Fixture::limits), the check inserts only times that the table can hold.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn a_status_filter_agrees_with_the_derived_status<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let limits = fixture.limits();
    let unit = limits.time_unit();
    for now in [noon(), DateTime::UNIX_EPOCH, noon() - TimeDelta::days(30_000)] {
        let times = [None, Some(now - unit), Some(now), Some(now + unit)];
        if !times.iter().flatten().all(|time| limits.times().contains(time)) {
            continue;
        }
        let pairs = times.into_iter().flat_map(|revoked_at| times.map(|expires_at| (revoked_at, expires_at)));
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
                query.offset = 1;
                query.limit = rows(1);
                expect(&format!("the second {status} token"), &list(fixture, &query).await?, &ids[1..2], total)?;
                query.offset = total;
                expect(&format!("past the {status} tokens"), &list(fixture, &query).await?, &[], total)?;
                ids.reverse();
            }
        }
    }
    Ok(())
}
