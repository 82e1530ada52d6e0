//! Searches output for secrets, their digests, and the causes of errors.

use aho_corasick::AhoCorasick;
use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXLOWER_PERMISSIVE, HEXUPPER};
use sha2::{Digest, Sha256};

/// The length of the prefix of each value that is searched for. It is a multiple of 3, so that the base64 of the prefix
/// is a prefix of the base64 of the value.
const PREFIX_LEN: usize = 9;

/// Words that appear in messages of databases, of their drivers and of panics.
const CAUSES: [&str; 14] = [
    "no such table",
    "out of range at index",
    "does not exist",
    "sqlite",
    "SQLITE",
    "postgres",
    "MySql",
    "personal_access_token",
    "SELECT ",
    "access_token\"",
    "token_usage",
    "token_secret",
    "panicked",
    ".rs:",
];

/// Finds bytes that must not appear in public output.
#[derive(Clone, Debug)]
pub struct LeakDetector {
    names: Vec<String>,
    automaton: AhoCorasick,
}

impl LeakDetector {
    /// Finds secrets (`<number>|<random>`) and their SHA-256 digests: as they are, escaped, in hex of either case, in
    /// base64 of either alphabet, and as a list of numbers.
    ///
    /// # Panics
    ///
    /// Panics if a secret is too short to distinguish it from other text.
    #[must_use]
    #[track_caller]
    pub fn for_secrets<'s>(secrets: impl IntoIterator<Item = &'s str>) -> Self {
        Self::new(secrets.into_iter().flat_map(secret_and_digest))
    }

    /// Finds words that appear in the causes of errors, and the given words.
    #[must_use]
    pub(crate) fn for_causes<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let words = CAUSES.into_iter().chain(words);
        Self::new(words.map(|word| (format!("a cause, {word:?}"), word.into())))
    }

    fn new(named: impl Iterator<Item = (String, Vec<u8>)>) -> Self {
        let (names, patterns): (Vec<_>, Vec<_>) = named.unzip();
        let automaton = AhoCorasick::new(patterns).expect("a few thousand words are not too many");
        Self { names, automaton }
    }

    /// Asserts that the bytes contain no leak, with or without their whitespace.
    ///
    /// # Panics
    ///
    /// Panics if they do.
    #[track_caller]
    pub fn expect_no_leak(&self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        let dense: Vec<_> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        for text in [bytes, &dense] {
            if let Some(found) = self.automaton.find(text) {
                let name = &self.names[found.pattern()];
                let around = found.start().saturating_sub(60)..text.len().min(found.end() + 60);
                panic!("{name} is leaked: {}", text[around].escape_ascii());
            }
        }
    }
}

#[track_caller]
fn secret_and_digest(secret: &str) -> Vec<(String, Vec<u8>)> {
    let (_, random) = secret.split_once('|').expect("a secret starts with a number");
    let digest = Sha256::digest(secret);
    // Sanctum's table has the digest of the text after the id.
    let digest_of_text = Sha256::digest(random);
    let mut values = vec![
        ("a secret", secret.as_bytes()),
        ("a secret", random.as_bytes()),
        ("a digest", &digest[..]),
        ("a digest", &digest_of_text[..]),
    ];
    // If the text of a secret is hex, the decoded bytes are as secret as the text.
    let bytes = HEXLOWER_PERMISSIVE.decode(random.as_bytes());
    values.extend(bytes.as_deref().ok().map(|bytes| ("a secret", bytes)));
    values.into_iter().flat_map(|(name, value)| encodings(name, value)).collect()
}

#[track_caller]
fn encodings(name: &str, value: &[u8]) -> [(String, Vec<u8>); 7] {
    let value = value.get(..PREFIX_LEN).expect("a secret is long");
    let numbers: Vec<_> = value.iter().map(ToString::to_string).collect();
    [
        ("as it is", value.to_vec()),
        ("escaped", value.escape_ascii().collect()),
        ("in hex", HEXLOWER.encode(value).into()),
        ("in upper hex", HEXUPPER.encode(value).into()),
        ("in base64", BASE64.encode(value).into()),
        ("in base64 of URLs", BASE64URL.encode(value).into()),
        ("as a list", numbers.join(",").into()),
    ]
    .map(|(encoding, bytes)| (format!("{name} {encoding}"), bytes))
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    const SECRET: &str = "7|00112233445566778899aabbccddeeff";

    fn is_found(text: impl AsRef<[u8]>) -> bool {
        let detector = LeakDetector::for_secrets([SECRET]);
        let text = [b"before ", text.as_ref(), b" after"].concat();
        catch_unwind(|| detector.expect_no_leak(&text)).is_err()
    }

    #[test]
    fn a_secret_and_its_digest_are_found_in_every_encoding() {
        let digest: [u8; 32] = Sha256::digest(SECRET).into();
        let (_, random) = SECRET.split_once('|').unwrap();
        let decoded = HEXLOWER.decode(random.as_bytes()).unwrap();
        for value in [&digest[..], SECRET.as_bytes(), random.as_bytes(), &decoded] {
            assert!(is_found(value));
            assert!(is_found(format!("{value:?}")));
            assert!(is_found(format!("{value:#?}")));
            assert!(is_found(format!("{value:02x?}").replace([',', ' '], "")));
            assert!(is_found(format!("{value:02X?}").replace([',', ' '], "")));
            assert!(is_found(serde_json::to_vec(value).unwrap()));
            assert!(is_found(BASE64.encode(value)));
            assert!(is_found(data_encoding::BASE64URL_NOPAD.encode(value)));
            assert!(is_found(value.escape_ascii().to_string()));
            assert!(is_found(&value[..PREFIX_LEN]), "a truncated value");
        }
        assert!(is_found(random.to_ascii_uppercase()));
        assert!(!is_found(&digest[1..]));
        assert!(!is_found("7|001122"));
    }
}
