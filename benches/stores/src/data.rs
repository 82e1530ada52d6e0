//! The tokens of each owner, in the order of their creation.

use chrono::DateTime;
use tokenfolio::{AccessToken, AllowedIps};

/// The owner of the largest number of tokens.
pub(crate) const BIG: i64 = 1;
/// The owner of 1,000 tokens.
pub(crate) const USUAL: i64 = 2;
pub(crate) const USUAL_TOKENS: u64 = 1_000;

/// The size of the tables, in tokens.
#[derive(Clone, Copy)]
pub(crate) struct Scale {
    /// The number of tokens of the owner [`BIG`].
    pub(crate) big: u64,
    /// The number of tokens of all owners.
    pub(crate) all: u64,
}

impl Scale {
    pub(crate) const FULL: Self = Self { big: 1_000_000, all: 10_000_000 };
    pub(crate) const SMALL: Self = Self { big: 100_000, all: 1_000_000 };
    /// Only to check that everything runs.
    pub(crate) const SHORT: Self = Self { big: 3_000, all: 6_000 };
}

/// Returns the owner of each token, in the order of ids from 1. Other owners have 1 to 1,000 tokens each. The result is
/// the same in every run.
pub(crate) fn owners(scale: Scale) -> Vec<i64> {
    let mut random = fastrand::Rng::with_seed(1);
    let mut owners = Vec::new();
    let mut add = |owner: i64, tokens: u64| {
        let remaining = scale.all - owners.len() as u64;
        owners.extend((0..tokens.min(remaining)).map(|_| owner));
        remaining > tokens
    };
    add(BIG, scale.big);
    add(USUAL, USUAL_TOKENS);
    let mut next = USUAL + 1;
    while add(next, random.u64(1..=1_000)) {
        next += 1;
    }
    random.shuffle(&mut owners);
    owners
}

/// Returns the token with an id. Some tokens expire, are revoked or have an allow-list. All have been used.
pub(crate) fn token(id: i64) -> AccessToken {
    let time = |second| DateTime::from_timestamp(second, 0).expect("ids are small");
    let created_at = time(1_700_000_000 + id);
    let mut token = AccessToken::new(id, format!("deploy {id}"), created_at);
    token.usage_count = 1 + id.unsigned_abs() % 1_000;
    token.last_used_at = Some(created_at);
    token.expires_at = (id % 3 == 0).then(|| time(1_800_000_000 + id));
    token.revoked_at = (id % 7 == 0).then_some(created_at);
    token.allowed_ips =
        (id % 5 == 0).then(|| AllowedIps::parse(["203.0.113.12", "10.0.0.0/24"]).expect("an address and a range"));
    token
}
