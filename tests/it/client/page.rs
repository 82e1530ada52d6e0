//! Pages as a client reads them.

use std::num::NonZeroU32;

use chrono::DateTime;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::{Value, json};
use tokenfolio::{
    AccessToken, AllowedIp, AllowedIps, LinkStyle, Page, PageRequest, Pagination, ReportedStatus, TokenResource,
};

use crate::page::{list, preserving, request};

#[test]
fn every_member_is_read() {
    let page: Page<u8> = read(&whole()).unwrap();
    assert_eq!(page.data, [7, 8]);
    assert_eq!(page.links.first.as_deref(), Some("/t?page=1"));
    assert_eq!(page.links.last.as_deref(), Some("/t?page=3"));
    assert_eq!(page.links.prev.as_deref(), Some("/t?page=1"));
    assert_eq!(page.links.next.as_deref(), Some("/t?page=3"));
    let meta = &page.meta;
    assert_eq!((meta.current_page, meta.last_page, meta.per_page, meta.total), (Some(2), Some(3), 2, Some(5)));
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
        object.insert("cursor".to_owned(), unknown.clone());
        object.insert("à venir".to_owned(), Value::Null);
    }
    assert_eq!(read::<u8>(&page).unwrap(), read::<u8>(&whole()).unwrap());
}

#[test]
fn ignored_members_may_exceed_what_a_value_can_hold() {
    let whole = whole().to_string();
    for unknown in ["1e999".to_owned(), format!("{}{}", "[".repeat(2_000), "]".repeat(2_000))] {
        let page = whole.replacen('{', &format!("{{\"cursor\":{unknown},"), 1);
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
fn a_page_may_be_without_the_link_array() {
    let page = read::<u8>(&without("/meta/links")).unwrap();
    assert_eq!(page.meta.links, []);
    assert_eq!(page.meta.total, Some(5));
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
        let error = read::<u8>(&without(place)).expect_err(place);
        assert!(error.to_string().starts_with(&format!("`{}`: missing member at line 1", path(place))), "{error}");
    }
    for place in ["/meta", "/meta/total"] {
        let mut page = whole();
        *page.pointer_mut(place).unwrap() = Value::Null;
        let error = read::<u8>(&page).unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{}`: missing member at line 1", path(place))), "{error}");
    }
}

#[test]
fn json_that_is_not_a_page_is_rejected() {
    for (place, wrong) in [
        ("", json!([])),
        ("", json!("x")),
        ("/data", json!({})),
        ("/links", json!(5)),
        ("/links", json!("x")),
        ("/data/0", json!("x")),
        ("/links/first", json!(1)),
        ("/data", Value::Null),
        ("/meta/total", json!("five")),
        ("/meta/total", json!(-1)),
        ("/meta/current_page", json!(1.5)),
        ("/meta/per_page", json!("2.5")),
        ("/meta/path", json!(1)),
        ("/meta/links", json!({})),
        ("/meta/links/1", json!([])),
        ("/meta/links/1/page", json!("")),
        ("/meta/links/0/url", json!(1)),
        ("/meta/links/2/label", json!(null)),
        ("/meta/links/2/label", json!({ "x": 1 })),
        ("/meta/from", json!(-1)),
        ("/meta/from", json!([])),
        ("/meta/to", json!(true)),
        ("/meta/links/0/active", json!("yes")),
    ] {
        let mut page = whole();
        *page.pointer_mut(place).unwrap() = wrong.clone();
        let error = read::<u8>(&page).expect_err(place).to_string();
        match path(place) {
            path if path.is_empty() || wrong == json!([]) && path == "meta.links[1]" => {}
            path => assert!(error.starts_with(&format!("`{path}`: invalid ")), "{place}: {wrong}: {error}"),
        }
    }
    let mut page = whole();
    page["links"] = json!(5);
    let error = read::<u8>(&page).unwrap_err().to_string();
    assert!(error.starts_with("`links`: invalid type: integer `5`, expected the links of a page at line 1"), "{error}");
    let mut page = whole();
    page["meta"]["from"] = json!("one");
    let error = read::<u8>(&page).unwrap_err().to_string();
    let text = r#"`meta.from`: invalid value: string "one", expected a whole number from 0 at line 1 column "#;
    assert!(error.starts_with(text), "{error}");
}

/// The members of a page without a resource. A page with a resource can use their names for other members.
const OF_A_BARE_PAGE: [&str; 13] = [
    "current_page",
    "first_page_url",
    "from",
    "last_page",
    "last_page_url",
    "next_cursor",
    "next_page_url",
    "path",
    "per_page",
    "prev_cursor",
    "prev_page_url",
    "to",
    "total",
];

#[test]
fn a_page_with_a_resource_can_have_any_member_beside_its_own() {
    for name in OF_A_BARE_PAGE {
        for value in
            [json!({ "usd": [5] }), json!([{}, "x"]), json!("x"), json!(-1), json!(1.5), json!(true), json!(null)]
        {
            let mut page = whole();
            page[name] = value;
            assert_eq!(read::<u8>(&page).unwrap(), read::<u8>(&whole()).unwrap(), "{name}");
        }
    }
}

#[test]
fn a_bare_page_has_the_members_of_one_with_a_resource() {
    let with_resource = read::<u8>(&whole()).unwrap();
    assert_eq!(read::<u8>(&bare()).unwrap(), with_resource);

    // Numbers are read with the same tolerance.
    let mut page = bare();
    for name in ["current_page", "from", "last_page", "per_page", "to", "total"] {
        page[name] = json!(page[name].to_string());
    }
    assert_eq!(read::<u8>(&page).unwrap(), with_resource);
    for name in ["from", "to", "first_page_url", "last_page_url", "next_page_url", "prev_page_url", "links"] {
        let mut with_null = bare();
        with_null[name] = Value::Null;
        let mut without = bare();
        without.as_object_mut().unwrap().remove(name);
        let read_back = read::<u8>(&with_null).unwrap();
        assert_eq!(read_back, read::<u8>(&without).unwrap(), "{name}");
        assert_ne!(read_back, with_resource, "{name}");
    }
}

#[test]
fn json_of_another_type_is_not_a_page() {
    for value in [json!("x"), json!(1), json!(null)] {
        let error = read::<u8>(&value).unwrap_err().to_string();
        assert!(error.contains("expected a page at line 1"), "{error}");
    }
}

#[test]
fn every_paginator_becomes_the_page_that_is_read_from_its_json() {
    #[derive(Clone, Debug, Deserialize, Serialize)]
    struct Key {
        id: u8,
    }
    let list = list().with_per_page(NonZeroU32::new(2).unwrap());
    for query in ["", "page=2", "page=3", "page=4"] {
        let request = list.request(query).unwrap();
        let page = request.clone().paginate(vec![7, 8], 5);
        assert_eq!(Page::from(page.clone()), read::<u8>(&json!(page)).unwrap(), "{query}");
        for items in [vec![], vec![7], vec![7, 8, 9]] {
            let page = request.clone().simple_paginate(items);
            assert_eq!(Page::from(page.clone()), read::<u8>(&json!(page)).unwrap(), "{query}");
        }
    }
    let first = list.cursor_request("").unwrap().paginate(vec![7_u8, 8, 9], |id| Key { id: *id }).unwrap();
    let query = format!("cursor={}", first.next_cursor().unwrap());
    let middle = list.cursor_request(&query).unwrap().paginate(vec![9, 10, 11], |id| Key { id: *id }).unwrap();
    assert!(middle.prev_cursor().is_some() && middle.next_cursor().is_some());
    for page in [first, middle] {
        assert_eq!(Page::from(page.clone()), read::<u8>(&json!(page)).unwrap());
    }
}

#[test]
fn a_page_without_a_total_has_no_last_page() {
    let mut page = whole();
    let meta = page["meta"].as_object_mut().unwrap();
    for name in ["last_page", "links", "total"] {
        meta.remove(name);
    }
    let simple = read::<u8>(&page).unwrap().meta;
    assert_eq!((simple.current_page, simple.last_page, simple.total), (Some(2), None, None));

    let meta = page["meta"].as_object_mut().unwrap();
    for name in ["current_page", "from", "to"] {
        meta.remove(name);
    }
    meta.insert("next_cursor".to_owned(), json!("bmV4dA"));
    meta.insert("prev_cursor".to_owned(), Value::Null);
    let by_cursor = read::<u8>(&page).unwrap().meta;
    assert_eq!((by_cursor.current_page, by_cursor.per_page), (None, 2));
    assert_eq!((by_cursor.next_cursor.as_deref(), by_cursor.prev_cursor), (Some("bmV4dA"), None));
}

#[test]
fn an_error_in_a_bare_page_names_the_member() {
    for name in OF_A_BARE_PAGE {
        let wrong = if name.contains("page") && !name.contains("url") || ["from", "to", "total"].contains(&name) {
            [json!("x"), json!({ "usd": 5 })]
        } else {
            [json!(5), json!(["x"])]
        };
        for value in wrong {
            let mut page = bare();
            page[name] = value;
            let error = read::<u8>(&page).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{name}`: invalid ")), "{error}");
        }
    }
    for (value, kind) in [(json!({ "usd": 5 }), "map"), (json!([5, "x"]), "sequence")] {
        let mut page = bare();
        page["total"] = value;
        let error = read::<u8>(&page).unwrap_err().to_string();
        let expected = format!("`total`: invalid type: {kind}, expected a number, a text or null at line 1");
        assert!(error.starts_with(&expected), "{error}");
    }
    for name in ["current_page", "data", "last_page", "per_page", "total"] {
        let mut page = bare();
        page.as_object_mut().unwrap().remove(name);
        let error = read::<u8>(&page).unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{name}`: missing member")), "{error}");
    }
    // Without a path it is not a page of either form.
    let mut page = bare();
    page.as_object_mut().unwrap().remove("path");
    assert!(read::<u8>(&page).unwrap_err().to_string().starts_with("`meta`: missing member"));
}

/// An error names the index of an item of any type, and also the member of a token.
#[test]
fn an_error_in_an_item_names_it() {
    let mut page = whole();
    page["data"] = json!([1, 2, 3, "four"]);
    let error = read::<u8>(&page).unwrap_err().to_string();
    assert!(error.starts_with(r#"`data[3]`: invalid type: string "four", expected u8 at line 1 column "#), "{error}");
    let error = read::<AllowedIp>(&page).unwrap_err().to_string();
    assert!(error.starts_with("`data[0]`: invalid type: integer `1`, expected a "), "{error}");
    page["data"] = json!(["10.0.0.0/33"]);
    let error = read::<AllowedIp>(&page).unwrap_err().to_string();
    assert!(error.starts_with("`data[0]`: `10.0.0.0/33` has a prefix length above 32 at line 1"), "{error}");

    let token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH).into_resource(DateTime::UNIX_EPOCH);
    page["data"] = json!([token, token, token, token]);
    page["data"][3]["created_at"] = json!("now");
    let error = read::<TokenResource>(&page).unwrap_err().to_string();
    assert!(error.starts_with("`data[3].created_at`: `now` is not an RFC 3339 date-time"), "{error}");
    page["data"][2]["allowed_ips"] = json!(["::1", 5]);
    let error = read::<TokenResource>(&page).unwrap_err().to_string();
    assert!(error.starts_with("`data[2].allowed_ips[1]`: invalid type: integer `5`"), "{error}");
    page["data"][0].as_object_mut().unwrap().remove("name");
    let error = read::<TokenResource>(&page).unwrap_err().to_string();
    assert!(error.starts_with("`data[0].name`: missing member"), "{error}");
}

#[test]
fn a_syntax_error_in_a_member_keeps_its_category() {
    let whole = whole().to_string();
    for cut in 0..whole.len() {
        let error = Page::<u8>::from_slice(&whole.as_bytes()[..cut]).unwrap_err();
        assert!(error.is_eof(), "{cut}: {error}");
    }
    assert!(Page::<u8>::from_slice(whole.replace("7,8", "7,8,").as_bytes()).unwrap_err().is_syntax());
    assert!(Page::<u8>::from_slice(whole.replace("7,8", "7,-8").as_bytes()).unwrap_err().is_data());
}

#[test]
fn the_last_of_duplicate_members_wins_in_a_page() {
    let twice = whole().to_string().replacen('{', r#"{"data":["x"],"#, 1);
    let error = read_text::<u8>(&twice).unwrap_err().to_string();
    assert!(error.starts_with("`data[0]`"), "every member is read: {error}");
    let twice = whole().to_string().replacen('{', r#"{"data":[1],"links":null,"#, 1);
    assert_eq!(read_text::<u8>(&twice).unwrap(), read(&whole()).unwrap());
}

#[test]
fn links_may_be_null() {
    for (place, count) in [("/links", 3), ("/meta/links", 0)] {
        let mut page = whole();
        *page.pointer_mut(place).unwrap() = Value::Null;
        let page = read::<u8>(&page).unwrap();
        assert_eq!(page.meta.links.len(), count);
        assert_eq!(page.links.next.is_none(), place == "/links");
    }
}

#[test]
fn numbers_may_be_text_or_floats() {
    let text = whole().to_string();
    let expected = read_text::<u8>(&text).unwrap();
    for quote in ["\"", ""] {
        let fraction = if quote.is_empty() { ".0" } else { "" };
        let mut changed = text.clone();
        for (name, number) in
            [("current_page", 2), ("from", 3), ("last_page", 3), ("per_page", 2), ("to", 4), ("total", 5), ("page", 1)]
        {
            let written = format!("\"{name}\":{number}");
            assert!(changed.contains(&written), "{written}");
            changed = changed.replace(&written, &format!("\"{name}\":{quote}{number}{fraction}{quote}"));
        }
        assert_eq!(read_text::<u8>(&changed).unwrap(), expected, "{changed}");
    }
}

/// Every part of a page contains bytes that cannot be decoded. Reading from bytes replaces them.
#[test]
fn bytes_that_cannot_be_decoded_are_replaced() {
    let text = whole().to_string();
    let text = text.replace("« Previous", r"\ud83d").replace(r#""path":"/t""#, r#""path":"/\udc00","x":-1e999"#);
    let bytes = [b"\xef\xbb\xbf", text.replace("...", "\u{1}").as_bytes()].concat();
    let bytes: Vec<u8> = bytes.into_iter().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
    assert!(serde_json::from_slice::<Page<u8>>(&bytes).is_err());
    let page = Page::<u8>::from_slice(&bytes).unwrap();
    assert_eq!((&*page.meta.links[0].label, &*page.meta.links[2].label), ("\u{fffd}", "\u{fffd}"));
    assert_eq!(page.meta.path, "/\u{fffd}");

    // The nearest number of the caller's type, or an error that names the item.
    let page = whole().to_string().replace("[7,8]", "[7,1e999,-1e999]");
    assert_eq!(Page::<f64>::from_slice(page.as_bytes()).unwrap().data, [7.0, f64::MAX, f64::MIN]);
    assert_eq!(Page::<Value>::from_slice(page.as_bytes()).unwrap().data[1], json!(f64::MAX));
    let error = Page::<u64>::from_slice(page.as_bytes()).unwrap_err().to_string();
    assert!(error.starts_with("`data[1]`: invalid type: floating point `1.79769"), "{error}");
    let huge = "9".repeat(400);
    let page = whole()
        .to_string()
        .replace("[7,8]", &format!("[{huge}]"))
        .replace(r#""total":5"#, &format!(r#""total":{huge}"#));
    let page = Page::<f64>::from_slice(page.as_bytes()).unwrap();
    assert_eq!((&*page.data, page.meta.total), (&[f64::MAX][..], Some(u64::MAX)));
}

#[test]
fn json_that_is_malformed_stays_malformed() {
    for item in
        ["01e999", "1.e999", "-e999", "1e", "1e+", "+1e999", "\"\\ud83", "\"\\ud83x\"", "\"\\", "Infinity", "NaN"]
    {
        let page = whole().to_string().replace("[7,8]", &format!("[{item}]"));
        assert!(Page::<Value>::from_slice(page.as_bytes()).unwrap_err().classify() != Category::Data, "{item}");
    }
}

#[test]
fn a_position_is_read_as_the_nearest_integer() {
    for (text, position) in [
        ("\"21\"", Some(21)),
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
fn labels_may_be_any_text_or_a_number() {
    for (label, expected) in [(json!(1), "1"), (json!(-1), "-1"), (json!(2.0), "2"), (json!(1.5), "1.5")] {
        let mut page = whole();
        page["meta"]["links"][0]["label"] = label;
        assert_eq!(read::<u8>(&page).unwrap().meta.links[0].label, expected);
    }
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
        "allowed_ips": ["office.example.com", "10.0.0.7"],
    });
    let mut page = whole();
    page["data"] = json!([token]);
    let page = read::<TokenResource>(&page).unwrap();
    let token = &page.data[0];
    assert_eq!(token.status, ReportedStatus::from("suspended"));
    assert_eq!(token.created_at.to_rfc3339(), "2024-03-01T18:11:00.250+00:00");
    assert_eq!((token.last_used_at, token.expires_at), (None, None));
    let written = serde_json::to_value(token).unwrap();
    assert_eq!(written["allowed_ips"], json!(["office.example.com", "10.0.0.7"]));
    let page = request(&list(), 1, 1).paginate(vec![token.clone()], 1);
    let mut body = Vec::new();
    page.write_tokens(&mut body);
    assert_eq!(body, serde_json::to_vec(&page).unwrap());
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
        let base = base.filter(|base| !base.starts_with("//")).unwrap_or_else(|| "https://h.example".to_owned());
        let style = LinkStyle::default().with_on_each_side(on_each_side).with_gap_label(gap.clone());
        let style = style.with_labels(previous.clone(), "Next »");
        let style = if has_array { style } else { style.without_array() };
        let list = Pagination::new(&base).unwrap().with_fragment(&fragment).with_link_style(style);
        let list = list.with_per_page(NonZeroU32::new(per_page).unwrap());
        let written = preserving(list.clone(), "page", page, &preserved).paginate(tokens, total);
        let url_of = |page: u64| written.first_url().replacen("page=1", &format!("page={page}"), 1);

        let json = serde_json::to_string(&written).unwrap();
        let read: Page<TokenResource> = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&*read.data, written.items());
        prop_assert_eq!(read.links.first, Some(written.first_url()));
        prop_assert_eq!(read.links.last, Some(written.last_url()));
        prop_assert_eq!(&read.links.prev, &written.prev_url());
        prop_assert_eq!(&read.links.next, &written.next_url());
        let meta = read.meta;
        prop_assert_eq!(meta.current_page, Some(written.current_page()));
        prop_assert_eq!(meta.last_page, Some(written.last_page()));
        prop_assert_eq!((meta.per_page, meta.total), (per_page.into(), Some(total)));
        prop_assert_eq!((meta.from, meta.to), (written.from(), written.to()));
        prop_assert_eq!(meta.path, list.url());
        if has_array {
            let links = meta.links;
            prop_assert_eq!((&links[0].label, &links[0].url), (&previous, &read.links.prev));
            prop_assert_eq!((&*links[links.len() - 1].label, &links[links.len() - 1].url), ("Next »", &read.links.next));
            let between = &links[1..links.len() - 1];
            prop_assert!(between.iter().map(|link| link.page).eq(written.window()));
            for link in between {
                prop_assert_eq!(&link.label, &link.page.map_or_else(|| gap.clone(), |page| page.to_string()));
                prop_assert_eq!(&link.url, &link.page.map(url_of));
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

/// Returns the same page as Laravel sends it without a resource.
fn bare() -> Value {
    let mut page = whole();
    let links = page["links"].take();
    let mut bare = page["meta"].take();
    bare["data"] = page["data"].take();
    for name in ["first", "last", "prev", "next"] {
        bare[format!("{name}_page_url")] = links[name].clone();
    }
    bare
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

/// Returns the path of a place as errors write it.
fn path(place: &str) -> String {
    let mut path = String::new();
    for part in place.split('/').skip(1) {
        match part.parse::<usize>() {
            Ok(index) => path += &format!("[{index}]"),
            Err(_) if path.is_empty() => path += part,
            Err(_) => path += &format!(".{part}"),
        }
    }
    path
}

fn read_text<T: serde::de::DeserializeOwned>(page: &str) -> serde_json::Result<Page<T>> {
    serde_json::from_str(page)
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
                let rows =
                    u32::try_from(total).unwrap().saturating_sub(20 * u32::try_from(number - 1).unwrap()).min(20);
                let items: Vec<u32> = (0..rows).collect();
                let list = Pagination::new("https://api.example.test/t").unwrap().with_link_style(style.clone());
                let page = preserving(list, "page", number, "q=a&b").paginate(items, total);
                let written = serde_json::to_value(&page).unwrap();
                assert_eq!(Page::from(page), read(&written).unwrap(), "{written}");
            }
        }
    }
}
