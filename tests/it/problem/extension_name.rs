//! The names that an extension member can have.

use std::panic;

use tokenfolio::{ExtensionError, ExtensionName};

/// The standard members of RFC 9457, section 3.1.
const MEMBERS: [&str; 5] = ["type", "title", "status", "detail", "instance"];

fn parse(name: &str) -> Result<ExtensionName, ExtensionError> {
    name.parse()
}

/// Returns the text of a name, or why it is invalid.
fn parsed(name: &str) -> Result<String, String> {
    match parse(name) {
        Ok(parsed) => Ok(parsed.as_str().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Returns the text of a name, or why it is invalid, by RFC 9457, section 3.2.
fn expected(name: &str) -> Result<String, String> {
    if MEMBERS.contains(&name) {
        return Err(format!("extension name must not be a standard member: `{name}`"));
    }
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_word && name.len() >= 3 && name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(name.to_owned());
    }
    Err(format!("extension name must be a letter and at least two more letters, digits or `_`: `{name}`"))
}

/// Returns all texts of at most four of these characters.
fn texts() -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut start = 0;
    for _ in 0..4 {
        let end = texts.len();
        for index in start..end {
            texts.extend(['a', 'Z', '0', '_', '-', ' ', '\0', 'é'].map(|c| format!("{}{c}", texts[index])));
        }
        start = end;
    }
    texts
}

#[test]
fn a_name_is_a_letter_and_at_least_two_more_word_characters() {
    for name in texts() {
        assert_eq!(parsed(&name), expected(&name));
    }
    for c in '\0'..='\u{17f}' {
        for name in [format!("{c}bc"), format!("a{c}c"), format!("ab{c}")] {
            assert_eq!(parsed(&name), expected(&name));
        }
    }
    let long = "a".repeat(10_000);
    assert_eq!(parsed(&long), Ok(long.clone()));
    assert!(parse(&(long + "-")).is_err());
}

#[test]
fn a_standard_member_is_not_a_name() {
    for member in MEMBERS {
        assert_eq!(parsed(member), expected(member));
        let others = [format!("{member}s"), format!("a{member}"), member.to_uppercase(), member[1..].to_owned()];
        for name in others {
            assert_eq!(parsed(&name), Ok(name));
        }
    }
}

#[test]
fn a_name_from_static_is_the_parsed_name_and_an_invalid_one_panics() {
    const ERRORS: ExtensionName = ExtensionName::from_static("errors");
    assert_eq!(parse("errors"), Ok(ERRORS));

    for name in ["abc", "trace_id", "Status", "a1_", "", "ab", "1abc", "_abc", "a-b", "éab", "status", "type"] {
        let created = panic::catch_unwind(|| ExtensionName::from_static(name));
        match (created, parse(name)) {
            (Ok(created), Ok(parsed)) => assert_eq!((&created, created.as_str()), (&parsed, name)),
            (Err(payload), Err(error)) => {
                let message = payload.downcast::<String>().unwrap();
                assert_eq!(error.to_string(), format!("{message}: `{name}`"));
            }
            (created, parsed) => panic!("{name}: {created:?} and {parsed:?}"),
        }
    }
}
