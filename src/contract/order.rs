//! Clauses about the order of rows.

use chrono::TimeDelta;

use crate::contract::harness::{
    Fixture, Violation, expect, insert, insert_within_limits, list, noon, owner_of, rows, token, walk,
};
use crate::store::{ListQuery, TokenOrder};
use crate::token::AccessToken;

/// Checks that rows are ordered by id, ascending. The order of insertion and the time of creation must have no effect.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn rows_come_by_id_ascending<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let owner = fixture.fresh_owner();
    for (day, id) in (1..).zip([5, 1, 9, 3, 7, 10, 2]) {
        insert(fixture, &owner, AccessToken::new(id, "token", noon() + TimeDelta::days(day))).await?;
    }
    let listed = list(fixture, &ListQuery::new(owner)).await?;
    expect("the order", &listed, &[1, 2, 3, 5, 7, 9, 10], 7)
}

/// Checks that tokens with the same time of creation are ordered by id, across all pages.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn tokens_of_one_instant_come_by_id<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let owner = fixture.fresh_owner();
    for step in 0..50 {
        // Every id from 1 to 50 once, in a mixed order: 27 and 50 have no common divisor.
        insert(fixture, &owner, AccessToken::new(step * 27 % 50 + 1, "token", noon())).await?;
    }
    let ids: Vec<_> = (1..=50).collect();
    let walked = walk(fixture, &owner, 7, 50).await?;
    expect("tokens with the same time of creation, 7 rows at a time", &walked, &ids, 50)
}

/// Checks that [`TokenOrder::NewestFirst`] returns the same rows in the reverse order. Offsets count from the newest token.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
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

/// Checks that every int64 can be an id, and that ids are ordered as signed numbers.
///
/// A table with [`limits`](Fixture::limits) may reject an id below them.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn ids_are_ordered_as_signed_numbers<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let owner = fixture.fresh_owner();
    let tokens = [i64::MIN, -2, -1, 0, 1, 2, 10, i64::MAX].map(token);
    let inserted = insert_within_limits(fixture, &owner, tokens).await?;
    let ids: Vec<_> = inserted.iter().map(|token| token.id.0).collect();
    expect("extreme ids", &list(fixture, &ListQuery::new(owner)).await?, &ids, ids.len() as u64)
}
