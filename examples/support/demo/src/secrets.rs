//! The secrets that a server can be presented with, made anew at every start.

use serde::ser::{Serialize, Serializer};
use tokenfolio::TokenId;

use crate::tokens::{EXPIRED, GOOD, IP_DENIED, OWNER, REVOKED, SINGLE, SINGLE_OWNER};

/// The secrets of the five tokens that have one.
#[derive(serde::Serialize)]
pub(crate) struct Secrets {
    /// Is accepted. Its owner has many tokens.
    pub(crate) good: Secret,
    /// Has expired.
    pub(crate) expired: Secret,
    /// Is revoked.
    pub(crate) revoked: Secret,
    /// Is accepted from this machine alone. Its owner has no other token.
    pub(crate) single: Secret,
    /// Is active, and not for callers from this machine.
    pub(crate) ip_denied: Secret,
}

impl Secrets {
    /// Makes five secrets.
    ///
    /// # Errors
    ///
    /// A system that has no randomness to give.
    pub(crate) fn generate() -> Result<Self, getrandom::Error> {
        Ok(Self {
            good: Secret::generate(OWNER, GOOD)?,
            expired: Secret::generate(OWNER, EXPIRED)?,
            revoked: Secret::generate(OWNER, REVOKED)?,
            single: Secret::generate(SINGLE_OWNER, SINGLE)?,
            ip_denied: Secret::generate(OWNER, IP_DENIED)?,
        })
    }

    /// Lists the secrets.
    pub(crate) fn all(&self) -> [&Secret; 5] {
        [&self.good, &self.expired, &self.revoked, &self.single, &self.ip_denied]
    }
}

/// The secret of a token.
pub(crate) struct Secret {
    pub(crate) owner: i64,
    pub(crate) token: TokenId,
    /// `<owner>|<64 hex digits>`: who holds it says whose it is, which tells a sharded store where to look.
    pub(crate) text: String,
}

impl Secret {
    fn generate(owner: i64, token: TokenId) -> Result<Self, getrandom::Error> {
        let mut random = [0; 32];
        getrandom::fill(&mut random)?;
        let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { owner, token, text: format!("{owner}|{hex}") })
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
