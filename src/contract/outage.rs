//! The clause about a database that stops and comes back.

use std::time::Duration;

use crate::contract::harness::{
    Fixture, FixtureFuture, Violation, expect, join, list, list_result, owner_of, unexpected,
};
use crate::store::{ListQuery, StoreErrorKind};

/// Checks that a store fails with [`StoreErrorKind::Unavailable`] or [`StoreErrorKind::Timeout`] while its backend is
/// down, and that the same store works again when the backend is back.
///
/// Returns `None` if the fixture cannot stop the backend by [`stop_backend`](Fixture::stop_backend).
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn a_backend_that_is_down_is_unavailable_and_recovers<F: Fixture>(
    fixture: &F,
) -> Option<Result<(), Violation>> {
    let stop = fixture.stop_backend()?;
    let start = fixture.start_backend()?;
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
    // A pool can have several broken connections. A listing may find and replace only one of them, and fail.
    for _ in 0..ATTEMPTS {
        if let Ok(listed) = list_result(fixture, &query).await? {
            return expect("the list after the backend came back", &listed, &[1, 2, 3], 3);
        }
        fixture.sleep(PAUSE).await;
    }
    expect("the list after the backend came back", &list(fixture, &query).await?, &[1, 2, 3], 3)
}

async fn expect_unavailable<F: Fixture>(fixture: &F, query: &ListQuery<F::Owner>) -> Result<(), Violation> {
    for result in join((0..4).map(|_| list_result(fixture, query)).collect()).await {
        match result? {
            Err(error) if matches!(error.kind(), StoreErrorKind::Timeout | StoreErrorKind::Unavailable) => {}
            other => return Err(unexpected("a list while the backend is down", "unavailable or a timeout", other)),
        }
    }
    Ok(())
}
