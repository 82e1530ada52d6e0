//! A backend that is down.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use pollster::block_on;
use tokenfolio::{ListQuery, StoreError, StoreErrorKind, TokenList, TokenStore};

use super::harness::List::{AtOnce, InSteps};
use super::harness::{
    Busy, Fault, ListAtOnce, ListFuture, Table, broken_alone, check_faults, failure, sound, violations, yield_once,
};

/// The clauses of this group.
pub(super) const CLAUSES: [&str; 1] = ["a_backend_that_is_down_is_unavailable_and_recovers"];

#[test]
fn a_store_with_one_fault_breaks_exactly_its_clauses() {
    check_faults(FAULTS);
}

#[test]
fn every_clause_is_broken_alone_by_some_fault() {
    assert_eq!(broken_alone(FAULTS), BTreeSet::from(CLAUSES));
}

#[test]
fn a_store_may_report_a_timeout_and_recover_slowly() {
    let list: ListAtOnce = |table, query| {
        if table.is_down.load(Ordering::Relaxed) {
            return Err(StoreError::new(StoreErrorKind::Timeout, "no connection in 2 s"));
        }
        // Each pooled connection fails once.
        if table.was_down.load(Ordering::Relaxed) && table.busy.fetch_add(1, Ordering::Relaxed) < 8 {
            return failure("connection closed");
        }
        sound(table, query)
    };
    assert_eq!(violations(AtOnce(list)), None);
}

#[test]
fn a_store_may_take_nine_seconds_to_notice_that_its_backend_is_down() {
    assert_eq!(violations(InSteps(|table, query| answers_after_ticks(table, query, 900))), None);
}

/// Lists after some hundredths of a second if the backend is down.
fn answers_after_ticks<'a>(table: &'a Table, query: &'a ListQuery<u64>, ticks: usize) -> ListFuture<'a> {
    Box::pin(async move {
        if table.is_down.load(Ordering::Relaxed) {
            for _ in 0..ticks {
                yield_once().await;
            }
        }
        sound(table, query)
    })
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "lists from a cache while its backend is down",
        list: AtOnce(|table, query| match sound(table, query) {
            Err(error) if error.kind() == StoreErrorKind::Unavailable => Ok(block_on(table.memory.list(query))?),
            result => result,
        }),
        breaks: &["a_backend_that_is_down_is_unavailable_and_recovers"],
    },
    Fault {
        name: "returns an empty list while its backend is down",
        list: AtOnce(|table, query| match sound(table, query) {
            Err(error) if error.kind() == StoreErrorKind::Unavailable => Ok(TokenList::new(Vec::new(), 0)),
            result => result,
        }),
        breaks: &["a_backend_that_is_down_is_unavailable_and_recovers"],
    },
    Fault {
        name: "reports a backend that is down as another kind of failure",
        list: AtOnce(|table, query| {
            sound(table, query).map_err(|error| match error.kind() {
                StoreErrorKind::Unavailable => StoreError::new(StoreErrorKind::Other, "connection refused"),
                _ => error,
            })
        }),
        breaks: &["a_backend_that_is_down_is_unavailable_and_recovers"],
    },
    Fault {
        name: "reports another kind of failure when three other lists wait for a backend that is down",
        list: InSteps(|table, query| {
            Box::pin(async move {
                let _busy = Busy::new(table);
                let others = table.busy.load(Ordering::Relaxed) - 1;
                yield_once().await;
                if others == 3 && table.is_down.load(Ordering::Relaxed) {
                    return failure("too many clients");
                }
                sound(table, query)
            })
        }),
        breaks: &["a_backend_that_is_down_is_unavailable_and_recovers"],
    },
    Fault {
        name: "takes eleven seconds to notice that its backend is down",
        list: InSteps(|table, query| answers_after_ticks(table, query, 1_100)),
        breaks: &["a_backend_that_is_down_is_unavailable_and_recovers"],
    },
    Fault {
        name: "does not reconnect",
        list: AtOnce(|table, query| match table.was_down.load(Ordering::Relaxed) {
            true => Err(StoreError::new(StoreErrorKind::Unavailable, "connection closed")),
            false => sound(table, query),
        }),
        breaks: &["a_backend_that_is_down_is_unavailable_and_recovers"],
    },
    Fault {
        name: "waits for its backend without a timeout",
        list: InSteps(|table, query| {
            Box::pin(async move {
                while table.is_down.load(Ordering::Relaxed) {
                    yield_once().await;
                }
                sound(table, query)
            })
        }),
        breaks: &["a_backend_that_is_down_is_unavailable_and_recovers"],
    },
];
