//! Reads the secret.

use std::path::Path;
use std::{env, fs, io};

use tokenfolio::BearerToken;

const VARIABLE: &str = "TOKENFOLIO_SECRET";

/// The reason why there is no valid secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("the secret cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("the secret contains whitespace or a character that is not allowed in a token")]
    Malformed,
    #[error("the secret is missing: set {VARIABLE} or use `--secret-file`")]
    Missing,
}

/// Reads the secret from a file, from standard input for `-`, or from the environment. Ignores surrounding whitespace.
pub(crate) fn read(file: Option<&Path>) -> Result<BearerToken, SecretError> {
    let text = match file {
        Some(path) if path == Path::new("-") => io::read_to_string(io::stdin())?,
        Some(path) => fs::read_to_string(path)?,
        None => env::var(VARIABLE).map_err(|error| match error {
            env::VarError::NotPresent => SecretError::Missing,
            env::VarError::NotUnicode(_) => SecretError::Malformed,
        })?,
    };
    match text.trim() {
        "" => Err(SecretError::Missing),
        secret => {
            let value = format!("Bearer {secret}");
            BearerToken::from_values([value.as_bytes()]).map_err(|_| SecretError::Malformed)
        }
    }
}
