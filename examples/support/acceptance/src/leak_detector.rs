//! What nobody is told: secrets, digests of them, and causes of failures.

use aho_corasick::AhoCorasick;
use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXLOWER_PERMISSIVE, HEXUPPER};
use sha2::{Digest, Sha256};

/// How much of a value counts as the value: in base64 a whole number of characters, so that its text begins alike
/// however much of it is there.
const ENOUGH: usize = 9;

/// Words of those who know more than they should tell: databases, their drivers, panics.
const CAUSES: [&str; 12] = [
    "no such table",
    "out of range at index",
    "does not exist",
    "sqlite",
    "SQLITE",
    "postgres",
    "SELECT ",
    "access_token\"",
    "token_usage",
    "token_secret",
    "panicked",
    ".rs:",
];

/// Bytes that are looked for in what anybody may read.
#[derive(Clone, Debug)]
pub struct Untold {
    names: Vec<String>,
    automaton: AhoCorasick,
}

impl Untold {
    /// Looks for secrets (`<owner>|<random>`) and their SHA-256 digests: as they are, escaped, in hex of either case, in
    /// base64 of either alphabet, and as a list of numbers.
    ///
    /// # Panics
    ///
    /// If a secret is too short to be told from other text.
    #[must_use]
    #[track_caller]
    pub fn secrets<'s>(secrets: impl IntoIterator<Item = &'s str>) -> Self {
        Self::of(secrets.into_iter().flat_map(secret_and_digest))
    }

    /// Looks for words that causes of failures have, and for these.
    #[must_use]
    pub(crate) fn causes<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let words = CAUSES.into_iter().chain(words);
        Self::of(words.map(|word| (format!("a cause, {word:?}"), word.into())))
    }

    fn of(named: impl Iterator<Item = (String, Vec<u8>)>) -> Self {
        let (names, spellings): (Vec<_>, Vec<_>) = named.unzip();
        let automaton = AhoCorasick::new(spellings).expect("a few thousand words are not too many");
        Self { names, automaton }
    }

    /// Asserts that there is none of it in some bytes, nor in what is left of them without blanks and line breaks.
    ///
    /// # Panics
    ///
    /// If there is.
    #[track_caller]
    pub fn expect_none_in(&self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        let dense: Vec<_> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        for told in [bytes, &dense] {
            if let Some(found) = self.automaton.find(told) {
                let name = &self.names[found.pattern()];
                let around = found.start().saturating_sub(60)..told.len().min(found.end() + 60);
                panic!("{name} is told: {}", told[around].escape_ascii());
            }
        }
    }
}

#[track_caller]
fn secret_and_digest(secret: &str) -> Vec<(String, Vec<u8>)> {
    let (_, random) = secret.split_once('|').expect("a secret says whose it is");
    let digest = Sha256::digest(secret);
    let mut values = vec![("a secret", secret.as_bytes()), ("a secret", random.as_bytes()), ("a digest", &digest[..])];
    // Where the text of a secret is hex, its bytes are as good as it.
    let bytes = HEXLOWER_PERMISSIVE.decode(random.as_bytes());
    values.extend(bytes.as_deref().ok().map(|bytes| ("a secret", bytes)));
    values.into_iter().flat_map(|(what, value)| spellings(what, value)).collect()
}

#[track_caller]
fn spellings(what: &str, value: &[u8]) -> [(String, Vec<u8>); 7] {
    let value = value.get(..ENOUGH).expect("a secret is long");
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
    .map(|(spelling, bytes)| (format!("{what} {spelling}"), bytes))
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    const SECRET: &str = "7|00112233445566778899aabbccddeeff";

    fn is_found(text: impl AsRef<[u8]>) -> bool {
        let untold = Untold::secrets([SECRET]);
        let text = [b"before ", text.as_ref(), b" after"].concat();
        catch_unwind(|| untold.expect_none_in(&text)).is_err()
    }

    #[test]
    fn a_secret_and_its_digest_are_found_however_they_are_printed() {
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
            assert!(is_found(&value[..ENOUGH]), "what is cut short");
        }
        assert!(is_found(random.to_ascii_uppercase()));
        assert!(!is_found(&digest[1..]));
        assert!(!is_found("7|001122"));
    }
}
