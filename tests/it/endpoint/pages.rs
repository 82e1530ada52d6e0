//! Pages and the links in them.

use std::num::NonZeroU32;

use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use tokenfolio::{AccessToken, AllowedIps, LinkStyle, ListTokens, MemoryStore, PageRequest, TokenOrder};

use super::{
    BASE, OWNER, endpoint, endpoint_of, get, handle, headers, ids, json_body, list, now, page, request, secrets,
    store_of, text,
};

#[test]
fn a_page_is_written_byte_for_byte() {
    let store = MemoryStore::new();
    let instant = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let mut token = AccessToken::new(1, "Production Deploy", instant("2024-03-01T18:11:00Z"));
    token.last_used_at = Some(instant("2024-04-11T14:35:05Z"));
    token.usage_count = 42;
    store.insert(OWNER, token);
    let mut token = AccessToken::new(23145, "CI Deployments", instant("2024-03-01T18:11:00Z"));
    token.expires_at = Some(instant("2024-04-11T14:35:05Z"));
    token.allowed_ips = AllowedIps::parse(["10.0.0.0/24", "203.0.113.12"]).ok();
    store.insert(OWNER, token);
    let response = handle(&endpoint(store), get(""));
    let expected = concat!(
        r#"{"data":[{"id":1,"name":"Production Deploy","status":"active","last_used_at":"2024-04-11T14:35:05Z","#,
        r#""usage_count":42,"expires_at":null,"created_at":"2024-03-01T18:11:00Z","allowed_ips":null},"#,
        r#"{"id":23145,"name":"CI Deployments","status":"expired","last_used_at":null,"usage_count":0,"#,
        r#""expires_at":"2024-04-11T14:35:05Z","created_at":"2024-03-01T18:11:00Z","#,
        r#""allowed_ips":["10.0.0.0/24","203.0.113.12"]}],"#,
        r#""links":{"first":"https://api.example.test/api/v1/me/tokens?page=1","#,
        r#""last":"https://api.example.test/api/v1/me/tokens?page=1","prev":null,"next":null},"#,
        r#""meta":{"current_page":1,"from":1,"last_page":1,"links":["#,
        r#"{"url":null,"label":"« Previous","page":null,"active":false},"#,
        r#"{"url":"https://api.example.test/api/v1/me/tokens?page=1","label":"1","page":1,"active":true},"#,
        r#"{"url":null,"label":"Next »","page":null,"active":false}],"#,
        r#""path":"https://api.example.test/api/v1/me/tokens","per_page":20,"to":2,"total":2}}"#,
    );
    assert_eq!(text(&response), expected);
    assert_eq!(response.status(), 200);
    let length = expected.len().to_string();
    assert_eq!(
        headers(&response),
        [("cache-control", "private, no-store"), ("content-length", &*length), ("content-type", "application/json")]
    );
}

#[test]
fn a_page_shows_only_the_owners_tokens() {
    let page = page(&handle(&endpoint(store_of(3)), get("")));
    assert_eq!((ids(&page), page.meta.total), (vec![1, 2, 3], Some(3)));
    assert!(page.data.iter().all(|token| *token.name != *"another's"));
}

#[test]
fn every_listed_status_agrees_with_authentication_at_the_same_time() {
    let nanosecond = TimeDelta::nanoseconds(1);
    let edges = [None, Some(now() - nanosecond), Some(now()), Some(now() + nanosecond)];
    let pairs = edges.into_iter().flat_map(|revoked_at| edges.map(|expires_at| (revoked_at, expires_at)));
    for (revoked_at, expires_at) in pairs {
        let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
        token.revoked_at = revoked_at;
        token.expires_at = expires_at;
        let store = MemoryStore::new();
        store.insert(OWNER, token.clone());
        let mut secrets = secrets();
        secrets.0.insert("presented", token);
        let endpoint = ListTokens::new(store, secrets, list()).with_clock(now);
        let listed = page(&handle(&endpoint, get(""))).data[0].status.to_string();
        let presented = request(Method::GET, "/").header("authorization", "Bearer presented");
        let is_accepted = handle(&endpoint, presented).status() == 200;
        assert_eq!(is_accepted, listed == "active", "{revoked_at:?} {expires_at:?}");
    }
}

#[test]
fn walking_from_page_1_yields_every_token_once() {
    for count in [0, 1, 19, 20, 21, 40, 41, 281] {
        for size in [1, 7, 20, 300] {
            let endpoint = endpoint_of(store_of(count), list().with_per_page(NonZeroU32::new(size).unwrap()));
            let mut walked = Vec::new();
            let mut prevs = Vec::new();
            let mut next = Some(format!("{BASE}?page=1"));
            while let Some(url) = next {
                let target = url.strip_prefix("https://api.example.test").unwrap();
                let page =
                    page(&handle(&endpoint, request(Method::GET, target).header("authorization", "Bearer good")));
                walked.extend(ids(&page));
                assert_eq!(page.links.prev, prevs.last().cloned());
                assert_eq!(page.meta.total, Some(count.unsigned_abs()));
                prevs.push(url);
                next = page.links.next;
            }
            assert_eq!(walked, (1..=count).collect::<Vec<_>>(), "{count} by {size}");
        }
    }
}

#[test]
fn newest_first_is_an_option() {
    let endpoint = endpoint(store_of(45)).with_order(TokenOrder::NewestFirst);
    assert_eq!(ids(&page(&handle(&endpoint, get("")))), (26..=45).rev().collect::<Vec<_>>());
    assert_eq!(ids(&page(&handle(&endpoint, get("?page=3")))), (1..=5).rev().collect::<Vec<_>>());
}

#[test]
fn a_page_past_the_end_is_empty() {
    let endpoint = endpoint(store_of(21)).with_link_header();
    for number in [3, 9, PageRequest::MAX_PAGE] {
        let response = handle(&endpoint, get(&format!("?page={number}")));
        let page = page(&response);
        assert_eq!((page.data.len(), page.meta.from, page.meta.to), (0, None, None));
        assert_eq!((page.meta.current_page, page.meta.last_page, page.meta.total), (Some(number), Some(2), Some(21)));
        assert_eq!(page.links.next, None);
        assert_eq!(page.links.prev, Some(format!("{BASE}?page={}", number - 1)));
        assert!(page.meta.links.iter().all(|link| !link.active));
        let link = format!(
            "<{BASE}?page=1>; rel=\"first\", <{BASE}?page=2>; rel=\"last\", <{BASE}?page={}>; rel=\"prev\"",
            number - 1
        );
        assert_eq!(response.headers()["link"], link);
    }
}

#[test]
fn the_style_of_the_link_array_is_an_option() {
    let endpoint = endpoint_of(store_of(1), list().with_link_style(LinkStyle::laravel_entities()));
    let labels: Vec<_> = page(&handle(&endpoint, get(""))).meta.links.into_iter().map(|link| link.label).collect();
    assert_eq!(labels, ["&laquo; Previous", "1", "Next &raquo;"]);
    let endpoint = endpoint_of(store_of(1), list().with_link_style(LinkStyle::default().without_array()));
    assert_eq!(json_body(&handle(&endpoint, get("")))["meta"].get("links"), None);
}

#[test]
fn other_parameters_are_preserved_only_if_configured() {
    let query = "?sort=-id&page=2&sort=name&flag&e=&q=a%20b+c&p%61ge2=x";
    let dropped = page(&handle(&endpoint(store_of(41)), get(query)));
    assert_eq!(dropped.links.next, Some(format!("{BASE}?page=3")));
    let response = handle(&endpoint_of(store_of(41), list().with_query_string()).with_link_header(), get(query));
    let preserved = "sort=-id&sort=name&flag&e=&q=a%20b+c&p%61ge2=x&page";
    let links = page(&response).links;
    assert_eq!(links.first, Some(format!("{BASE}?{preserved}=1")));
    assert_eq!(links.next, Some(format!("{BASE}?{preserved}=3")));
    assert!(response.headers()["link"].to_str().unwrap().contains(&format!("<{BASE}?{preserved}=3>; rel=\"next\"")));
}

#[test]
fn a_size_that_the_client_chose_is_preserved_in_the_links() {
    let sized = list().with_client_size("per_page", NonZeroU32::new(50).unwrap()).unwrap();
    let endpoint = endpoint_of(store_of(41), sized.clone());
    let chosen = page(&handle(&endpoint, get("?sort=id&per_page=5&page=2")));
    assert_eq!((ids(&chosen), chosen.meta.per_page), (vec![6, 7, 8, 9, 10], 5));
    assert_eq!(chosen.links.next, Some(format!("{BASE}?per_page=5&page=3")));
    assert_eq!(page(&handle(&endpoint, get(""))).links.next, Some(format!("{BASE}?page=2")));
    let response = handle(&endpoint, get("?per_page=51&page=0"));
    assert_eq!(response.status(), 400);
    let parameters: Vec<_> =
        json_body(&response)["errors"].as_array().unwrap().iter().map(|error| error["parameter"].clone()).collect();
    assert_eq!(parameters, ["page", "per_page"]);
    let endpoint = endpoint_of(store_of(41), sized.with_query_string());
    let preserved = page(&handle(&endpoint, get("?sort=id&per_page=5&page=2")));
    assert_eq!(preserved.links.next, Some(format!("{BASE}?sort=id&per_page=5&page=3")));
}

#[test]
fn the_page_parameter_can_have_another_name() {
    let endpoint = endpoint_of(store_of(41), list().with_page_name("p").unwrap());
    let page = page(&handle(&endpoint, get("?p=2&page=x")));
    assert_eq!(page.meta.current_page, Some(2));
    assert_eq!(page.links.next, Some(format!("{BASE}?p=3")));
    assert_eq!(json_body(&handle(&endpoint, get("?p=x")))["errors"][0]["parameter"], "p");
}
