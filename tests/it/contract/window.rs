//! Windows, totals and the status filter.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use tokenfolio::{AccessToken, ListQuery, StatusFilter, TokenList, TokenOrder, TokenStatus};

use super::harness::List::AtOnce;
use super::harness::{
    Fault, ListAtOnce, ListResult, Table, all_rows, broken_alone, check_faults, failure, sound, violations,
    whole_seconds, window,
};

/// The clauses of this group.
pub(super) const CLAUSES: [&str; 5] = [
    "every_window_is_exact",
    "a_window_past_the_end_is_empty_and_counts_all",
    "a_limit_beyond_the_end_is_cut",
    "a_walk_yields_every_token_once",
    "a_status_filter_agrees_with_the_derived_status",
];

#[test]
fn a_store_with_one_fault_breaks_exactly_its_clauses() {
    check_faults(FAULTS);
}

#[test]
fn every_clause_is_broken_alone_by_some_fault() {
    assert_eq!(broken_alone(FAULTS), BTreeSet::from(CLAUSES));
}

#[test]
fn a_store_may_reserve_capacity_for_a_long_page() {
    let list: ListAtOnce = |table, query| {
        let mut list = sound(table, query)?;
        let spare = (1 << 16) - list.tokens.len();
        list.tokens.reserve_exact(spare);
        Ok(list)
    };
    assert_eq!(violations(AtOnce(list)), None);
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "counts one token less where the last page is full",
        list: AtOnce(|table, query| {
            let mut list = sound(table, query)?;
            list.total -= u64::from(query.offset.checked_add(query.limit.get().into()) == Some(list.total));
            Ok(list)
        }),
        breaks: &[
            "newest_first_is_the_reverse",
            "every_window_is_exact",
            "a_walk_yields_every_token_once",
            "rows_and_total_are_of_one_snapshot",
            "concurrent_readers_get_their_own_rows",
        ],
    },
    Fault {
        name: "loses the last row where the last page is full",
        list: AtOnce(|table, query| {
            let mut list = sound(table, query)?;
            if query.offset.checked_add(query.limit.get().into()) == Some(list.total) {
                list.tokens.pop();
            }
            Ok(list)
        }),
        breaks: &[
            "newest_first_is_the_reverse",
            "every_window_is_exact",
            "a_walk_yields_every_token_once",
            "rows_and_total_are_of_one_snapshot",
            "concurrent_readers_get_their_own_rows",
        ],
    },
    Fault {
        name: "loses the last row where a last page of twenty is full",
        list: AtOnce(|table, query| {
            let mut list = sound(table, query)?;
            if query.limit.get() == 20 && query.offset.checked_add(20) == Some(list.total) {
                list.tokens.pop();
            }
            Ok(list)
        }),
        breaks: &["every_window_is_exact"],
    },
    Fault {
        name: "rounds offsets down to whole pages",
        list: AtOnce(|table, query| {
            let mut query = query.clone();
            query.offset -= query.offset % u64::from(query.limit.get());
            sound(table, &query)
        }),
        breaks: &[
            "newest_first_is_the_reverse",
            "every_window_is_exact",
            "a_window_past_the_end_is_empty_and_counts_all",
            "a_limit_beyond_the_end_is_cut",
            "rows_and_total_are_of_one_snapshot",
        ],
    },
    Fault {
        name: "counts 0 where the window is empty",
        list: AtOnce(|table, query| {
            let mut list = sound(table, query)?;
            if list.tokens.is_empty() {
                list.total = 0;
            }
            Ok(list)
        }),
        breaks: &["a_window_past_the_end_is_empty_and_counts_all", "a_status_filter_agrees_with_the_derived_status"],
    },
    Fault {
        name: "fails past the end, newest first",
        list: AtOnce(|table, query| {
            let list = sound(table, query)?;
            let is_past = query.order == TokenOrder::NewestFirst && list.total < query.offset;
            if is_past { failure("offset is negative") } else { Ok(list) }
        }),
        breaks: &["a_window_past_the_end_is_empty_and_counts_all", "rows_and_total_are_of_one_snapshot"],
    },
    Fault {
        name: "reads offsets as int64",
        list: AtOnce(|table, query| match i64::try_from(query.offset) {
            Ok(_) => sound(table, query),
            Err(_) => failure("offset is negative"),
        }),
        breaks: &["a_window_past_the_end_is_empty_and_counts_all"],
    },
    Fault {
        name: "drops the highest bit of an offset",
        list: AtOnce(|table, query| {
            let mut query = query.clone();
            query.offset &= i64::MAX.unsigned_abs();
            sound(table, &query)
        }),
        breaks: &["a_window_past_the_end_is_empty_and_counts_all"],
    },
    Fault {
        name: "fails if the end of a window exceeds 64 bits",
        list: AtOnce(|table, query| match query.offset.checked_add(query.limit.get().into()) {
            Some(_) => sound(table, query),
            None => failure("bigint out of range"),
        }),
        breaks: &["a_window_past_the_end_is_empty_and_counts_all"],
    },
    Fault {
        name: "cuts offsets to 32 bits",
        list: AtOnce(|table, query| {
            let mut query = query.clone();
            query.offset &= u64::from(u32::MAX);
            sound(table, &query)
        }),
        breaks: &["a_window_past_the_end_is_empty_and_counts_all"],
    },
    Fault {
        name: "returns the first page past the end",
        list: AtOnce(|table, query| {
            let list = sound(table, query)?;
            let mut first = query.clone();
            first.offset = 0;
            if list.tokens.is_empty() { sound(table, &first) } else { Ok(list) }
        }),
        breaks: &[
            "a_window_past_the_end_is_empty_and_counts_all",
            "a_status_filter_agrees_with_the_derived_status",
            "rows_and_total_are_of_one_snapshot",
        ],
    },
    Fault {
        name: "reads limits as int32",
        list: AtOnce(|table, query| match i32::try_from(query.limit.get()) {
            Ok(_) => sound(table, query),
            Err(_) => failure("limit is negative"),
        }),
        breaks: &["a_limit_beyond_the_end_is_cut"],
    },
    Fault {
        name: "reserves capacity for every row that was asked for",
        list: AtOnce(|table, query| {
            let mut list = sound(table, query)?;
            list.tokens.reserve_exact(query.limit.get().min(1_000_000) as usize);
            Ok(list)
        }),
        breaks: &["a_limit_beyond_the_end_is_cut"],
    },
    Fault {
        name: "lists the first hundred tokens at most",
        list: AtOnce(|table, query| {
            let mut list = sound(table, query)?;
            list.tokens.truncate(usize::try_from(100_u64.saturating_sub(query.offset)).unwrap());
            Ok(list)
        }),
        breaks: &["a_walk_yields_every_token_once"],
    },
    Fault {
        name: "lists twenty tokens at most",
        list: AtOnce(|table, query| {
            let mut list = sound(table, query)?;
            list.tokens.truncate(20);
            Ok(list)
        }),
        breaks: &["every_window_is_exact", "a_walk_yields_every_token_once"],
    },
    Fault {
        name: "ignores the status filter",
        list: AtOnce(|table, query| {
            let mut query = query.clone();
            query.status = None;
            sound(table, &query)
        }),
        breaks: &["a_status_filter_agrees_with_the_derived_status"],
    },
    Fault {
        name: "filters the window instead of the list",
        list: AtOnce(|table, query| {
            let mut unfiltered = query.clone();
            unfiltered.status = None;
            let mut list = sound(table, &unfiltered)?;
            list.tokens.retain(|token| query.status.is_none_or(|filter| filter.matches(token)));
            Ok(list)
        }),
        breaks: &["a_status_filter_agrees_with_the_derived_status"],
    },
    Fault {
        name: "filters the rows and not the total",
        list: AtOnce(|table, query| {
            let mut unfiltered = query.clone();
            unfiltered.status = None;
            Ok(TokenList::new(sound(table, query)?.tokens, sound(table, &unfiltered)?.total))
        }),
        breaks: &["a_status_filter_agrees_with_the_derived_status"],
    },
    Fault {
        name: "lets expiry take precedence over revocation",
        list: AtOnce(|table, query| {
            filtered(table, query, |token, now| match TokenStatus::derive(None, token.expires_at, now) {
                TokenStatus::Active => token.status(now),
                expired => expired,
            })
        }),
        breaks: &["a_status_filter_agrees_with_the_derived_status"],
    },
    Fault {
        name: "treats a future revocation as a past one",
        list: AtOnce(|table, query| {
            filtered(table, query, |token, now| {
                TokenStatus::derive(token.revoked_at.map(|time| time.min(now)), token.expires_at, now)
            })
        }),
        breaks: &["a_status_filter_agrees_with_the_derived_status"],
    },
    Fault {
        name: "treats a token as revoked at one instant only",
        list: AtOnce(|table, query| {
            filtered(table, query, |token, now| {
                TokenStatus::derive(token.revoked_at.filter(|time| *time == now), token.expires_at, now)
            })
        }),
        breaks: &["a_status_filter_agrees_with_the_derived_status"],
    },
    Fault {
        name: "treats a token as active at the instant it expires",
        list: AtOnce(|table, query| {
            filtered(table, query, |token, now| {
                TokenStatus::derive(token.revoked_at, token.expires_at.filter(|time| *time != now), now)
            })
        }),
        breaks: &["a_status_filter_agrees_with_the_derived_status"],
    },
    Fault {
        name: "treats a token as active at the instant it is revoked",
        list: AtOnce(|table, query| {
            filtered(table, query, |token, now| {
                TokenStatus::derive(token.revoked_at.filter(|time| *time != now), token.expires_at, now)
            })
        }),
        breaks: &["a_status_filter_agrees_with_the_derived_status"],
    },
    Fault {
        name: "filters by whole seconds",
        list: AtOnce(|table, query| {
            filtered(table, query, |token, now| {
                TokenStatus::derive(token.revoked_at.map(whole_seconds), token.expires_at.map(whole_seconds), now)
            })
        }),
        // The filter's time is a whole second, so a time that is a microsecond later is truncated to it.
        breaks: &["a_status_filter_agrees_with_the_derived_status"],
    },
    Fault {
        name: "clamps instants before 1970 when it filters",
        list: AtOnce(|table, query| {
            filtered(table, query, |token, now| {
                let since_1970 = |time: Option<DateTime<Utc>>| time.map(|time| time.max(DateTime::UNIX_EPOCH));
                TokenStatus::derive(since_1970(token.revoked_at), since_1970(token.expires_at), now)
            })
        }),
        breaks: &["a_status_filter_agrees_with_the_derived_status"],
    },
    Fault {
        name: "filters at another instant than the query's",
        list: AtOnce(|table, query| {
            let mut query = query.clone();
            query.status = query.status.map(|filter| StatusFilter { now: DateTime::<Utc>::MAX_UTC, ..filter });
            sound(table, &query)
        }),
        breaks: &["a_status_filter_agrees_with_the_derived_status"],
    },
];

/// A list filtered by another rule.
fn filtered(
    table: &Table,
    query: &ListQuery<u64>,
    status: fn(&AccessToken, DateTime<Utc>) -> TokenStatus,
) -> ListResult {
    let mut unfiltered = query.clone();
    unfiltered.status = None;
    let mut rows = all_rows(table, &unfiltered)?;
    rows.retain(|token| query.status.is_none_or(|filter| status(token, filter.now) == filter.status));
    window(rows, query)
}
