//! The secrets that a server accepts or rejects, generated at every start.

use serde::ser::{Serialize, Serializer};
use tokenfolio::TokenId;

use crate::tokens::{EXPIRED, GOOD, IP_DENIED, OWNER, REVOKED, SINGLE, SINGLE_OWNER};

/// The secrets of the five tokens that have one.
#[derive(serde::Serialize)]
pub(crate) struct Secrets {
    /// Accepted. Its owner has 293 tokens.
    pub(crate) good: Secret,
    /// Rejected: expired.
    pub(crate) expired: Secret,
    /// Rejected: revoked.
    pub(crate) revoked: Secret,
    /// Accepted from this machine only. Its owner has no other token.
    pub(crate) single: Secret,
    /// Rejected: active, but not allowed from this machine.
    pub(crate) ip_denied: Secret,
}

impl Secrets {
    /// Generates five secrets. `prefix` returns the number that the secret of an owner's token starts with.
    ///
    /// # Errors
    ///
    /// Fails if the system provides no randomness.
    pub(crate) fn generate(prefix: impl Fn(i64, TokenId) -> i64) -> Result<Self, getrandom::Error> {
        let generate = |owner, token| Secret::generate(owner, token, prefix(owner, token));
        Ok(Self {
            good: generate(OWNER, GOOD)?,
            expired: generate(OWNER, EXPIRED)?,
            revoked: generate(OWNER, REVOKED)?,
            single: generate(SINGLE_OWNER, SINGLE)?,
            ip_denied: generate(OWNER, IP_DENIED)?,
        })
    }

    /// Returns all secrets.
    pub(crate) fn all(&self) -> [&Secret; 5] {
        [&self.good, &self.expired, &self.revoked, &self.single, &self.ip_denied]
    }
}

/// The secret of a token.
pub(crate) struct Secret {
    pub(crate) owner: i64,
    pub(crate) token: TokenId,
    /// `<prefix>|<64 hex digits>`. The prefix is the owner, so that a sharded store finds the owner's shard. In Sanctum's
    /// table it is the id of the token.
    pub(crate) text: String,
}

impl Secret {
    fn generate(owner: i64, token: TokenId, prefix: i64) -> Result<Self, getrandom::Error> {
        let mut random = [0; 32];
        getrandom::fill(&mut random)?;
        let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { owner, token, text: format!("{prefix}|{hex}") })
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
