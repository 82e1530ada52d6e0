//! The contract suite, on stores that fulfill the contract and on stores that break one clause.
//!
//! Each group of clauses has a file, with the faults that a store can have there.

mod concurrency;
mod fields;
mod harness;
mod limits;
mod order;
mod outage;
mod owners;
mod window;

use std::error::Error;
use std::fs;
use std::sync::Arc;

use pollster::block_on;
use tokenfolio::contract;
use tokenfolio::{AccessToken, DynTokenStore, TokenStore};

use harness::{CachedUntil, List, ListAtOnce, Sound, altered, failure, names, violations, violations_of_cache};

#[test]
fn the_store_in_memory_passes_twice_on_one_table() {
    check_sound(&Sound::new(|memory| memory));
}

#[test]
fn the_store_in_memory_passes_as_a_trait_object() {
    check_sound(&Sound::new(|memory| -> Arc<dyn DynTokenStore<Owner = u64>> { memory }));
    check_sound(&Sound::new(|memory| -> Box<dyn DynTokenStore<Owner = u64>> { Box::new(memory) }));
}

#[test]
fn a_table_may_reject_values_that_many_databases_cannot_hold() {
    let rejects: [fn(&AccessToken) -> bool; 3] = [
        |token| token.usage_count > i64::MAX.unsigned_abs(),
        |token| token.name.contains('\0'),
        |token| token.name.chars().count() > 255,
    ];
    for rejects in rejects {
        let mut fixture = Sound::new(|memory| memory);
        fixture.rejects = rejects;
        check_sound(&fixture);
    }
}

/// The clauses that a fixture without hooks skips.
const OPTIONAL: [&str; 2] =
    ["a_row_that_cannot_be_read_is_corrupt", "a_backend_that_is_down_is_unavailable_and_recovers"];

#[track_caller]
fn check_sound<S: TokenStore<Owner = u64>>(fixture: &Sound<S>) {
    for _ in 0..2 {
        assert_eq!(block_on(contract::check_all(fixture)).unwrap().clauses(), OPTIONAL);
    }
}

/// Returns the clauses that the suite runs. A store that always fails breaks them all.
fn clauses() -> Vec<&'static str> {
    names(violations(FAILS).as_ref())
}

const FAILS: List = List::AtOnce(|_, _| failure("the disk is full"));

#[test]
fn every_public_clause_is_run_and_is_in_a_group() {
    let mut run = clauses();
    run.sort_unstable();
    let groups: [&[&str]; 6] = [
        &concurrency::CLAUSES,
        &fields::CLAUSES,
        &order::CLAUSES,
        &outage::CLAUSES,
        &owners::CLAUSES,
        &window::CLAUSES,
    ];
    let mut grouped = groups.concat();
    grouped.sort_unstable();
    assert_eq!(run, grouped);
    assert_eq!(run, public_clauses());
}

/// Returns the public functions in the suite's source in alphabetical order, except the function that runs all clauses.
fn public_clauses() -> Vec<String> {
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/contract")).expect("the suite's source");
    let paths = files.map(|entry| entry.expect("a readable entry").path());
    let sources: String = paths.map(|path| fs::read_to_string(path).expect("a readable file")).collect();
    let functions = sources.lines().filter_map(|line| line.trim_start().strip_prefix("pub async fn "));
    let names = functions.filter_map(|function| function.split(['<', '(']).next());
    let mut clauses: Vec<_> = names.filter(|name| *name != "check_all").map(str::to_owned).collect();
    clauses.sort_unstable();
    clauses
}

#[test]
fn violations_are_listed_by_name_with_what_was_expected() {
    let violations = violations(FAILS).unwrap();
    let mut expected = "the store breaks its contract".to_owned();
    for clause in clauses() {
        let got = match clause {
            "a_row_that_cannot_be_read_is_corrupt" => {
                "a list with a corrupt row: expected corrupt data, got the store failed: the disk is full"
            }
            _ => "the store failed: the disk is full",
        };
        expected += &format!("\n  {clause}: {got}");
    }
    assert_eq!(violations.to_string(), expected);

    let late = violations_of_cache(CachedUntil::Insert).unwrap();
    assert_eq!(
        late.to_string(),
        concat!(
            "the store breaks its contract\n",
            "  a_removed_token_is_gone: the list after a removal: expected ids [1, 3] of a total of 2, ",
            "got [1, 2, 3] of 3",
        )
    );
    let (_, violation) = late.iter().next().unwrap();
    assert!(violation.source().is_none() && late.source().is_none());
}

#[test]
fn a_field_that_differs_is_named_and_a_long_value_is_cut() {
    let cuts: ListAtOnce = |table, query| {
        altered(table, query, |token| {
            let end = (0..=400).rev().find(|index| token.name.is_char_boundary(*index));
            token.name = token.name[..end.unwrap()].into();
        })
    };
    let violations = violations(List::AtOnce(cuts)).unwrap();
    let messages: Vec<_> = violations.iter().map(|(_, violation)| violation.to_string()).collect();
    let long = "long ".repeat(11);
    let wide = "日".repeat(133);
    assert_eq!(
        messages,
        [
            format!(r#"name of token 18: expected "{}", got "{wide}""#, "日".repeat(255)),
            format!(
                r#"name of token 3: expected "{long}long.. (10002 characters), got "{long}long.. (402 characters)"#
            ),
        ]
    );
}

#[test]
fn a_failing_fixture_is_not_reported_as_a_failing_store() {
    let mut fixture = Sound::new(|memory| memory);
    fixture.rejects = |_| true;
    let violations = block_on(contract::check_all(&fixture)).unwrap_err();
    let mut expected = clauses();
    expected.retain(|clause| !OPTIONAL.contains(clause));
    assert_eq!(names(Some(&violations)), expected[1..], "only the clause about the empty list inserts no token");
    assert_eq!(violations.skipped().clauses(), OPTIONAL);
    let text = violations.to_string();
    assert!(OPTIONAL.iter().all(|clause| text.contains(&format!("\n  {clause}: skipped"))), "{text}");
    assert_eq!(format!("{violations:?}"), text);
    for (clause, violation) in violations.iter() {
        assert_eq!(violation.to_string(), "the fixture failed: check constraint violated", "{clause}");
    }
}

#[test]
fn a_clause_can_be_checked_alone() {
    let mut fixture = Sound::new(|memory| memory);
    fixture.is_append_only = true;
    assert_eq!(block_on(contract::an_inserted_token_shows_at_once(&fixture)), Ok(()));
    let violation = block_on(contract::a_removed_token_is_gone(&fixture)).unwrap_err();
    assert_eq!(violation.to_string(), "the fixture failed: append only");
    assert_eq!(block_on(contract::a_row_that_cannot_be_read_is_corrupt(&fixture)), None);
}

#[test]
fn the_checks_can_run_on_another_thread() {
    fn can_go<T: Send>(_: T) {}
    can_go(contract::check_all(&Sound::new(|memory| memory)));
}
