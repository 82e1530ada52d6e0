//! The code of a user without this crate: derive, `format!`, and the serde of chrono and ipnet.

use chrono::{DateTime, SubsecRound, Utc};
use ipnet::IpNet;
use serde::Serialize;
use tokenfolio::TokenResource;

#[derive(Serialize)]
pub(crate) struct Envelope<T> {
    pub(crate) data: Vec<T>,
    links: Links,
    meta: Meta,
}

#[derive(Serialize)]
pub(crate) struct Token {
    id: i64,
    name: String,
    status: String,
    last_used_at: Option<DateTime<Utc>>,
    usage_count: u64,
    expires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    allowed_ips: Option<Vec<AllowedIp>>,
}

#[derive(Serialize)]
pub(crate) struct BorrowedToken<'t> {
    id: i64,
    name: &'t str,
    status: &'t str,
    last_used_at: Option<DateTime<Utc>>,
    usage_count: u64,
    expires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    allowed_ips: Option<Vec<AllowedIp>>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum AllowedIp {
    Address(std::net::IpAddr),
    Range(IpNet),
}

#[derive(Serialize)]
struct Links {
    first: String,
    last: String,
    prev: Option<String>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Meta {
    current_page: u64,
    from: Option<u64>,
    last_page: u64,
    links: Vec<Link>,
    path: String,
    per_page: u64,
    to: Option<u64>,
    total: u64,
}

#[derive(Serialize)]
struct Link {
    url: Option<String>,
    label: String,
    page: Option<u64>,
    active: bool,
}

impl Token {
    pub(crate) fn new(token: &TokenResource) -> Self {
        Self {
            id: token.id.0,
            name: token.name.to_string(),
            status: token.status.to_string(),
            last_used_at: token.last_used_at.map(|time| time.trunc_subsecs(0)),
            usage_count: token.usage_count,
            expires_at: token.expires_at.map(|time| time.trunc_subsecs(0)),
            created_at: token.created_at.trunc_subsecs(0),
            allowed_ips: allowed_ips(token),
        }
    }
}

impl<'t> BorrowedToken<'t> {
    pub(crate) fn new(token: &'t TokenResource) -> Self {
        Self {
            id: token.id.0,
            name: &token.name,
            status: token.status.as_str(),
            last_used_at: token.last_used_at.map(|time| time.trunc_subsecs(0)),
            usage_count: token.usage_count,
            expires_at: token.expires_at.map(|time| time.trunc_subsecs(0)),
            created_at: token.created_at.trunc_subsecs(0),
            allowed_ips: allowed_ips(token),
        }
    }
}

fn allowed_ips(token: &TokenResource) -> Option<Vec<AllowedIp>> {
    let entry = |entry: &tokenfolio::AllowedIp| {
        if entry.is_bare() { AllowedIp::Address(entry.range().addr()) } else { AllowedIp::Range(entry.range()) }
    };
    token.allowed_ips.as_ref().map(|allowed| allowed.entries().iter().map(entry).collect())
}

/// Builds the envelope: the window as a list of optional pages, each link by `format!`.
pub(crate) fn envelope<T>(data: Vec<T>, base: &str, page: u64, per_page: u64, total: u64) -> Envelope<T> {
    let last = total.div_ceil(per_page).max(1);
    let url = |page: u64| format!("{base}?page={page}");
    let prev = (page > 1).then(|| page - 1);
    let next = (page < last).then(|| page + 1);
    let link = |label: String, page: Option<u64>, active| Link { url: page.map(url), label, page, active };
    let mut links = vec![link("« Previous".to_owned(), prev, false)];
    for shown in window(page, last) {
        let label = shown.map_or("...".to_owned(), |shown| shown.to_string());
        links.push(link(label, shown, shown == Some(page)));
    }
    links.push(link("Next »".to_owned(), next, false));
    let first_row = (page - 1) * per_page + 1;
    let count = data.len() as u64;
    Envelope {
        links: Links { first: url(1), last: url(last), prev: prev.map(url), next: next.map(url) },
        meta: Meta {
            current_page: page,
            from: (count > 0).then_some(first_row),
            last_page: last,
            links,
            path: base.to_owned(),
            per_page,
            to: (count > 0).then(|| first_row + count - 1),
            total,
        },
        data,
    }
}

fn window(page: u64, last: u64) -> Vec<Option<u64>> {
    let some = |range: std::ops::RangeInclusive<u64>| range.map(Some);
    if last < 14 {
        some(1..=last).collect()
    } else if page <= 7 {
        some(1..=10).chain([None]).chain(some(last - 1..=last)).collect()
    } else if page > last - 7 {
        some(1..=2).chain([None]).chain(some(last - 9..=last)).collect()
    } else {
        some(1..=2).chain([None]).chain(some(page - 3..=page + 3)).chain([None]).chain(some(last - 1..=last)).collect()
    }
}
