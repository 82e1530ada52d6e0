//! Whole responses of Laravel.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::Deserialize;
use serde_json::{Value, json};
use tokenfolio::{LinkStyle, NextUrlError, Page, PageWalk, Pagination, TokenResource};
use url::Url;

use super::{assert_urls, read, text};
use crate::model;

#[derive(Deserialize)]
struct Recorded {
    request: String,
    total: u64,
    per_page: u32,
    page_name: String,
    preserve_query: bool,
    raw: String,
}

#[test]
fn every_recorded_response_is_read_in_full() {
    let responses = read::<Recorded>("envelope.jsonl");
    assert_eq!(responses.len(), 55);
    for response in responses {
        let page: Page<TokenResource> = serde_json::from_str(&response.raw).unwrap();
        let value: Value = serde_json::from_str(&response.raw).unwrap();

        let data: Vec<_> = page.data.iter().map(token).collect();
        let expected = value["data"].as_array().unwrap().iter().map(|token| {
            let mut token = token.clone();
            for member in ["last_used_at", "expires_at", "created_at"] {
                let utc = token[member].as_str().map(|time| time.replace("+00:00", "Z"));
                token[member] = json!(utc);
            }
            token
        });
        assert_eq!(data, expected.collect::<Vec<_>>());

        let links = json!({
            "first": page.links.first, "last": page.links.last, "prev": page.links.prev, "next": page.links.next,
        });
        assert_eq!(links, value["links"]);

        let meta = &value["meta"];
        assert_eq!(json!(page.meta.current_page), meta["current_page"]);
        assert_eq!(page.meta.from, position(&meta["from"]));
        assert_eq!(json!(page.meta.last_page), meta["last_page"]);
        assert_eq!(json!(page.meta.path), meta["path"]);
        assert_eq!(json!(page.meta.per_page), meta["per_page"]);
        assert_eq!(page.meta.to, position(&meta["to"]));
        assert_eq!(json!(page.meta.total), meta["total"]);

        let array = meta["links"].as_array().unwrap();
        assert_eq!(page.meta.links.len(), array.len());
        for (link, expected) in page.meta.links.iter().zip(array) {
            assert_eq!(json!(link.url), expected["url"]);
            assert_eq!(json!(link.label), expected["label"]);
            assert_eq!(json!(link.page), expected.get("page").cloned().unwrap_or_default());
            assert_eq!(json!(link.active), expected["active"]);
        }
    }
}

/// Laravel writes a bracketed page name into links, but does not read it from a query, so every page links to page 2.
#[test]
fn every_recorded_next_page_is_followed_except_one_that_never_ends() {
    let mut rejected = 0;
    for response in read::<Recorded>("envelope.jsonl") {
        let page: Page<Value> = serde_json::from_str(&response.raw).unwrap();
        let mut walk = PageWalk::new(Url::parse(&response.request).unwrap()).with_page_name(response.page_name.clone());
        let next = walk.advance(&page.links).map(|is_ahead| is_ahead.then(|| walk.url().clone()));
        if response.page_name == "page[number]" {
            rejected += 1;
            assert_eq!(page.meta.current_page, Some(1));
            assert_eq!(next, Err(NextUrlError::NotAhead { asked: 2, next: 2 }));
        } else {
            assert_eq!(next, Ok(page.links.next.map(|link| Url::parse(&link).unwrap())), "{}", response.request);
        }
    }
    assert_eq!(rejected, 2);
}

#[test]
fn every_recorded_response_is_rebuilt_from_its_request() {
    let mut decided: BTreeMap<&str, usize> = BTreeMap::new();
    for response in read::<Recorded>("envelope.jsonl") {
        let (path, query) = response.request.split_once('?').unwrap_or((&response.request, ""));
        let mut expected: Value = serde_json::from_str(&response.raw).unwrap();
        let list = Pagination::new(path).unwrap().with_page_name(response.page_name.clone()).unwrap().lenient();
        let list = list.with_per_page(NonZeroU32::new(response.per_page).unwrap());
        let list = list.with_link_style(LinkStyle::laravel_entities());
        let list = if response.preserve_query { list.with_query_string() } else { list };
        let request = list.request(query).unwrap();
        let items = expected["data"].as_array().unwrap().clone();
        let page = request.clone().paginate(items, response.total);
        assert_urls(&page);

        for link in expected["meta"]["links"].as_array_mut().unwrap() {
            let page = link.get("page").cloned().unwrap_or_default();
            link["page"] = page;
        }
        // Laravel does not read the bracketed name of its own links. We read page 2.
        if response.page_name == "page[number]" {
            *decided.entry("bracketed page name").or_default() += 1;
            assert_eq!((request.page(), &expected["meta"]["current_page"]), (2, &json!(1)));
            assert_eq!(page.first_url(), "http://localhost/t?page%5Bnumber%5D=1");
            continue;
        }
        // Laravel reads a dotted name as a nested one, and writes it with a dot. We read what we write.
        if response.page_name == "page.number" {
            *decided.entry("dotted page name").or_default() += 1;
            assert_eq!((request.page(), &expected["meta"]["current_page"]), (1, &json!(2)));
            let preserved = if response.preserve_query { "page%5Bnumber%5D=2&" } else { "" };
            assert_eq!(page.first_url(), format!("http://localhost/t?{preserved}page.number=1"));
            continue;
        }
        // Laravel counts in doubles.
        if expected["meta"]["from"].is_f64() {
            *decided.entry("double").or_default() += 1;
            let from = u128::from(request.page() - 1) * u128::from(response.per_page) + 1;
            let to = from + expected["data"].as_array().unwrap().len() as u128 - 1;
            expected["meta"]["from"] = json!(u64::try_from(from).unwrap());
            expected["meta"]["to"] = json!(u64::try_from(to).unwrap());
        }
        // Laravel encodes a preserved query again, and drops empty values. We preserve its bytes.
        let preserved = query.split('&').filter(|parameter| !parameter.starts_with("page="));
        let preserved: Vec<_> = preserved.map(model::encode_fragment).collect();
        if response.preserve_query && response.page_name == "page" && !preserved.join("").is_empty() {
            *decided.entry("preserved query").or_default() += 1;
            let theirs = text(&expected["links"]["first"]);
            let theirs = &theirs[path.len()..theirs.len() - "1".len()];
            let raw = serde_json::to_string(&expected).unwrap();
            assert!(raw.contains(theirs));
            expected = serde_json::from_str(&raw.replace(theirs, &format!("?{}&page=", preserved.join("&")))).unwrap();
        }
        // Laravel writes a path in another script as it is. We percent-encode it.
        if !path.is_ascii() {
            *decided.entry("path in another script").or_default() += 1;
            let raw = serde_json::to_string(&expected).unwrap();
            expected = serde_json::from_str(&raw.replace("café", "caf%C3%A9")).unwrap();
        }
        assert_eq!(serde_json::to_value(&page).unwrap(), expected, "{}", response.request);
    }
    let known = [
        ("bracketed page name", 2),
        ("dotted page name", 2),
        ("double", 4),
        ("path in another script", 2),
        ("preserved query", 3),
    ];
    assert_eq!(decided, known.into());
}

/// Returns a position as the nearest `u64`. Laravel writes a float if it does not fit 63 bits.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the nearest u64 is meant")]
fn position(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_f64().map(|float| float as u64))
}

#[track_caller]
fn token(token: &TokenResource) -> Value {
    serde_json::to_value(token).expect("a token")
}
