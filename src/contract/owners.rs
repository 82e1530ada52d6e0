//! Clauses about owners. Each owner sees only their own tokens.

use crate::contract::harness::{Fixture, Violation, expect, expect_names, insert, list, named, noon};
use crate::store::{ListQuery, StatusFilter, TokenOrder};
use crate::token::status::TokenStatus;

/// Checks that an owner that is not in the table has no tokens. This must not be an error.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn an_owner_without_tokens_has_an_empty_list<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let listed = list(fixture, &ListQuery::new(fixture.fresh_owner())).await?;
    expect("the list of an owner without tokens", &listed, &[], 0)
}

/// Checks that tokens of another owner are not listed or counted, with and without a filter, even if they have the same
/// ids.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn tokens_of_other_owners_never_show<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let mine = fixture.fresh_owner();
    let theirs = fixture.fresh_owner();
    for id in 1..=5 {
        insert(fixture, &mine, named(id, "mine")).await?;
        insert(fixture, &theirs, named(id + 2, "theirs")).await?;
    }
    let active = StatusFilter { status: TokenStatus::Active, now: noon() };
    for (owner, name, mut ids) in [(mine, "mine", [1, 2, 3, 4, 5]), (theirs, "theirs", [3, 4, 5, 6, 7])] {
        for order in [TokenOrder::OldestFirst, TokenOrder::NewestFirst] {
            for status in [None, Some(active)] {
                let listed = list(fixture, &ListQuery { order, status, ..ListQuery::new(owner.clone()) }).await?;
                expect("an owner's own tokens", &listed, &ids, 5)?;
                expect_names(&listed, name)?;
            }
            ids.reverse();
        }
    }
    Ok(())
}
