//! Owners do not share a list.

use std::collections::BTreeSet;

use tokenfolio::{ListQuery, TokenOrder};

use super::harness::List::AtOnce;
use super::harness::{Fault, ListResult, Table, all_rows, altered, broken_alone, check_faults, failure, sound, window};

/// The clauses of this group.
pub(super) const CLAUSES: [&str; 2] =
    ["an_owner_without_tokens_has_an_empty_list", "tokens_of_other_owners_never_show"];

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
        name: "fails for an owner without tokens",
        list: AtOnce(|table, query| match sound(table, query)? {
            list if list.total == 0 => failure("no such owner"),
            list => Ok(list),
        }),
        breaks: &["an_owner_without_tokens_has_an_empty_list"],
    },
    Fault {
        name: "counts one token where there is none",
        list: AtOnce(|table, query| {
            let mut list = sound(table, query)?;
            list.total = list.total.max(1);
            Ok(list)
        }),
        breaks: &["an_owner_without_tokens_has_an_empty_list"],
    },
    Fault {
        name: "lists the next owner's tokens too",
        list: AtOnce(with_tokens_of_the_next_owner),
        breaks: &["tokens_of_other_owners_never_show", "concurrent_readers_get_their_own_rows"],
    },
    Fault {
        name: "lists the next owner's tokens too where it filters",
        list: AtOnce(|table, query| match query.status {
            Some(_) => with_tokens_of_the_next_owner(table, query),
            None => sound(table, query),
        }),
        breaks: &["tokens_of_other_owners_never_show"],
    },
    Fault {
        name: "lists the next owner's tokens too where the newest come first",
        list: AtOnce(|table, query| match query.order {
            TokenOrder::NewestFirst => with_tokens_of_the_next_owner(table, query),
            TokenOrder::OldestFirst => sound(table, query),
        }),
        breaks: &["tokens_of_other_owners_never_show"],
    },
    Fault {
        name: "counts the next owner's tokens too",
        list: AtOnce(|table, query| {
            let mut theirs = query.clone();
            theirs.owner += 1;
            let mut list = sound(table, query)?;
            list.total += sound(table, &theirs)?.total;
            Ok(list)
        }),
        breaks: &["tokens_of_other_owners_never_show", "concurrent_readers_get_their_own_rows"],
    },
    Fault {
        name: "confuses tokens of two owners with the same id",
        list: AtOnce(|table, query| {
            let mut theirs = query.clone();
            theirs.owner += 1;
            let theirs = all_rows(table, &theirs)?;
            altered(table, query, |token| {
                token.clone_from(theirs.iter().find(|their| their.id == token.id).unwrap_or(&token.clone()));
            })
        }),
        breaks: &["tokens_of_other_owners_never_show", "concurrent_readers_get_their_own_rows"],
    },
];

fn with_tokens_of_the_next_owner(table: &Table, query: &ListQuery<u64>) -> ListResult {
    let mut theirs = query.clone();
    theirs.owner += 1;
    let mut rows = all_rows(table, query)?;
    rows.extend(all_rows(table, &theirs)?);
    rows.sort_by_key(|token| token.id);
    if query.order == TokenOrder::NewestFirst {
        rows.reverse();
    }
    window(rows, query)
}
