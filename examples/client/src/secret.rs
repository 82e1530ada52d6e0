//! Where the secret comes from.

use std::path::Path;
use std::{env, fs, io};

use tokenfolio::BearerToken;

const VARIABLE: &str = "TOKENFOLIO_SECRET";

/// Why there is no secret to present.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("the secret cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("the secret has a blank within, or a character that no token has")]
    Malformed,
    #[error("there is no secret: set {VARIABLE}, or give `--secret-file`")]
    Missing,
}

/// Reads the secret from a file, standard input for `-`, or the environment; blanks around it do not count.
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
