//! Envelopes of single pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

use super::rules::{Case, Input, Rule, check, doubles, float, theirs, with_floats, with_null_pages};
use super::{data, read};
use crate::ordered_json::{Json, object};

#[test]
fn the_envelope_agrees_with_laravel() {
    let given = std::env::var_os("TOKENFOLIO_VECTORS").map(PathBuf::from);
    let files = given.map_or_else(|| vec![data("public.jsonl")], |directory| json_lines_in(&directory));
    let mut compared = 0;
    let mut decided: BTreeMap<Rule, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable file");
        if !text.lines().next().is_some_and(is_of_this_form) {
            println!("{}: not of this form", file.display());
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            let case: Case =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{}:{}: {error}", file.display(), index + 1));
            compared += 1;
            match check(&case) {
                Ok(rules) => {
                    if let Some(first) = rules.into_iter().min() {
                        *decided.entry(first).or_default() += 1;
                    }
                }
                Err(difference) => wrong.push(format!("{}:{}: {}: {difference}", file.display(), index + 1, case.name)),
            }
        }
    }
    for difference in wrong.iter().take(20) {
        println!("{difference}");
    }
    let differently: usize = decided.values().sum();
    let by_rule: Vec<_> = decided.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    println!("laravel: {compared} cases compared, {differently} different by a rule ({})", by_rule.join(", "));
    assert!(compared > 0, "no file has the form of tests/data/public.jsonl");
    assert!(wrong.is_empty(), "{} of {compared} cases differ, the first: {}", wrong.len(), wrong[0]);
}

#[test]
fn every_deviation_from_the_recorded_pages_is_known() {
    let mut decided: BTreeMap<String, usize> = BTreeMap::new();
    for case in read::<Case>("public.jsonl") {
        for rule in check(&case).unwrap() {
            *decided.entry(rule.to_string()).or_default() += 1;
        }
    }
    let known = [
        ("page_clamped_up", 9),
        ("path: no scheme", 40),
        ("path: query", 162),
        ("path: relative", 47),
        ("per_page_below_1", 3),
    ];
    assert_eq!(decided, known.map(|(rule, count)| (rule.to_owned(), count)).into());
}

#[test]
fn every_recorded_page_without_a_total_is_ours() {
    let mut decided: BTreeMap<String, usize> = BTreeMap::new();
    let cases = read::<Case>("simple.jsonl");
    assert_eq!(cases.len(), 300);
    for case in cases {
        let rules = check(&case).unwrap_or_else(|difference| panic!("{}: {difference}", case.name));
        for rule in rules {
            *decided.entry(rule.to_string()).or_default() += 1;
        }
    }
    let known = [("fragment_not_url_safe", 31), ("page_clamped_up", 4), ("path: query", 63), ("path: relative", 21)];
    assert_eq!(decided, known.map(|(rule, count)| (rule.to_owned(), count)).into());
}

#[test]
fn the_model_writes_every_recorded_page() {
    for case in read::<Case>("public.jsonl") {
        let expected = with_null_pages(object([("links", case.links), ("meta", case.meta)]));
        assert_eq!(theirs(&case.input).envelope(), expected, "{}", case.name);
    }
}

#[test]
fn a_rule_explains_only_its_own_difference() {
    let input = Input {
        fetched: None,
        total: 281,
        per_page: 20,
        current_page: 8,
        items: 20,
        on_each_side: 3,
        path: "/t".to_owned(),
        page_name: "page".to_owned(),
        query: pairs(&[("q", "a b")]),
        fragment: Some("x".to_owned()),
    };
    type Change = (&'static [Rule], fn(&mut Input));
    let changes: [Change; 24] = [
        (&[], |_| {}),
        (&[], |input| input.fragment = Some("a%20b/?".to_owned())),
        (&[Rule::PathEncoded], |input| input.path = "https://bücher.example:80/é//".to_owned()),
        (&[Rule::Path("percent sign")], |input| input.path = "/a%zz".to_owned()),
        (&[Rule::Path("character")], |input| input.path = "/a[b]".to_owned()),
        (&[], |input| input.page_name = "página[número]".to_owned()),
        (&[], |input| input.query = pairs(&[("0", "x"), ("a", "y"), ("1", "z"), ("01", ""), ("-0", ""), ("1.0", "")])),
        (&[Rule::PageClampedUp], |input| input.current_page = i64::MIN),
        (&[Rule::PerPageBelow1], |input| input.per_page = -20),
        (&[Rule::Path("character")], |input| input.path = "/a b".to_owned()),
        (&[Rule::Path("fragment")], |input| input.path = "/a#b".to_owned()),
        (&[Rule::Path("malformed")], |input| input.path = "http:///a".to_owned()),
        (&[Rule::Path("no scheme")], |input| input.path = "///".to_owned()),
        (&[Rule::Path("query")], |input| input.path = "/a?b=/".to_owned()),
        (&[Rule::Path("relative")], |input| input.path = "a".to_owned()),
        (&[Rule::Path("scheme")], |input| input.path = "ftp://h".to_owned()),
        (&[Rule::Path("userinfo")], |input| input.path = "http://a@h".to_owned()),
        (&[Rule::FragmentZeroDropped], |input| input.fragment = Some("0".to_owned())),
        (&[Rule::FragmentNotUrlSafe], |input| input.fragment = Some("#%2é\"%zz%41".to_owned())),
        (&[Rule::QueryNumberKey], |input| input.query = pairs(&[("5", "x"), ("q", ""), ("7", "y"), ("5", "z")])),
        (&[Rule::QueryNumberKey], |input| input.query = pairs(&[("-1", "x")])),
        (&[Rule::QueryNumberKey], |input| input.page_name = "7".to_owned()),
        (&[Rule::Path("query"), Rule::FragmentNotUrlSafe, Rule::QueryNumberKey], |input| {
            input.path = "/a?b".to_owned();
            input.fragment = Some(" ".to_owned());
            input.query = pairs(&[("9223372036854775807", "x"), ("9223372036854775808", "y")]);
        }),
        (&[Rule::PageClampedUp, Rule::PerPageBelow1, Rule::FragmentZeroDropped], |input| {
            input.current_page = 0;
            input.per_page = 0;
            input.fragment = Some("0".to_owned());
        }),
    ];
    for (rules, change) in changes {
        let mut input = input.clone();
        change(&mut input);
        let case = recorded(&input, &theirs(&input).envelope());
        assert_eq!(check(&case).as_deref(), Ok(rules));
        // A page that Laravel would not write is an error under any rule.
        for change in ["current_page", "from", "last_page", "per_page", "to", "total", "path", "links"] {
            let mut case = recorded(&input, &theirs(&input).envelope());
            *case.meta.member_mut(change) = Json::from("else");
            assert!(check(&case).is_err(), "{change} changed under {rules:?}");
        }
        for change in ["first", "last", "prev", "next"] {
            let mut case = recorded(&input, &theirs(&input).envelope());
            *case.links.member_mut(change) = Json::from("else");
            assert!(check(&case).is_err(), "{change} changed under {rules:?}");
        }
        // Another order of members is an error too.
        let mut case = recorded(&input, &theirs(&input).envelope());
        let Json::Object(members) = &mut case.meta else { panic!("meta is an object") };
        members.swap(0, 1);
        assert!(check(&case).is_err(), "members swapped under {rules:?}");
    }
}

proptest! {
    #[test]
    fn a_page_with_any_options_is_explained_by_the_rules(
        (total, per_page, current_page) in (0..1_u64 << 63, -2..300_i64, -2..1_000_i64),
        (items, on_each_side) in (0..30_usize, prop_oneof![9 => 0..12_u8, 1 => any::<u8>()]),
        path in prop_oneof![
            "(https?://[a-z.é:@]{0,5})?(/{0,3}[a-zé%?#]{0,2}){0,3}",
            "[-a-z0-9:/?#%@ é\u{85}\u{a0}\"<>{}|^`\\\\]{0,12}",
            any::<String>(),
        ],
        page_name in prop_oneof!["page", "[0-9]", any::<String>().prop_filter("a name", |name| !name.is_empty())],
        query in vec(("-?[0-9]{0,2}|[ap+& ]{0,2}|page", any::<String>()), 0..5),
        fragment in option::of(prop_oneof!["[a-f0-9%#é]{0,6}", any::<String>()]),
    ) {
        let input = Input { fetched: None, total, per_page, current_page, items, on_each_side, path, page_name, query, fragment };
        let case = recorded(&input, &with_floats(doubles(&input).envelope()));
        prop_assert!(check(&case).is_ok(), "{:?}", check(&case));
    }
}

#[test]
fn numbers_beyond_doubles_are_exact() {
    // The total, the page size and the page. The last page and `from` as Laravel writes them.
    let cases = [
        ((1 << 53) + 1, 1, 1, 1 << 53, Json::from(1)),
        (1 << 62, 20, 1, 230_584_300_921_369_408, Json::from(1)),
        (10_u64.pow(18), 7, 1, 142_857_142_857_142_864, Json::from(1)),
        ((1 << 63) - 1, 1, 1, 1, Json::from(1)),
        (9, 2, i64::MAX, 5, float(1.844_674_407_370_955_2e19)),
        (9, 20, 922_337_203_685_477_580, 1, float(1.844_674_407_370_955_2e19)),
    ];
    for (total, per_page, current_page, last_page, from) in cases {
        let input = Input {
            fetched: None,
            total,
            per_page,
            current_page,
            items: 2,
            on_each_side: 0,
            path: "/t".to_owned(),
            page_name: "page".to_owned(),
            query: Vec::new(),
            fragment: None,
        };
        let envelope = doubles(&input).envelope();
        assert_eq!(*envelope.member("meta").member("last_page"), last_page.into());
        let case = recorded(&input, &with_floats(envelope));
        assert_eq!(*case.meta.member("from"), from);
        assert_eq!(check(&case).as_deref(), Ok(&[Rule::Double][..]), "{total} {per_page} {current_page}");
    }
}

/// Returns a case as if it were recorded.
#[track_caller]
fn recorded(input: &Input, envelope: &Json) -> Case {
    let links = envelope.member("links").clone();
    let meta = envelope.member("meta").clone();
    Case { name: String::new(), input: input.clone(), links, meta }
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[track_caller]
fn json_lines_in(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a readable entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    files
}

/// Returns whether a line is a length-aware page with its input.
fn is_of_this_form(line: &str) -> bool {
    let members = [
        "/input/total",
        "/input/per_page",
        "/input/current_page",
        "/input/items",
        "/input/on_each_side",
        "/input/path",
        "/input/page_name",
        "/input/query",
        "/input/fragment",
        "/links/first",
        "/meta/last_page",
        "/meta/links",
    ];
    serde_json::from_str::<Value>(line).is_ok_and(|row| members.iter().all(|member| row.pointer(member).is_some()))
}
