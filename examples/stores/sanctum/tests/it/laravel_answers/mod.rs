//! Compares the endpoint with the recorded responses of a Laravel application, over the same rows.
//!
//! `tests/data/README.md` describes the records. The environment variable `TOKENFOLIO_SANCTUM` is the path of another
//! directory with an `answers.jsonl`.

mod answer;
mod rule;
mod service;

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use answer::{Answer, Body, Expected, answers};
use rule::RULES;
use service::Service;

#[tokio::test]
async fn every_response_is_equal_or_differs_by_a_rule() {
    let directory = env::var_os("TOKENFOLIO_SANCTUM")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data").into(), PathBuf::from);
    let service = Service::create().await;
    let mut equal = 0;
    let mut by_rule = BTreeMap::new();
    let mut unknown = Vec::new();
    let answers = answers(&directory.join("answers.jsonl"));
    for answer in &answers {
        let (expected, rules) = decided(&service, answer);
        let expected = match expected.body {
            Body::OfRequest(request) => service.respond(&request).await,
            _ => expected,
        };
        let found = service.respond(&answer.request).await;
        if found != expected {
            unknown.push(format!("{} {rules:?}\n  expected {expected:?}\n  found    {found:?}", answer.name));
        }
        equal += usize::from(rules.is_empty());
        for rule in rules {
            *by_rule.entry(rule).or_insert(0) += 1;
        }
    }
    for difference in &unknown {
        println!("{difference}");
    }
    let counts: Vec<_> = by_rule.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    let decided = answers.len() - equal;
    println!("{} responses: {equal} equal, {decided} different by a rule ({})", answers.len(), counts.join(", "));
    assert!(unknown.is_empty(), "{} responses differ without a rule", unknown.len());
    assert!(equal > 0);
}

/// Applies the rules to a response of Laravel. Returns the response of the endpoint, and the names of the rules that
/// changed it.
fn decided(service: &Service, answer: &Answer) -> (Expected, Vec<&'static str>) {
    let mut expected = answer.expected.clone();
    let mut rules = Vec::new();
    for (name, rule) in RULES {
        let before = expected.clone();
        rule(service, &answer.request, &mut expected);
        if expected != before {
            rules.push(name);
        }
    }
    (expected, rules)
}
