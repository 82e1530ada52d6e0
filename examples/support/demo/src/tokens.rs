//! The tokens that every server lists, with times relative to its start.

use chrono::{DateTime, TimeDelta, Utc};
use tokenfolio::{AccessToken, AllowedIps, TokenId};

/// The owner of many tokens.
pub(crate) const OWNER: i64 = 1;
/// The owner of one token.
pub(crate) const SINGLE_OWNER: i64 = 2;

// The tokens that have a secret. The first four belong to `OWNER`.
pub(crate) const GOOD: TokenId = TokenId(1);
pub(crate) const EXPIRED: TokenId = TokenId(2);
pub(crate) const REVOKED: TokenId = TokenId(3);
pub(crate) const IP_DENIED: TokenId = TokenId(4);
// Its id is unique among all owners, as ids in Sanctum's table are.
pub(crate) const SINGLE: TokenId = TokenId(COUNT + 1);

/// 14 full pages of 20, and one of 13.
const COUNT: i64 = 293;

/// The largest integer that every JSON parser reads exactly.
const MAX_USAGE_COUNT: u64 = (1 << 53) - 1;

const NAMES: [&str; 10] = [
    "CI Deployments",
    "Production Deploy",
    "Jeton d’intégration — préproduction",
    "日本語のトークン 🦀",
    "\"quoted\" & 'single'",
    "<script>alert(1)</script>",
    "C:\\deploy\\key\tand\na second line",
    "",
    "  spaces around  ",
    "مفتاح النشر",
];

const ALLOW_LISTS: [&[&str]; 5] = [
    &["203.0.113.12"],
    &["10.0.0.0/24", "203.0.113.12"],
    &["2001:db8::7"],
    &["2001:db8::/32", "192.168.7.1/16", "198.51.100.0/25"],
    &["127.0.0.1", "::1"],
];

/// Creates all tokens, by owner.
pub(crate) fn all(now: DateTime<Utc>) -> [(i64, Vec<AccessToken>); 2] {
    let mut single = AccessToken::new(SINGLE, "The only one", now - TimeDelta::days(7));
    // With an allow-list, this token is rejected if an adapter does not pass the client's address to the endpoint.
    single.allowed_ips = AllowedIps::parse(["127.0.0.1", "::1"]).ok();
    [(OWNER, (1..=COUNT).map(|id| token(TokenId(id), now)).collect()), (SINGLE_OWNER, vec![single])]
}

/// Creates one token of `OWNER`. A token with a secret has the state that its secret is named after. The other tokens
/// repeat three cycles: one of expiry and revocation, one of usage, and one of allow-lists. The lengths of the cycles
/// are coprime, so every combination occurs.
fn token(id: TokenId, now: DateTime<Utc>) -> AccessToken {
    let mut token = AccessToken::new(id, name(id), now - TimeDelta::days(400 - id.0));
    let an_hour_ago = now - TimeDelta::hours(1);
    match id {
        GOOD => {}
        EXPIRED => token.expires_at = Some(an_hour_ago),
        REVOKED => token.revoked_at = Some(an_hour_ago),
        IP_DENIED => token.allowed_ips = AllowedIps::parse(["203.0.113.12", "2001:db8::/32"]).ok(),
        _ => {
            (token.expires_at, token.revoked_at) = end(id, now);
            (token.last_used_at, token.usage_count) = usage(id, token.created_at);
            token.allowed_ips = allowed_ips(id);
        }
    }
    token
}

fn name(id: TokenId) -> String {
    match NAMES.get(position(id, 11)) {
        Some(name) => (*name).to_owned(),
        // Sanctum's table holds 255 characters.
        None => "A name that takes its time to end, ".repeat(7),
    }
}

/// Returns when the token expires, and when it is revoked.
fn end(id: TokenId, now: DateTime<Utc>) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let past = Some(now - TimeDelta::hours(id.0));
    let future = Some(now + TimeDelta::days(id.0));
    match position(id, 7) {
        0 => (None, None),
        1 => (past, None),
        2 => (None, past),
        3 => (past, past),
        4 => (future, None),
        5 => (None, future),
        _ => (past, future),
    }
}

/// Returns when the token was last used, and its usage count.
fn usage(id: TokenId, created_at: DateTime<Utc>) -> (Option<DateTime<Utc>>, u64) {
    let last_used_at = Some(created_at + TimeDelta::minutes(id.0));
    match position(id, 5) {
        0 => (None, 0),
        1 => (last_used_at, 1),
        2 => (last_used_at, id.0.unsigned_abs() * 1_000),
        3 => (last_used_at, MAX_USAGE_COUNT),
        _ => (last_used_at, 42),
    }
}

fn allowed_ips(id: TokenId) -> Option<AllowedIps> {
    match position(id, 8) {
        0..=1 => None,
        2 => Some(AllowedIps::deny_all()),
        index => AllowedIps::parse(ALLOW_LISTS[index - 3].iter().copied()).ok(),
    }
}

/// Returns the position of a token in a cycle of this length.
fn position(id: TokenId, length: usize) -> usize {
    usize::try_from(id.0).unwrap_or_default() % length
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tokenfolio::TokenStatus;

    use super::*;

    #[test]
    fn ids_count_from_one() {
        let [(_, many), (_, single)] = all(DateTime::UNIX_EPOCH);
        assert!(many.iter().map(|token| token.id.0).eq(1..=293));
        assert_eq!(single.len(), 1);
    }

    #[test]
    fn tokens_have_the_state_that_their_secret_is_named_after() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(token(GOOD, now).next_change(now), None);
        assert_eq!(token(GOOD, now).allowed_ips, None);
        assert_eq!(token(IP_DENIED, now).next_change(now), None);
        let denied = token(IP_DENIED, now).allowed_ips.expect("an allow-list");
        assert!(["127.0.0.1", "::1"].iter().all(|caller| !denied.contains(caller.parse().unwrap())));
        for (id, status) in [
            (GOOD, TokenStatus::Active),
            (EXPIRED, TokenStatus::Expired),
            (REVOKED, TokenStatus::Revoked),
            (IP_DENIED, TokenStatus::Active),
        ] {
            assert_eq!(token(id, now).status(now), status, "{id}");
        }
    }

    #[test]
    fn every_combination_of_expiry_revocation_usage_and_allow_list_occurs() {
        let now = DateTime::UNIX_EPOCH;
        let [(_, many), _] = all(now);
        let is_past = |time: Option<DateTime<Utc>>| time.map(|time| time <= now);
        let combinations: BTreeSet<_> = many
            .iter()
            .filter(|token| token.id > IP_DENIED)
            .map(|token| {
                let lists = format!("{:?}", token.allowed_ips);
                let usage_position = position(token.id, 5);
                (is_past(token.expires_at), is_past(token.revoked_at), usage_position, lists)
            })
            .collect();
        // Two of the eight positions have no allow-list.
        assert_eq!(combinations.len(), 7 * 5 * 7);
    }

    #[test]
    fn no_token_contradicts_itself() {
        let now = DateTime::UNIX_EPOCH;
        for token in all(now).into_iter().flat_map(|(_, tokens)| tokens) {
            assert_eq!(token.last_used_at.is_none(), token.usage_count == 0, "{}", token.id);
            let end = [token.expires_at, token.revoked_at, Some(now)].into_iter().flatten().min();
            assert!(token.created_at < token.last_used_at.unwrap_or(now), "{}", token.id);
            assert!(token.last_used_at < end, "{}", token.id);
        }
    }
}
