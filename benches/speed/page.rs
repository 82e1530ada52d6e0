//! The measured page: 500 of 1,000, 20 tokens, window 3, about 6 kB.

use std::num::NonZeroU32;

use chrono::{DateTime, TimeDelta, Utc};
use tokenfolio::{AccessToken, AllowedIps, PageRequest, Pagination, Paginator, TokenResource};

pub(crate) const BASE: &str = "https://example.test/api/v1/me/tokens";
pub(crate) const PAGE: u64 = 500;
pub(crate) const PER_PAGE: u32 = 20;
pub(crate) const TOTAL: u64 = 20_000;

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_712_846_105, 123_456_000).unwrap_or_default()
}

pub(crate) fn pagination() -> Pagination {
    let per_page = NonZeroU32::new(PER_PAGE).unwrap_or(NonZeroU32::MIN);
    Pagination::new(BASE).expect("the base is a URL").with_per_page(per_page)
}

pub(crate) fn request() -> PageRequest {
    pagination().request(&format!("page={PAGE}")).expect("the page is in range")
}

/// A mix of tokens: short and long names, plain, quoted and in other scripts; nulls; some allow-lists.
pub(crate) fn token(id: i64) -> AccessToken {
    let names =
        ["CI Deployments", "Production Deploy", "laptop", "backup \"nightly\"", "Büro – Zugang", "監視 🦀", "x"];
    let lists: [&[&str]; 3] = [&["10.0.0.0/24", "203.0.113.12"], &["2001:db8::/32"], &["192.168.178.20"]];
    let mut token = AccessToken::new(id, names[index(id, 7)], now() - TimeDelta::days(id % 900));
    token.usage_count = id.unsigned_abs() * 37 % 100_000;
    token.last_used_at = (id % 3 != 0).then(|| now() - TimeDelta::minutes(id % 5_000));
    token.expires_at = (id % 2 == 0).then(|| now() + TimeDelta::hours(id % 400 - 100));
    token.revoked_at = (id % 11 == 0).then(|| now() - TimeDelta::days(1));
    token.allowed_ips =
        (id % 5 == 0).then(|| AllowedIps::parse(lists[index(id / 5, 3)].iter().copied()).expect("parses"));
    token
}

pub(crate) fn tokens() -> Vec<TokenResource> {
    let first = i64::try_from(request().offset()).unwrap_or_default() + 1;
    (first..first + i64::from(PER_PAGE)).map(|id| token(id).into_resource(now())).collect()
}

pub(crate) fn paginator<T>(items: Vec<T>) -> Paginator<T> {
    request().paginate(items, TOTAL)
}

fn index(id: i64, length: i64) -> usize {
    usize::try_from(id.rem_euclid(length)).unwrap_or_default()
}
