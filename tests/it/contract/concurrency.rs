//! Writers, readers and dropped futures at the same time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokenfolio::{ListQuery, TokenList, TokenOrder};

use super::harness::List::InSteps;
use super::harness::{
    Busy, CachedUntil, Fault, ListFuture, Table, broken_alone, check_faults, failure, names, sound,
    violations_of_cache, yield_once,
};

/// The clauses of this group.
pub(super) const CLAUSES: [&str; 5] = [
    "an_inserted_token_shows_at_once",
    "a_removed_token_is_gone",
    "rows_and_total_are_of_one_snapshot",
    "concurrent_readers_get_their_own_rows",
    "dropped_futures_leave_the_store_usable",
];

#[test]
fn a_store_with_one_fault_breaks_exactly_its_clauses() {
    check_faults(FAULTS);
}

#[test]
fn every_clause_is_broken_alone_by_some_fault() {
    let mut broken = broken_alone(FAULTS);
    broken.extend(STALE.map(|(_, clause)| clause));
    assert_eq!(broken, BTreeSet::from(CLAUSES));
}

const STALE: [(CachedUntil, &str); 2] =
    [(CachedUntil::Remove, "an_inserted_token_shows_at_once"), (CachedUntil::Insert, "a_removed_token_is_gone")];

#[test]
fn a_stale_cache_breaks_the_clause_of_the_change_it_missed() {
    for (cached, clause) in STALE {
        assert_eq!(names(violations_of_cache(cached).as_ref()), [clause]);
    }
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "counts in a second statement",
        list: InSteps(|table, query| {
            Box::pin(async move {
                let TokenList { tokens, .. } = sound(table, query)?;
                yield_once().await;
                Ok(TokenList::new(tokens, sound(table, query)?.total))
            })
        }),
        breaks: &["rows_and_total_are_of_one_snapshot"],
    },
    Fault {
        name: "counts in a second statement where there are no rows",
        list: InSteps(|table, query| {
            Box::pin(async move {
                let list = sound(table, query)?;
                if !list.tokens.is_empty() {
                    return Ok(list);
                }
                yield_once().await;
                Ok(TokenList::new(Vec::new(), sound(table, query)?.total))
            })
        }),
        breaks: &["rows_and_total_are_of_one_snapshot"],
    },
    Fault {
        name: "counts in a second statement where the offset is 0",
        list: InSteps(|table, query| counts_apart_where(table, query, |query| query.offset == 0)),
        breaks: &["rows_and_total_are_of_one_snapshot"],
    },
    Fault {
        name: "counts twice and returns the smaller total",
        list: InSteps(|table, query| {
            Box::pin(async move {
                let TokenList { tokens, total, .. } = sound(table, query)?;
                yield_once().await;
                Ok(TokenList::new(tokens, sound(table, query)?.total.min(total)))
            })
        }),
        breaks: &["rows_and_total_are_of_one_snapshot"],
    },
    Fault {
        name: "counts in a second statement, newest first",
        list: InSteps(|table, query| counts_apart_where(table, query, |query| query.order == TokenOrder::NewestFirst)),
        breaks: &["rows_and_total_are_of_one_snapshot"],
    },
    Fault {
        name: "counts in a second statement where there is an offset and no filter",
        list: InSteps(|table, query| {
            counts_apart_where(table, query, |query| query.offset > 0 && query.status.is_none())
        }),
        breaks: &["rows_and_total_are_of_one_snapshot"],
    },
    Fault {
        name: "counts in a second statement where there are an offset and a filter",
        list: InSteps(|table, query| {
            counts_apart_where(table, query, |query| query.offset > 0 && query.status.is_some())
        }),
        breaks: &["rows_and_total_are_of_one_snapshot"],
    },
    Fault {
        name: "counts in a second statement where there is a filter",
        list: InSteps(|table, query| counts_apart_where(table, query, |query| query.status.is_some())),
        breaks: &["rows_and_total_are_of_one_snapshot"],
    },
    Fault {
        name: "counts in a second statement after a hundred lists of one owner",
        list: InSteps(|table, query| {
            Box::pin(async move {
                let is_apart = lists_of_owner(table, query.owner) > 100;
                let TokenList { tokens, .. } = sound(table, query)?;
                if is_apart {
                    yield_once().await;
                }
                Ok(TokenList::new(tokens, sound(table, query)?.total))
            })
        }),
        breaks: &["rows_and_total_are_of_one_snapshot"],
    },
    Fault {
        name: "fails when no connection is free",
        list: InSteps(|table, query| {
            Box::pin(async move {
                let _busy = Busy::new(table);
                yield_once().await;
                if table.busy.load(Ordering::Relaxed) > 20 { failure("too many clients") } else { sound(table, query) }
            })
        }),
        breaks: &["concurrent_readers_get_their_own_rows", "dropped_futures_leave_the_store_usable"],
    },
    Fault {
        name: "returns the list of the owner of the last query",
        list: InSteps(|table, query| {
            Box::pin(async move {
                *table.latest.lock().unwrap() = query.owner;
                yield_once().await;
                let mut query = query.clone();
                query.owner = *table.latest.lock().unwrap();
                sound(table, &query)
            })
        }),
        breaks: &["concurrent_readers_get_their_own_rows"],
    },
    Fault {
        name: "leaks the connection of a dropped future",
        list: InSteps(|table, query| {
            Box::pin(async move {
                while table.busy.load(Ordering::Relaxed) >= 64 {
                    yield_once().await;
                }
                table.busy.fetch_add(1, Ordering::Relaxed);
                yield_once().await;
                table.busy.fetch_sub(1, Ordering::Relaxed);
                sound(table, query)
            })
        }),
        breaks: &["dropped_futures_leave_the_store_usable", "a_backend_that_is_down_is_unavailable_and_recovers"],
    },
    Fault {
        name: "keeps a dropped future in the queue for a connection",
        list: InSteps(|table, query| {
            Box::pin(async move {
                let place = Arc::new(());
                table.queue.lock().unwrap().push_back(Arc::clone(&place));
                while table.busy.load(Ordering::Relaxed) > 4
                    || table.queue.lock().unwrap().front().is_some_and(|first| !Arc::ptr_eq(first, &place))
                {
                    yield_once().await;
                }
                table.queue.lock().unwrap().pop_front();
                let _busy = Busy::new(table);
                yield_once().await;
                sound(table, query)
            })
        }),
        breaks: &["dropped_futures_leave_the_store_usable", "a_backend_that_is_down_is_unavailable_and_recovers"],
    },
    Fault {
        name: "leaves the transaction of a dropped future open",
        list: InSteps(|table, query| {
            Box::pin(async move {
                let left_over = table.left_over.lock().unwrap().clone();
                if let Some((_, list)) = left_over.filter(|(left, _)| left == query) {
                    return Ok(list);
                }
                let mut transaction = Transaction { table, begun: Some((query.clone(), sound(table, query)?)) };
                yield_once().await;
                transaction.begun = None;
                sound(table, query)
            })
        }),
        breaks: &["dropped_futures_leave_the_store_usable"],
    },
];

/// Counts in a second statement for some queries, so that other requests can write between the two.
fn counts_apart_where<'a>(
    table: &'a Table,
    query: &'a ListQuery<u64>,
    is_apart: fn(&ListQuery<u64>) -> bool,
) -> ListFuture<'a> {
    Box::pin(async move {
        let TokenList { tokens, .. } = sound(table, query)?;
        if is_apart(query) {
            yield_once().await;
        }
        Ok(TokenList::new(tokens, sound(table, query)?.total))
    })
}

/// Returns how many times the tokens of this owner were listed before, since the tokens of another owner were listed.
fn lists_of_owner(table: &Table, owner: u64) -> usize {
    let latest = std::mem::replace(&mut *table.latest.lock().unwrap(), owner);
    if latest != owner {
        table.busy.store(0, Ordering::Relaxed);
    }
    table.busy.fetch_add(1, Ordering::Relaxed)
}

/// Leaves its rows in the table if it is dropped before it ends.
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
