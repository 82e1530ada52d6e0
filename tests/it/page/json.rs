//! The encoder, which writes the same bytes as serde.

use std::convert::Infallible;
use std::net::IpAddr;
use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use http::StatusCode;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tokenfolio::{
    AccessToken, AllowedIp, AllowedIps, LinkStyle, PageRequest, Pagination, Paginator, Problem, ReportedStatus,
    TokenResource,
};

use super::{json_text, list, preserving, request};

fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    let any = (DateTime::<Utc>::MIN_UTC.timestamp()..=DateTime::<Utc>::MAX_UTC.timestamp(), 0..2_000_000_000_u32);
    // Times that RFC 3339 can write, and its limits.
    let near = prop_oneof![Just(-62_167_219_200_i64), Just(253_402_300_800), Just(0)];
    let edges =
        (near, -2..2_i64, 0..1_000_000_000_u32).prop_map(|(second, by, nanoseconds)| (second + by, nanoseconds));
    let usual = (-62_167_219_200..253_402_300_800_i64, 0..1_000_000_000_u32);
    prop_oneof![any, edges, usual].prop_map(|(seconds, nanoseconds)| {
        DateTime::from_timestamp(seconds, nanoseconds).unwrap_or(DateTime::UNIX_EPOCH)
    })
}

fn number() -> impl Strategy<Value = u64> {
    // Every length, and both sides of every power of ten.
    let powers = (0..20_u32, 0..3_u64).prop_map(|(power, by)| 10_u64.pow(power).wrapping_add(by).wrapping_sub(1));
    prop_oneof![any::<u64>(), 0..100_000_u64, powers]
}

fn allowed_ips() -> impl Strategy<Value = AllowedIps> {
    // Groups that are often zero, for every position of `::`.
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
    // A character that needs an escape, as the only one in a longer text and among others.
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
        (base, name) in (prop_oneof!["/t", "/", "https://h/café", "https://h/[a-z]{0,80}"], text()),
        (query, fragment) in (text(), text()),
        style in style(),
    ) -> Paginator<TokenResource> {
        let per_page = NonZeroU32::new(if small { per_page % 50 + 1 } else { per_page }).unwrap();
        let name = if name.is_empty() { "page" } else { &name };
        let pagination = Pagination::new(&base).unwrap().with_page_name(name.to_owned()).unwrap();
        let pagination = pagination.with_per_page(per_page).with_fragment(&fragment).with_link_style(style);
        preserving(pagination, name, page, &query).paginate(items, total)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_page_is_encoded_as_serde_writes_it(pages in vec(page(), 1..3)) {
        // One buffer for all pages: the previous page must not show.
        let mut tokens = Vec::new();
        let mut items = Vec::new();
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
fn every_character_is_escaped_as_serde_does_at_every_position() {
    let mut body = Vec::new();
    for c in (0..=0xff).filter_map(char::from_u32) {
        // Every position in a word of eight bytes. The text ends with the character, or continues for 7 or 8 bytes.
        for (before, after) in (0..=8).flat_map(|before| [0, 7, 8].map(|after| (before, after))) {
            let text = format!("{}{c}{}", "a".repeat(before), "b".repeat(after));
            let problem = Problem::new(StatusCode::NOT_FOUND).with_detail(text.clone());
            problem.write_json(&mut body);
            assert!(body == serde_json::to_vec(&problem).unwrap(), "{c:?} after {before}, before {after}");
            let token = AccessToken::new(1, text, DateTime::UNIX_EPOCH).into_resource(DateTime::UNIX_EPOCH);
            let page = request(&list(), 1, 1).paginate(vec![token], 1);
            page.write_tokens(&mut body);
            assert!(body == serde_json::to_vec(&page).unwrap(), "{c:?} after {before}, before {after}");
        }
    }
}

#[test]
fn an_item_that_is_not_json_is_an_error() {
    let items = vec![std::collections::BTreeMap::from([((1, 2), 3)])];
    let page = request(&list(), 1, 1).paginate(items, 1);
    assert_eq!(page.write_json(&mut Vec::new()).unwrap_err().to_string(), "key must be a string");
}

#[test]
fn a_function_can_write_items_that_serde_cannot() {
    struct Opaque(u8);

    let page = request(&list(), 1, 2).paginate(vec![Opaque(1), Opaque(2)], 2);
    let mut body = b"the page before".to_vec();
    let result: Result<(), Infallible> = page.write_json_with(&mut body, |out, items| {
        assert_eq!(out, br#"{"data":"#);
        let numbers: Vec<_> = items.iter().map(|item| item.0.to_string()).collect();
        out.extend_from_slice(format!("[{}]", numbers.join(",")).as_bytes());
        Ok(())
    });
    assert_eq!(result, Ok(()));
    assert_eq!(body, serde_json::to_vec(&page.map(|item| item.0)).unwrap());
}

#[test]
fn the_error_of_a_function_that_writes_items_is_returned() {
    let page = request(&list(), 1, 1).paginate(vec![()], 1);
    assert_eq!(page.write_json_with(&mut Vec::new(), |_, _| Err("no items")), Err("no items"));
}

#[test]
fn times_at_every_limit_are_written_as_serde_does() {
    for time in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, DateTime::UNIX_EPOCH] {
        let token = AccessToken::new(i64::MIN, "", time).into_resource(time);
        let page = request(&list(), 1, 1).paginate(vec![token], 1);
        let mut body = Vec::new();
        page.write_tokens(&mut body);
        assert_eq!(body, serde_json::to_vec(&page).unwrap());
    }
}

#[test]
fn a_page_of_tokens_is_written_to_the_byte() {
    let mut token = AccessToken::new(1, "Production Deploy", time("2024-03-01T18:11:00Z"));
    token.last_used_at = Some(time("2024-04-11T14:35:05Z"));
    token.usage_count = 42;
    let now = time("2024-05-01T00:00:00Z");

    let tokens = Pagination::new("https://example.edu/api/v1/me/tokens").unwrap();
    let page = request(&tokens, 1, 20).paginate(vec![token.clone()], 1);
    assert_eq!(
        tokens_text(&page.map(|token| token.into_resource(now))),
        concat!(
            r#"{"data":[{"id":1,"name":"Production Deploy","status":"active","#,
            r#""last_used_at":"2024-04-11T14:35:05Z","usage_count":42,"expires_at":null,"#,
            r#""created_at":"2024-03-01T18:11:00Z","allowed_ips":null}],"#,
            r#""links":{"first":"https://example.edu/api/v1/me/tokens?page=1","#,
            r#""last":"https://example.edu/api/v1/me/tokens?page=1","prev":null,"next":null},"#,
            r#""meta":{"current_page":1,"from":1,"last_page":1,"links":["#,
            r#"{"url":null,"label":"« Previous","page":null,"active":false},"#,
            r#"{"url":"https://example.edu/api/v1/me/tokens?page=1","label":"1","page":1,"active":true},"#,
            r#"{"url":null,"label":"Next »","page":null,"active":false}],"#,
            r#""path":"https://example.edu/api/v1/me/tokens","per_page":20,"to":1,"total":1}}"#,
        )
    );

    token.id = 23_145.into();
    token.name = "CI / \"é\" 🦀\n".into();
    token.expires_at = Some(now);
    token.allowed_ips = Some(AllowedIps::parse(["10.0.0.0/24", "203.0.113.12"]).unwrap());
    let page = preserving(list(), "page", 8, "q=a/b").paginate(vec![token], 281);
    let link = |page: u64, active: bool| {
        format!(r#"{{"url":"/t?q=a/b&page={page}","label":"{page}","page":{page},"active":{active}}}"#)
    };
    let gap = r#"{"url":null,"label":"...","page":null,"active":false}"#.to_owned();
    let middle = (5..=11).map(|page| link(page, page == 8)).collect::<Vec<_>>().join(",");
    let array = [link(1, false), link(2, false), gap.clone(), middle, gap, link(14, false), link(15, false)].join(",");
    assert_eq!(
        tokens_text(&page.map(|token| token.into_resource(now))),
        [
            r#"{"data":[{"id":23145,"name":"CI / \"é\" 🦀\n","status":"expired","#,
            r#""last_used_at":"2024-04-11T14:35:05Z","usage_count":42,"expires_at":"2024-05-01T00:00:00Z","#,
            r#""created_at":"2024-03-01T18:11:00Z","allowed_ips":["10.0.0.0/24","203.0.113.12"]}],"#,
            r#""links":{"first":"/t?q=a/b&page=1","last":"/t?q=a/b&page=15","#,
            r#""prev":"/t?q=a/b&page=7","next":"/t?q=a/b&page=9"},"#,
            r#""meta":{"current_page":8,"from":141,"last_page":15,"links":["#,
            r#"{"url":"/t?q=a/b&page=7","label":"« Previous","page":7,"active":false},"#,
            &array,
            r#",{"url":"/t?q=a/b&page=9","label":"Next »","page":9,"active":false}],"#,
            r#""path":"/t","per_page":20,"to":141,"total":281}}"#,
        ]
        .concat()
    );
}

/// Returns the JSON of a page of tokens, which has a separate encoder.
#[track_caller]
fn tokens_text(page: &Paginator<TokenResource>) -> String {
    let mut written = Vec::new();
    page.write_tokens(&mut written);
    let written = String::from_utf8(written).expect("JSON is UTF-8");
    assert_eq!(written, json_text(page));
    written
}

#[track_caller]
fn time(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}
