//! Clauses about reads while others write or read, and about cancelled reads.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use crate::contract::harness::{
    Fixture, Violation, expect, expect_names, insert, join, list, named, noon, owner_of, remove, rows, token,
    within_deadline, yield_once,
};
use crate::store::{ListQuery, StatusFilter, TokenList, TokenOrder, TokenStore};
use crate::token::status::TokenStatus;

/// Checks that an inserted token is in the next listing.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn an_inserted_token_shows_at_once<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let query = ListQuery::new(fixture.fresh_owner());
    for count in 1..=3 {
        insert(fixture, &query.owner, token(count)).await?;
        let ids: Vec<_> = (1..=count).collect();
        expect("the list after an insertion", &list(fixture, &query).await?, &ids, ids.len() as u64)?;
    }
    Ok(())
}

/// Checks that a removed token is not in the next listing or its total.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn a_removed_token_is_gone<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let query = ListQuery::new(owner_of(fixture, &[1, 2, 3]).await?);
    expect("the list before a removal", &list(fixture, &query).await?, &[1, 2, 3], 3)?;
    remove(fixture, &query.owner, 2).await?;
    expect("the list after a removal", &list(fixture, &query).await?, &[1, 3], 2)
}

/// Checks that rows and total agree while others write. They must come from one state of the table.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn rows_and_total_are_of_one_snapshot<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let owner = owner_of(fixture, &[0]).await?;
    let all = ListQuery::new(owner.clone());
    let active = StatusFilter { status: TokenStatus::Active, now: noon() };
    // The length of the list varies from 1 to 11 tokens, so a window can be inside the list or past its end.
    let queries = [
        all.clone(),
        ListQuery { offset: 4, limit: rows(3), order: TokenOrder::NewestFirst, ..all.clone() },
        ListQuery { offset: 5, status: Some(active), ..all },
    ];
    let writers = AtomicUsize::new(2);
    let mut tasks: Vec<Check<'_>> = Vec::new();
    for first in [1, 101] {
        let owner = &owner;
        let writers = &writers;
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
            yield_once().await;
        }
        for id in first..first + 5 {
            remove(fixture, owner, id).await?;
            yield_once().await;
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
            let offset = query.offset;
            let found = tokens.len();
            return Err(Violation(format!(
                "while others write: expected {expected} rows after {offset} of a total of {total}, got {found}"
            )));
        }
        yield_once().await;
    }
    Ok(())
}

/// Checks that concurrent listings all finish, and that each returns its own rows.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn concurrent_readers_get_their_own_rows<F: Fixture>(fixture: &F) -> Result<(), Violation> {
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
                let listed = list(fixture, &query).await?;
                expect("one reader of 64", &listed, &[id], 16)?;
                expect_names(&listed, name)
            });
        }
    }
    join(readers).await.into_iter().collect()
}

/// Checks that listings that are dropped at any await leave the store usable.
///
/// The store must then list the current rows of its table.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn dropped_futures_leave_the_store_usable<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    /// At least the number of connections that a pool is likely to have.
    const TIMES: usize = 64;
    let query = ListQuery::new(owner_of(fixture, &[0]).await?);
    for (polls, id) in (0..64).zip(1..) {
        // These listings run concurrently. The last ones are polled only a few times, so they are dropped while they wait
        // for a connection that the first ones use.
        for dropped in join((0..TIMES).rev().map(|polls| is_done_after(polls, fixture, &query)).collect()).await {
            dropped?;
        }
        // A listing that runs alone is polled only when it is woken. So each round drops it one await later than the round
        // before.
        let mut are_done = true;
        for _ in 0..TIMES {
            are_done &= is_done_after(polls, fixture, &query).await?;
        }
        expect("the list after some were dropped", &list(fixture, &query).await?, &[id - 1], 1)?;
        insert(fixture, &query.owner, token(id)).await?;
        remove(fixture, &query.owner, id - 1).await?;
        // A transaction that a dropped listing left open would still show the old list.
        for listed in join((0..TIMES).map(|_| list(fixture, &query)).collect()).await {
            expect("the new list after some were dropped", &listed?, &[id], 1)?;
        }
        if are_done {
            break;
        }
    }
    Ok(())
}

/// Polls a listing at most this number of times, drops it, and returns whether it was done.
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
