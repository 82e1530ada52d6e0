//! The challenge of a rejected request (RFC 6750, section 3).

use proptest::prelude::*;
use tokenfolio::{BearerError, Challenge, ChallengeError};

use crate::allocations::allocated_by;

/// Parses a challenge by RFC 9110, section 11.6.1: the scheme, and quoted parameters separated by commas.
#[track_caller]
fn parameters(challenge: &Challenge) -> Vec<(String, String)> {
    let header = challenge.to_header();
    let mut rest = std::str::from_utf8(header.as_bytes()).unwrap().strip_prefix("Bearer ").expect("the scheme");
    let mut parameters: Vec<(String, String)> = Vec::new();
    loop {
        let (name, value) = rest.split_once("=\"").expect("a parameter");
        assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name:?}");
        assert!(parameters.iter().all(|(known, _)| known != name), "{name} is repeated in {header:?}");
        let mut text = String::new();
        let mut chars = value.chars();
        loop {
            match chars.next().expect("a closing quote") {
                '"' => break,
                // Section 5.6.4: quoted-pair.
                '\\' => {
                    let escaped = chars.next().filter(|c| matches!(c, '\t' | ' '..='~'));
                    text.push(escaped.expect("an escaped character"));
                }
                c => {
                    assert!(matches!(c, '\t' | ' '..='~'), "{c:?} in {header:?}");
                    text.push(c);
                }
            }
        }
        parameters.push((name.to_owned(), text));
        rest = match chars.as_str() {
            "" => return parameters,
            more => more.strip_prefix(", ").expect("a comma"),
        };
    }
}

/// Sets one parameter of a challenge to a text.
type Set = fn(&str) -> Result<Challenge, ChallengeError>;

/// The parameters whose text the caller sets.
const PARAMETERS: [(&str, Set); 3] = [
    ("realm", Challenge::new),
    ("error_description", |text| Challenge::default().with_description(text)),
    ("scope", |text| Challenge::default().with_scope(text)),
];

/// Returns whether the grammar allows this text in the parameter.
fn is_valid(name: &str, text: &str) -> bool {
    // RFC 6749, appendix A.
    let is_nqchar = |c: char| matches!(c, '\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e');
    match name {
        // RFC 9110, section 5.6.4, without obs-text.
        "realm" => text.chars().all(|c| c == '\t' || c == '"' || c == '\\' || c == ' ' || is_nqchar(c)),
        "error_description" => !text.is_empty() && text.chars().all(|c| c == ' ' || is_nqchar(c)),
        _ => text.split(' ').all(|scope| !scope.is_empty() && scope.chars().all(is_nqchar)),
    }
}

/// Checks that a text is unchanged in the challenge if the grammar allows it, and is an error otherwise.
#[track_caller]
fn check(text: &str) {
    for (name, set) in PARAMETERS {
        match set(text) {
            Ok(challenge) => {
                assert!(is_valid(name, text), "{name} is {text:?}");
                let parameters = parameters(&challenge);
                let value = parameters.iter().find(|(known, _)| known == name).map(|(_, value)| &**value);
                assert_eq!(value, Some(text), "{name}");
            }
            Err(error) => {
                assert!(!is_valid(name, text), "{name} is not {text:?}");
                assert!(error.to_string().starts_with(&format!("`{name}` must ")), "{error}");
            }
        }
    }
}

#[test]
fn every_character_is_unchanged_or_an_error() {
    check("");
    for c in ('\0'..='\u{2ff}').chain(['\u{202e}', '\u{feff}', '\u{ffff}', '\u{10ffff}', '日', '🦀']) {
        for text in [c.to_string(), format!("a{c}b"), format!("{c}{c}"), format!("a {c}"), format!("{c}, x=")] {
            check(&text);
        }
    }
}

#[test]
fn a_text_that_the_grammar_does_not_allow_is_an_error_that_names_the_parameter() {
    let description = "`error_description` must be visible ASCII and spaces without `\"` and `\\`, but has ";
    let scope = "`scope` must be visible ASCII and spaces without `\"` and `\\`, but has ";
    let empty_scope = "`scope` must be scopes separated by single spaces, but one of them is empty";
    for (name, text, error) in [
        ("realm", "é", "`realm` must be ASCII without control characters, but has 'é'".to_owned()),
        ("realm", "a\r\nset-cookie: b", r"`realm` must be ASCII without control characters, but has '\r'".to_owned()),
        ("realm", "\u{7f}", r"`realm` must be ASCII without control characters, but has '\u{7f}'".to_owned()),
        ("realm", "\u{202e}", r"`realm` must be ASCII without control characters, but has '\u{202e}'".to_owned()),
        ("error_description", "", "`error_description` must not be empty".to_owned()),
        ("error_description", "é", format!("{description}'é'")),
        ("error_description", "say \"x\"", format!("{description}'\"'")),
        ("error_description", "a\tb", format!(r"{description}'\t'")),
        ("error_description", "a\\b", format!(r"{description}'\\'")),
        ("scope", "é", format!("{scope}'é'")),
        ("scope", "tokens:read é", format!("{scope}'é'")),
        ("scope", "a\nb", format!(r"{scope}'\n'")),
        ("scope", "a\tb", format!(r"{scope}'\t'")),
        ("scope", "a\"b", format!("{scope}'\"'")),
        ("scope", "", empty_scope.to_owned()),
        ("scope", " ", empty_scope.to_owned()),
        ("scope", " a", empty_scope.to_owned()),
        ("scope", "a ", empty_scope.to_owned()),
        ("scope", "a  b", empty_scope.to_owned()),
    ] {
        let (_, set) = PARAMETERS.into_iter().find(|(known, _)| *known == name).unwrap();
        assert_eq!(set(text).unwrap_err().to_string(), error, "{name} {text:?}");
    }
}

#[test]
fn a_challenge_is_written_word_for_word() {
    let bare = Challenge::new("api").unwrap();
    assert_eq!(bare.to_header(), r#"Bearer realm="api""#);
    assert_eq!(bare, Challenge::default());
    for (error, code) in [
        (BearerError::InsufficientScope, "insufficient_scope"),
        (BearerError::InvalidRequest, "invalid_request"),
        (BearerError::InvalidToken, "invalid_token"),
    ] {
        assert_eq!(error.as_str(), code);
        assert_eq!(error.to_string(), code);
        assert_eq!(
            bare.clone().with_error(error).to_header(),
            format!(r#"Bearer realm="api", error="{code}""#).as_str()
        );
    }
    let full = bare.with_scope("tokens:read tokens:write").and_then(|challenge| challenge.with_description("expired"));
    assert_eq!(
        full.unwrap().with_error(BearerError::InsufficientScope).to_header(),
        concat!(
            r#"Bearer realm="api", error="insufficient_scope", error_description="expired", "#,
            r#"scope="tokens:read tokens:write""#
        )
    );
    assert_eq!(Challenge::new("").unwrap().to_header(), r#"Bearer realm="""#);
    assert_eq!(Challenge::new("a\"b\\c\td").unwrap().to_header(), "Bearer realm=\"a\\\"b\\\\c\td\"");
}

#[test]
fn a_parameter_that_is_set_twice_is_written_once() {
    let twice = Challenge::default().with_error(BearerError::InvalidRequest).with_error(BearerError::InvalidToken);
    let twice = ["first", "second"].into_iter().try_fold(twice, Challenge::with_description);
    let twice = ["a", "b"].into_iter().try_fold(twice.unwrap(), Challenge::with_scope).unwrap();
    let once = [("realm", "api"), ("error", "invalid_token"), ("error_description", "second"), ("scope", "b")];
    assert_eq!(parameters(&twice), once.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

proptest! {
    #[test]
    fn any_text_is_unchanged_or_an_error(text in ".*", ascii in "[ -~\t]*") {
        check(&text);
        check(&ascii);
    }
}

#[test]
fn a_header_is_allocated_with_its_exact_length() {
    let challenge = Challenge::new("api").unwrap();
    let scoped = challenge.clone().with_scope("tokens:read").unwrap().with_error(BearerError::InsufficientScope);
    let described = scoped.clone().with_description("The token lacks a scope.").unwrap();
    for challenge in [challenge, scoped, described] {
        let mut header = None;
        let allocated = allocated_by(|| header = Some(challenge.to_header()));
        assert_eq!(allocated, header.unwrap().len(), "{challenge:?}");
    }
}
