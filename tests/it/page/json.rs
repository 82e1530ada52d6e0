//! The encoder writes the bytes that serde writes, for any page.

use std::net::IpAddr;
use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use http::StatusCode;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tokenfolio::{
    AccessToken, AllowedIp, AllowedIps, LinkStyle, PageRequest, PageUrls, Paginator, Problem, ReportedStatus,
    TokenResource,
};

fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    let any = (DateTime::<Utc>::MIN_UTC.timestamp()..=DateTime::<Utc>::MAX_UTC.timestamp(), 0..2_000_000_000_u32);
    // Beside all that there is: what can be written, and its edges.
    let near = prop_oneof![Just(-62_167_219_200_i64), Just(253_402_300_800), Just(0)];
    let edges = (near, -2..2_i64, 0..1_000_000_000_u32).prop_map(|(at, by, nanoseconds)| (at + by, nanoseconds));
    let usual = (-62_167_219_200..253_402_300_800_i64, 0..1_000_000_000_u32);
    prop_oneof![any, edges, usual].prop_map(|(seconds, nanoseconds)| {
        DateTime::from_timestamp(seconds, nanoseconds).unwrap_or(DateTime::UNIX_EPOCH)
    })
}

fn number() -> impl Strategy<Value = u64> {
    // Every length, and every edge between two.
    let powers = (0..20_u32, 0..3_u64).prop_map(|(power, by)| 10_u64.pow(power).wrapping_add(by).wrapping_sub(1));
    prop_oneof![any::<u64>(), 0..100_000_u64, powers]
}

fn allowed_ips() -> impl Strategy<Value = AllowedIps> {
    // Groups that are often zero, for every place that `::` can stand.
    let group = prop_oneof![Just(0_u16), any::<u16>(), 0..0x1000_u16];
    let v6 = vec(group, 8).prop_map(|groups| IpAddr::from(<[u16; 8]>::try_from(groups).unwrap()));
    let v4 = any::<[u8; 4]>().prop_map(IpAddr::from);
    let entry = (prop_oneof![v4, v6], option::of(any::<u8>())).prop_map(|(address, length)| {
        let bare = AllowedIp::from(address);
        let longest = if bare.range().addr().is_ipv4() { 32 } else { 128 };
        match length {
            Some(length) => format!("{}/{}", bare.range().addr(), length % (longest + 1)).parse().unwrap(),
            None => bare,
        }
    });
    vec(entry, 0..4).prop_map(|entries| AllowedIps::new(entries).unwrap_or_else(|_| AllowedIps::deny_all()))
}

fn text() -> impl Strategy<Value = String> {
    // What must be escaped alone among much that must not, as well as among its like.
    let alone = "[a-zé]{0,20}[\"\\\\\u{0}-\u{1f}][a-zé]{0,20}";
    prop_oneof![any::<String>(), "[ -~]{0,40}", "[a\"\\\\\u{0}-\u{1f}\u{7f}é🦀]{0,20}", alone]
}

prop_compose! {
    fn token()(
        id: i64,
        name in text(),
        status in prop_oneof!["active", "expired", "revoked", text()],
        usage_count in number(),
        [created_at, used, expires] in [instant(), instant(), instant()],
        [is_used, expires_ever] in any::<[bool; 2]>(),
        allowed_ips in option::of(allowed_ips()),
    ) -> TokenResource {
        let mut token = AccessToken::new(id, name, created_at).into_resource(created_at);
        token.status = ReportedStatus::from(&*status);
        token.usage_count = usage_count;
        token.last_used_at = is_used.then_some(used);
        token.expires_at = expires_ever.then_some(expires);
        token.allowed_ips = allowed_ips;
        token
    }
}

prop_compose! {
    fn urls()(
        base in prop_oneof!["/t", "/", "https://h/café", "https://h/[a-z]{0,80}"],
        name in text(),
        query in text(),
        fragment in text(),
    ) -> PageUrls {
        PageUrls::new(&base).unwrap().with_page_name(name).with_query_string(&query).with_fragment(&fragment)
    }
}

prop_compose! {
    fn style()(labels in [text(), text(), text()], side in prop_oneof![0..5_u8, any::<u8>()], array: bool) -> LinkStyle {
        let [previous, gap, next] = labels;
        let style = LinkStyle::default().with_labels(previous, next).with_gap_label(gap).with_on_each_side(side);
        if array { style } else { style.without_array() }
    }
}

prop_compose! {
    fn page()(
        items in vec(token(), 0..4),
        total in number(),
        page in prop_oneof![1..=PageRequest::MAX_PAGE, 1..200_u64],
        per_page in 1..=u32::MAX,
        small: bool,
        urls in urls(),
        style in style(),
    ) -> Paginator<TokenResource> {
        let per_page = NonZeroU32::new(if small { per_page % 50 + 1 } else { per_page }).unwrap();
        Paginator::new(items, total, PageRequest::new(page, per_page).unwrap(), urls).with_style(style)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_page_is_the_bytes_that_serde_writes(pages in vec(page(), 1..3)) {
        // One buffer for all: what the page before left there must not show.
        let (mut tokens, mut items) = (Vec::new(), Vec::new());
        for page in pages {
            let expected = serde_json::to_string(&page).unwrap();
            page.write_tokens(&mut tokens);
            prop_assert_eq!(std::str::from_utf8(&tokens).unwrap(), &expected);
            page.write_json(&mut items).unwrap();
            prop_assert_eq!(std::str::from_utf8(&items).unwrap(), &expected);
        }
    }
}

#[test]
fn every_character_is_escaped_as_serde_does_wherever_it_stands() {
    let mut body = Vec::new();
    for c in (0..=0xff).filter_map(char::from_u32) {
        // Every place in a word of eight bytes, in a text that ends there, with a word, or between two.
        for (before, after) in (0..=8).flat_map(|before| [0, 7, 8].map(|after| (before, after))) {
            let text = format!("{}{c}{}", "a".repeat(before), "b".repeat(after));
            let problem = Problem::new(StatusCode::NOT_FOUND).with_detail(text.clone());
            problem.write_json(&mut body);
            assert!(body == serde_json::to_vec(&problem).unwrap(), "{c:?} after {before}, before {after}");
            let token = AccessToken::new(1, text, DateTime::UNIX_EPOCH).into_resource(DateTime::UNIX_EPOCH);
            let request = PageRequest::first(NonZeroU32::MIN);
            let page = Paginator::new(vec![token], 1, request, PageUrls::new("/t").unwrap());
            page.write_tokens(&mut body);
            assert!(body == serde_json::to_vec(&page).unwrap(), "{c:?} after {before}, before {after}");
        }
    }
}

#[test]
fn an_item_that_is_no_json_is_an_error() {
    let items = vec![std::collections::BTreeMap::from([((1, 2), 3)])];
    let request = PageRequest::first(NonZeroU32::MIN);
    let page = Paginator::new(items, 1, request, PageUrls::new("/t").unwrap());
    assert_eq!(page.write_json(&mut Vec::new()).unwrap_err().to_string(), "key must be a string");
}

#[test]
fn instants_are_written_as_serde_writes_them_at_every_edge() {
    let request = PageRequest::first(NonZeroU32::MIN);
    for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, DateTime::UNIX_EPOCH] {
        let token = AccessToken::new(i64::MIN, "", at).into_resource(at);
        let page = Paginator::new(vec![token], 1, request, PageUrls::new("/t").unwrap());
        let mut body = Vec::new();
        page.write_tokens(&mut body);
        assert_eq!(body, serde_json::to_vec(&page).unwrap());
    }
}
