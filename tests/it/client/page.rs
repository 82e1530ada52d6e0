//! Pages as a client reads them.

use std::num::NonZeroU32;

use chrono::DateTime;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokenfolio::{
    AccessToken, AllowedIps, LinkStyle, Page, PageRequest, PageUrls, Paginator, ReportedStatus, TokenResource,
};

#[test]
fn every_member_is_read() {
    let page: Page<u8> = read(&whole()).unwrap();
    assert_eq!(page.data, [7, 8]);
    assert_eq!(page.links.first.as_deref(), Some("/t?page=1"));
    assert_eq!(page.links.last.as_deref(), Some("/t?page=3"));
    assert_eq!(page.links.prev.as_deref(), Some("/t?page=1"));
    assert_eq!(page.links.next.as_deref(), Some("/t?page=3"));
    let meta = &page.meta;
    assert_eq!((meta.current_page, meta.last_page, meta.per_page, meta.total), (2, 3, 2, 5));
    assert_eq!((meta.from, meta.to, &*meta.path), (Some(3), Some(4), "/t"));
    let links: Vec<_> =
        meta.links.iter().map(|link| (link.url.as_deref(), &*link.label, link.page, link.active)).collect();
    assert_eq!(
        links,
        [
            (Some("/t?page=1"), "« Previous", Some(1), false),
            (Some("/t?page=2"), "2", Some(2), true),
            (None, "...", None, false),
        ]
    );
}

#[test]
fn unknown_members_are_ignored_at_every_level() {
    let mut page = whole();
    let unknown = json!({ "deep": [1, { "x": null }] });
    for place in ["", "/links", "/meta", "/meta/links/0", "/meta/links/2"] {
        let object = page.pointer_mut(place).unwrap().as_object_mut().unwrap();
        object.insert("next_cursor".to_owned(), unknown.clone());
        object.insert("à venir".to_owned(), Value::Null);
    }
    assert_eq!(read::<u8>(&page).unwrap(), read::<u8>(&whole()).unwrap());
}

#[test]
fn ignored_members_may_exceed_what_a_value_can_hold() {
    let whole = whole().to_string();
    for unknown in ["1e999".to_owned(), format!("{}{}", "[".repeat(2_000), "]".repeat(2_000))] {
        assert!(serde_json::from_str::<Value>(&unknown).is_err());
        let page = whole.replacen('{', &format!("{{\"next_cursor\":{unknown},"), 1);
        let page: Page<u8> = serde_json::from_str(&page).unwrap();
        assert_eq!(page, serde_json::from_str(&whole).unwrap());
    }
}

#[test]
fn a_nullable_member_may_be_missing() {
    for place in [
        "/links/first",
        "/links/last",
        "/links/prev",
        "/links/next",
        "/meta/from",
        "/meta/to",
        "/meta/links/0/url",
        "/meta/links/0/page",
    ] {
        let mut null = whole();
        *null.pointer_mut(place).unwrap() = Value::Null;
        let null = read::<u8>(&null).unwrap_or_else(|error| panic!("{place} null: {error}"));
        let missing = read::<u8>(&without(place)).unwrap_or_else(|error| panic!("{place} missing: {error}"));
        assert_eq!(missing, null, "{place}");
        assert_ne!(missing, read(&whole()).unwrap(), "{place}");
    }
}

#[test]
fn the_smallest_page_is_read() {
    let page: Page<u8> = serde_json::from_str(
        r#"{"data":[],"links":{},"meta":{"current_page":1,"last_page":1,"path":"/t","per_page":20,"total":0}}"#,
    )
    .unwrap();
    assert_eq!((page.links.first, page.links.last, page.links.prev, page.links.next), (None, None, None, None));
    assert_eq!((page.meta.from, page.meta.to, page.meta.links), (None, None, Vec::new()));
}

#[test]
fn a_page_may_be_without_the_array() {
    let page = read::<u8>(&without("/meta/links")).unwrap();
    assert_eq!(page.meta.links, []);
    assert_eq!(page.meta.total, 5);
}

#[test]
fn a_member_that_every_page_has_is_required() {
    for place in [
        "/data",
        "/links",
        "/meta",
        "/meta/current_page",
        "/meta/last_page",
        "/meta/path",
        "/meta/per_page",
        "/meta/total",
        "/meta/links/0/label",
        "/meta/links/0/active",
    ] {
        let name = place.rsplit('/').next().unwrap();
        let error = read::<u8>(&without(place)).expect_err(place);
        assert!(error.to_string().starts_with(&format!("missing field `{name}`")), "{place}: {error}");
    }
}

#[test]
fn json_that_is_not_a_page_is_rejected() {
    for (place, wrong) in [
        ("", json!([])),
        ("", json!("x")),
        ("/data", json!({})),
        ("/data/0", json!("x")),
        ("/links/first", json!(1)),
        ("/meta/total", json!("5")),
        ("/meta/total", json!(-1)),
        ("/meta/current_page", json!(1.5)),
        ("/meta/from", json!("1")),
        ("/meta/from", json!(-1)),
        ("/meta/from", json!([])),
        ("/meta/to", json!(true)),
        ("/meta/links/0/label", json!(1)),
        ("/meta/links/0/active", json!("yes")),
    ] {
        let mut page = whole();
        *page.pointer_mut(place).unwrap() = wrong.clone();
        assert!(read::<u8>(&page).is_err(), "{place}: {wrong}");
    }
    let mut page = whole();
    page["meta"]["from"] = json!("1");
    let error = read::<u8>(&page).unwrap_err().to_string();
    assert!(error.contains("expected a position from 1, or null"), "{error}");
}

#[test]
fn a_position_is_read_as_the_nearest_integer() {
    for (text, position) in [
        ("1", Some(1)),
        ("18446744073709551615", Some(u64::MAX)),
        ("9007199254740993", Some((1 << 53) + 1)),
        ("1.8446744073709552e+19", Some(u64::MAX)),
        ("1e300", Some(u64::MAX)),
        ("9.2233720368547758e18", Some(1 << 63)),
        ("21.0", Some(21)),
        ("null", None),
    ] {
        for member in ["from", "to"] {
            let page = serde_json::to_string(&without(&format!("/meta/{member}"))).unwrap();
            let page = page.replace(r#""path":"#, &format!(r#""{member}":{text},"path":"#));
            let page: Page<u8> = serde_json::from_str(&page).unwrap();
            let (read, other) =
                if member == "from" { (page.meta.from, page.meta.to) } else { (page.meta.to, page.meta.from) };
            assert_eq!(read, position, "{member} {text}");
            assert!(matches!(other, Some(3 | 4)));
        }
    }
}

#[test]
fn labels_may_be_any_text() {
    for label in ["&laquo; Previous", "pagination.previous", "", "« Zurück", "\u{0}"] {
        let mut page = whole();
        page["meta"]["links"][0]["label"] = json!(label);
        assert_eq!(read::<u8>(&page).unwrap().meta.links[0].label, label);
    }
}

#[test]
fn a_token_is_read_as_tolerantly_as_its_page() {
    let token = json!({
        "id": 1,
        "name": "",
        "status": "suspended",
        "usage_count": 0,
        "created_at": "2024-03-01T20:11:00.25+02:00",
        "scopes": ["x"],
    });
    let mut page = whole();
    page["data"] = json!([token]);
    let page = read::<TokenResource>(&page).unwrap();
    let token = &page.data[0];
    assert_eq!(token.status, ReportedStatus::from("suspended"));
    assert_eq!(token.created_at.to_rfc3339(), "2024-03-01T18:11:00.250+00:00");
    assert_eq!((token.last_used_at, token.expires_at, &token.allowed_ips), (None, None, &None));
}

proptest! {
    #[test]
    fn the_json_of_a_paginator_is_read_back(
        tokens in vec(token(), 0..5),
        total in any::<u64>(),
        page in 1..=PageRequest::MAX_PAGE,
        per_page in 1..=u32::MAX,
        near in any::<bool>(),
        (on_each_side, previous, gap, has_array) in (0..9_u8, any::<String>(), any::<String>(), any::<bool>()),
        (preserved, fragment, base) in (any::<String>(), any::<String>(), option::of("/[a-zé/]{0,9}")),
    ) {
        let page = if near { page % 40 + 1 } else { page };
        let request = PageRequest::new(page, NonZeroU32::new(per_page).unwrap()).unwrap();
        let base = base.filter(|base| !base.starts_with("//")).unwrap_or_else(|| "https://h.example".to_owned());
        let urls = PageUrls::new(&base).unwrap().with_query_string(&preserved).unwrap().with_fragment(&fragment);
        let style = LinkStyle::default().with_on_each_side(on_each_side).with_gap_label(gap.clone());
        let style = style.with_labels(previous.clone(), "Next »");
        let style = if has_array { style } else { style.without_array() };
        let written = Paginator::new(tokens, total, request, urls.clone()).with_style(style);

        let json = serde_json::to_string(&written).unwrap();
        let read: Page<TokenResource> = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&*read.data, written.items());
        prop_assert_eq!(read.links.first, Some(written.first_url()));
        prop_assert_eq!(read.links.last, Some(written.last_url()));
        prop_assert_eq!(&read.links.prev, &written.prev_url());
        prop_assert_eq!(&read.links.next, &written.next_url());
        let meta = read.meta;
        prop_assert_eq!((meta.current_page, meta.last_page), (written.current_page(), written.last_page()));
        prop_assert_eq!((meta.per_page, meta.total), (per_page.into(), total));
        prop_assert_eq!((meta.from, meta.to), (written.from(), written.to()));
        prop_assert_eq!(meta.path, urls.path());
        if has_array {
            let links = meta.links;
            prop_assert_eq!((&links[0].label, &links[0].url), (&previous, &read.links.prev));
            prop_assert_eq!((&*links[links.len() - 1].label, &links[links.len() - 1].url), ("Next »", &read.links.next));
            let between = &links[1..links.len() - 1];
            prop_assert!(between.iter().map(|link| link.page).eq(written.window()));
            for link in between {
                prop_assert_eq!(&link.label, &link.page.map_or_else(|| gap.clone(), |page| page.to_string()));
                prop_assert_eq!(&link.url, &link.page.map(|page| urls.url(page)));
                prop_assert_eq!(link.active, link.page == Some(page));
            }
        } else {
            prop_assert_eq!(meta.links, []);
        }
    }

    #[test]
    fn any_text_is_a_page_or_an_error(text in any::<String>(), cut in 0..400_usize) {
        let _ = serde_json::from_str::<Page<TokenResource>>(&text);
        let whole = whole().to_string();
        let cut = cut.min(whole.len() - 1);
        prop_assert!(serde_json::from_slice::<Page<u8>>(&whole.as_bytes()[..cut]).is_err());
    }
}

/// Any token whose times are whole seconds, as they are on the wire.
fn token() -> impl Strategy<Value = TokenResource> {
    let second = -62_167_219_200..253_402_300_800_i64;
    let entries = vec(any::<[u8; 4]>().prop_map(|ip| std::net::IpAddr::from(ip).into()), 1..4);
    let instants = (second.clone(), option::of(second.clone()), option::of(second.clone()), option::of(second));
    (any::<i64>(), any::<String>(), any::<u64>(), instants, option::of(entries)).prop_map(
        |(id, name, usage_count, (created_at, last_used_at, expires_at, revoked_at), entries)| {
            let time = |second| DateTime::from_timestamp(second, 0).expect("a year of four digits");
            let mut token = AccessToken::new(id, name, time(created_at));
            token.usage_count = usage_count;
            token.last_used_at = last_used_at.map(time);
            token.expires_at = expires_at.map(time);
            token.revoked_at = revoked_at.map(time);
            token.allowed_ips = entries.map(|entries| AllowedIps::new(entries).expect("an entry"));
            token.into_resource(DateTime::UNIX_EPOCH)
        },
    )
}

/// Returns a page without null, except in its gap.
fn whole() -> Value {
    json!({
        "data": [7, 8],
        "links": { "first": "/t?page=1", "last": "/t?page=3", "prev": "/t?page=1", "next": "/t?page=3" },
        "meta": {
            "current_page": 2,
            "from": 3,
            "last_page": 3,
            "links": [
                { "url": "/t?page=1", "label": "« Previous", "page": 1, "active": false },
                { "url": "/t?page=2", "label": "2", "page": 2, "active": true },
                { "url": null, "label": "...", "active": false },
            ],
            "path": "/t",
            "per_page": 2,
            "to": 4,
            "total": 5,
        },
    })
}

/// Returns the page without one member.
#[track_caller]
fn without(place: &str) -> Value {
    let mut page = whole();
    let (parent, name) = place.rsplit_once('/').expect("a place below the root");
    let object = page.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
    object.remove(name).expect("a member of that name");
    page
}

/// Reads a page from text, as a client does.
fn read<T: serde::de::DeserializeOwned>(page: &Value) -> serde_json::Result<Page<T>> {
    serde_json::from_str(&page.to_string())
}

#[test]
fn a_page_from_a_paginator_is_the_page_that_a_client_reads() {
    let styles = [
        LinkStyle::default(),
        LinkStyle::default().with_on_each_side(0).with_gap_label("…"),
        LinkStyle::laravel_entities(),
        LinkStyle::default().without_array(),
    ];
    for style in styles {
        for total in [0, 1, 40, 41, 5_000] {
            for number in [1, 2, 3, 125, 250, 251] {
                let request = PageRequest::new(number, NonZeroU32::new(20).unwrap()).unwrap();
                let rows =
                    u32::try_from(total).unwrap().saturating_sub(20 * u32::try_from(number - 1).unwrap()).min(20);
                let items: Vec<u32> = (0..rows).collect();
                let urls = PageUrls::new("https://api.example.test/t").unwrap().with_query_string("q=a&b").unwrap();
                let page = Paginator::new(items, total, request, urls).with_style(style.clone());
                let written = serde_json::to_value(&page).unwrap();
                assert_eq!(Page::from(page), read(&written).unwrap(), "{written}");
            }
        }
    }
}
