//! The order of tokens.

use std::collections::BTreeSet;

use tokenfolio::TokenOrder;

use super::harness::List::AtOnce;
use super::harness::{Fault, all_rows, altered, broken_alone, check_faults, sorted, sound, window};

/// The clauses of this group.
pub(super) const CLAUSES: [&str; 4] = [
    "rows_come_by_id_ascending",
    "tokens_of_one_instant_come_by_id",
    "newest_first_is_the_reverse",
    "ids_are_ordered_as_signed_numbers",
];

#[test]
fn a_store_with_one_fault_breaks_exactly_its_clauses() {
    check_faults(FAULTS);
}

#[test]
fn every_clause_is_broken_alone_by_some_fault() {
    assert_eq!(broken_alone(FAULTS), BTreeSet::from(CLAUSES));
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "orders tokens by creation time",
        list: AtOnce(|table, query| sorted(table, query, |token| token.created_at)),
        breaks: &["rows_come_by_id_ascending"],
    },
    Fault {
        name: "orders tokens of one instant arbitrarily",
        list: AtOnce(|table, query| {
            let mut rows = all_rows(table, query)?;
            let ties = rows.chunk_by_mut(|one, next| one.created_at == next.created_at);
            ties.for_each(|ties| ties.sort_by_key(|token| token.id.0 % 7));
            window(rows, query)
        }),
        breaks: &["tokens_of_one_instant_come_by_id"],
    },
    Fault {
        name: "ignores the order of short pages",
        list: AtOnce(|table, query| {
            let mut query = query.clone();
            if query.status.is_none() && query.limit.get() < 20 {
                query.order = TokenOrder::OldestFirst;
            }
            sound(table, &query)
        }),
        breaks: &["newest_first_is_the_reverse"],
    },
    Fault {
        name: "ignores the order",
        list: AtOnce(|table, query| {
            let mut query = query.clone();
            query.order = TokenOrder::OldestFirst;
            sound(table, &query)
        }),
        breaks: &[
            "tokens_of_other_owners_never_show",
            "newest_first_is_the_reverse",
            "a_status_filter_agrees_with_the_derived_status",
        ],
    },
    Fault {
        name: "reverses the window instead of the list",
        list: AtOnce(|table, query| {
            let mut oldest_first = query.clone();
            oldest_first.order = TokenOrder::OldestFirst;
            let mut list = sound(table, &oldest_first)?;
            if query.order == TokenOrder::NewestFirst {
                list.tokens.reverse();
            }
            Ok(list)
        }),
        breaks: &["newest_first_is_the_reverse", "a_status_filter_agrees_with_the_derived_status"],
    },
    Fault {
        name: "orders ids as unsigned numbers",
        list: AtOnce(|table, query| sorted(table, query, |token| token.id.0.cast_unsigned())),
        breaks: &["ids_are_ordered_as_signed_numbers"],
    },
    Fault {
        name: "orders ids as text",
        list: AtOnce(|table, query| sorted(table, query, |token| token.id.to_string())),
        breaks: &[
            "rows_come_by_id_ascending",
            "tokens_of_one_instant_come_by_id",
            "ids_are_ordered_as_signed_numbers",
            "every_window_is_exact",
            "a_walk_yields_every_token_once",
            "a_status_filter_agrees_with_the_derived_status",
            "instants_come_back_to_the_microsecond",
            "names_come_back_unchanged",
            "concurrent_readers_get_their_own_rows",
        ],
    },
    Fault {
        name: "clamps ids to 32 bits",
        list: AtOnce(|table, query| {
            altered(table, query, |token| token.id.0 = token.id.0.clamp(i32::MIN.into(), i32::MAX.into()))
        }),
        breaks: &["ids_are_ordered_as_signed_numbers"],
    },
];
