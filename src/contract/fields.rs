//! Clauses about the fields of a row. Each field comes back as it was written.

use chrono::{DateTime, TimeDelta};

use crate::contract::harness::{
    Fixture, FixtureFuture, Violation, insert, insert_within_limits, list, list_result, named, noon, owner_of, rows,
    token, unexpected, within_deadline,
};
use crate::store::{ListQuery, StoreErrorKind};
use crate::token::allowed_ips::AllowedIps;
use crate::token::{AccessToken, TokenId};

/// The maximum length of a name that a table must hold, in characters.
const LONGEST_NAME: usize = 255;
/// The maximum usage count that a table must hold.
const HIGHEST_COUNT: u64 = i64::MAX.unsigned_abs();

/// Checks that every field comes back as it was written, and that an absent field comes back absent.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn every_field_comes_back<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let full = AccessToken {
        last_used_at: Some(noon() + TimeDelta::days(1)),
        usage_count: 42,
        expires_at: Some(noon() + TimeDelta::days(2)),
        revoked_at: Some(noon() + TimeDelta::days(3)),
        allowed_ips: AllowedIps::parse(["10.0.0.0/24", "203.0.113.12"]).ok(),
        ..named(2, "full")
    };
    expect_back(fixture, vec![named(1, "bare"), full]).await
}

/// Checks that times come back to the microsecond in every field.
///
/// The times are from the year 1 to the year 9999, before and after 1970. A table with [`limits`](Fixture::limits) may
/// reject a time beyond its limits. If a time is between the limits and has too many digits in its fraction of a
/// second, the table may reject it, or store it truncated toward the past.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn instants_come_back_to_the_microsecond<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    const YEAR_1: i64 = -62_135_596_800;
    const END_OF_9999: i64 = 253_402_300_799;
    let limits = fixture.limits();
    let seconds = [YEAR_1, -1, 0, 1_712_846_105, END_OF_9999];
    let instants = seconds.into_iter().flat_map(|seconds| {
        let second = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        [0, 1, 123_456, 999_999].map(|micros| second + TimeDelta::microseconds(micros))
    });
    let bounds = vec![*limits.times().start(), *limits.times().end()];
    for instants in [instants.collect(), bounds] {
        let tokens = (1..).zip(instants).map(|(id, time)| AccessToken {
            created_at: time,
            last_used_at: Some(time),
            expires_at: Some(time),
            revoked_at: Some(time),
            ..token(id)
        });
        let query = ListQuery { limit: rows(100), ..ListQuery::new(fixture.fresh_owner()) };
        let inserted = insert_within_limits(fixture, &query.owner, tokens).await?;
        expect_same(&list(fixture, &query).await?.tokens, &inserted)?;
    }
    Ok(())
}

/// Checks that usage counts come back exactly, up to the maximum of an int64.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn usage_counts_come_back_up_to_int64<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    // The third count is the first integer that a double does not hold.
    let counts = [0, u64::from(u32::MAX), (1 << 53) + 1, HIGHEST_COUNT];
    let tokens = (1..).zip(counts).map(|(id, usage_count)| AccessToken { usage_count, ..token(id) });
    expect_back(fixture, tokens.collect()).await
}

/// Checks that a usage count above `i64::MAX` comes back exactly, unless the token is rejected.
///
/// It must not be wrapped or clamped.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn a_usage_count_beyond_int64_is_exact_or_rejected<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let counts = [HIGHEST_COUNT + 1, u64::MAX];
    let tokens = (2..).zip(counts).map(|(id, usage_count)| AccessToken { usage_count, ..token(id) });
    expect_back_or_rejected(fixture, tokens.collect()).await
}

/// Checks that names come back unchanged. Whitespace, quotes, case and Unicode normalization forms must not change.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn names_come_back_unchanged<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let longest = "日".repeat(LONGEST_NAME);
    let names = [
        "",
        " ",
        "trailing ",
        " leading",
        "name",
        "Name",
        "name ",
        "caf\u{e9}",
        "cafe\u{301}",
        "'\"\\;--",
        "%_",
        "NULL",
        "0012",
        "<b>&amp;",
        "line\nbreak\r\n\ttab\u{1}\u{7f}",
        "日本語 🦀",
        "\u{200b}\u{feff}\u{202e}",
        &longest,
    ];
    expect_back(fixture, (1..).zip(names).map(|(id, name)| named(id, name)).collect()).await
}

/// Checks that a name of more than 255 characters comes back whole, unless the token is rejected. It must not be truncated.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn a_long_name_is_whole_or_rejected<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    // A byte cannot hold the length 256, and two bytes cannot hold the length 65,536.
    let lengths = [256, 10_000, 65_536];
    let tokens = (2..).zip(lengths).map(|(id, length)| named(id, &"long ".repeat(length)[..length]));
    expect_back_or_rejected(fixture, tokens.collect()).await
}

/// Checks that a name with a U+0000 comes back whole, unless the token is rejected. It must not be truncated.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn a_name_with_a_nul_is_whole_or_rejected<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let tokens = (2..).zip(["\0", "a\0b", "end\0"]).map(|(id, name)| named(id, name));
    expect_back_or_rejected(fixture, tokens.collect()).await
}

/// Checks that a token without an allow-list differs from a token whose allow-list admits nobody.
///
/// The first comes back without an allow-list, and the second with an empty one.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn no_restriction_differs_from_deny_all<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let nowhere = AccessToken { allowed_ips: Some(AllowedIps::deny_all()), ..named(2, "nowhere") };
    expect_back(fixture, vec![named(1, "anywhere"), nowhere]).await
}

/// Checks that the entries of an allow-list come back in their order and form.
///
/// A bare address stays bare, a range keeps its host bits, and duplicates stay.
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn allow_lists_come_back_entry_by_entry<F: Fixture>(fixture: &F) -> Result<(), Violation> {
    let lists = [
        &["203.0.113.12"][..],
        &["203.0.113.12/32"],
        &["203.0.113.12", "10.1.2.3/8", "203.0.113.12", "10.1.2.3/8"],
        &["0.0.0.0/0", "255.255.255.255"],
        &["::ffff:10.0.0.7", "::ffff:10.0.0.0/104"],
        &["2001:db8::7", "2001:db8::7/128", "2001:db8::7/32", "::/0", "::1"],
    ];
    let tokens = (1..)
        .zip(lists)
        .map(|(id, list)| AccessToken { allowed_ips: AllowedIps::parse(list.iter().copied()).ok(), ..token(id) });
    expect_back(fixture, tokens.collect()).await
}

/// Checks that a store with a row that cannot be read fails with [`StoreErrorKind::Corrupt`].
///
/// If the store skipped the row, a token would be missing, and the total would be wrong. Returns `None` if the fixture
/// cannot corrupt a row by [`corrupt_row`](Fixture::corrupt_row).
///
/// # Errors
///
/// Fails if the store breaks the clause. The error describes how.
pub async fn a_row_that_cannot_be_read_is_corrupt<F: Fixture>(fixture: &F) -> Option<Result<(), Violation>> {
    let owner = fixture.fresh_owner();
    let corrupt = fixture.corrupt_row(owner.clone(), TokenId(2))?;
    Some(expect_corrupt(fixture, owner, corrupt).await)
}

async fn expect_corrupt<F: Fixture>(fixture: &F, owner: F::Owner, corrupt: FixtureFuture<'_>) -> Result<(), Violation> {
    let query = ListQuery::new(owner);
    for id in 1..=3 {
        insert(fixture, &query.owner, token(id)).await?;
    }
    corrupt.await?;
    match list_result(fixture, &query).await? {
        Err(error) if error.kind() == StoreErrorKind::Corrupt => Ok(()),
        other => Err(unexpected("a list with a corrupt row", "corrupt data", other)),
    }
}

/// Inserts tokens with ascending ids, and expects them back.
async fn expect_back<F: Fixture>(fixture: &F, tokens: Vec<AccessToken>) -> Result<(), Violation> {
    let query = ListQuery::new(fixture.fresh_owner());
    for token in &tokens {
        insert(fixture, &query.owner, token.clone()).await?;
    }
    expect_same(&list(fixture, &query).await?.tokens, &tokens)
}

/// Inserts an ordinary token with id 1, and tokens that may be rejected. Expects that the list has all tokens that were
/// not rejected.
async fn expect_back_or_rejected<F: Fixture>(fixture: &F, tokens: Vec<AccessToken>) -> Result<(), Violation> {
    let query = ListQuery::new(owner_of(fixture, &[1]).await?);
    let mut expected = vec![token(1)];
    for token in tokens {
        if within_deadline(fixture, fixture.insert(&query.owner, token.clone())).await?.is_ok() {
            expected.push(token);
        }
    }
    expect_same(&list(fixture, &query).await?.tokens, &expected)
}

fn expect_same(found: &[AccessToken], expected: &[AccessToken]) -> Result<(), Violation> {
    if found.len() != expected.len() {
        return Err(Violation(format!("expected {} tokens, got {}", expected.len(), found.len())));
    }
    for (found, expected) in found.iter().zip(expected) {
        for ((field, found), (_, wanted)) in fields(found).into_iter().zip(fields(expected)) {
            if found != wanted {
                let id = expected.id;
                let wanted = brief(&wanted);
                let found = brief(&found);
                return Err(Violation(format!("{field} of token {id}: expected {wanted}, got {found}")));
            }
        }
    }
    Ok(())
}

fn fields(token: &AccessToken) -> [(&'static str, String); 8] {
    // A pattern, so that a new field does not compile until it is compared.
    let AccessToken { id, name, created_at, last_used_at, usage_count, expires_at, revoked_at, allowed_ips } = token;
    [
        ("id", format!("{id:?}")),
        ("name", format!("{name:?}")),
        ("created_at", format!("{created_at:?}")),
        ("last_used_at", format!("{last_used_at:?}")),
        ("usage_count", format!("{usage_count:?}")),
        ("expires_at", format!("{expires_at:?}")),
        ("revoked_at", format!("{revoked_at:?}")),
        ("allowed_ips", format!("{allowed_ips:?}")),
    ]
}

/// Truncates a text that is too long for a message.
fn brief(text: &str) -> String {
    let length = text.chars().count();
    if length <= 300 { text.to_owned() } else { format!("{text:.60}.. ({length} characters)") }
}
