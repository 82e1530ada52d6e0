//! The status and the order that a client chooses.

use chrono::TimeDelta;
use tokenfolio::{AccessToken, MemoryStore, Pagination, TokenList, TokenOrder};

use super::{Always, BASE, OWNER, endpoint_of, get, handle, ids, json_body, list, now, page, text};

fn filtered() -> Pagination {
    list().with_status_filter("status").unwrap().with_direction("direction").unwrap()
}

/// Returns a token whose status at [`now`] depends on its id, and is different a nanosecond earlier or later.
fn token(id: i64) -> AccessToken {
    let token = AccessToken::new(id, "", now());
    let soon = now() + TimeDelta::nanoseconds(1);
    match id % 3 {
        0 => token.with_expires_at(soon),
        1 => token.with_expires_at(now()).with_revoked_at(soon),
        _ => token.with_revoked_at(now()),
    }
}

#[test]
fn a_filter_and_a_direction_choose_the_rows_the_total_and_the_links() {
    let store = MemoryStore::from_iter((1..=100).map(|id| (OWNER, token(id))));
    let endpoint = endpoint_of(store, filtered()).with_link_header();
    for (status, remainder) in [("active", 0), ("expired", 1), ("revoked", 2)] {
        for direction in ["", "&direction=asc", "&direction=desc"] {
            let mut expected: Vec<_> = (1..=100).filter(|id| id % 3 == remainder).collect();
            if direction == "&direction=desc" {
                expected.reverse();
            }
            let total = expected.len() as u64;
            for number in 1..=3_usize {
                let query = format!("status={status}{direction}&page");
                let response = handle(&endpoint, get(&format!("?{query}={number}")));
                let page = page(&response);
                let rows: Vec<_> = expected.iter().copied().skip((number - 1) * 20).take(20).collect();
                assert_eq!((ids(&page), page.meta.total), (rows, Some(total)), "{query}={number}");
                assert!(page.data.iter().all(|token| token.status.to_string() == status));
                assert_eq!(page.links.last, Some(format!("{BASE}?{query}=2")));
                let header = response.headers()["link"].to_str().unwrap();
                assert!(header.contains(&format!("<{BASE}?{query}=1>; rel=\"first\"")), "{header}");
            }
        }
    }
}

#[test]
fn a_direction_replaces_the_order_of_the_endpoint() {
    let store = MemoryStore::from_iter((1..=3).map(|id| (OWNER, token(id))));
    let endpoint = endpoint_of(store, filtered()).with_order(TokenOrder::NewestFirst);
    for (query, expected) in [("", [3, 2, 1]), ("?direction=asc", [1, 2, 3]), ("?direction=desc", [3, 2, 1])] {
        assert_eq!(ids(&page(&handle(&endpoint, get(query)))), expected, "{query}");
    }
}

#[test]
fn an_unknown_choice_is_a_400() {
    let endpoint = endpoint_of(MemoryStore::new(), filtered().lenient());
    let response = handle(&endpoint, get("?status=gone&direction=up"));
    assert_eq!(response.status(), 400);
    assert_eq!(
        json_body(&response)["errors"],
        serde_json::json!([
            { "parameter": "status", "detail": "must be `active`, `expired` or `revoked`, but has another value" },
            { "parameter": "direction", "detail": "must be `asc` or `desc`, but has another value" },
        ])
    );
}

#[test]
fn a_store_that_ignores_the_filter_is_a_500() {
    // The ids of tokens that are active, expired and revoked.
    for (rows, query, expected) in [
        (vec![3, 6], "?status=active", 200),
        (vec![1], "?status=expired", 200),
        (vec![2], "?status=revoked", 200),
        (vec![3, 4], "?status=active", 500),
        (vec![2, 3], "?status=active", 500),
        (vec![2], "?status=expired", 500),
        (vec![1], "?status=revoked", 500),
        (vec![1, 2, 3], "", 200),
    ] {
        let list = TokenList::new(rows.iter().copied().map(token).collect(), rows.len() as u64);
        let response = handle(&endpoint_of(Always(list), filtered()), get(query));
        assert_eq!(response.status(), expected, "{rows:?} {query}: {}", text(&response));
    }
}

#[test]
fn the_log_names_the_status_that_a_row_does_not_have() {
    let event = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let logged = event.clone();
    let endpoint = endpoint_of(Always(TokenList::new(vec![token(1)], 1)), filtered())
        .with_problem_hook(move |event| *logged.lock().unwrap() = event.to_string());
    assert_eq!(handle(&endpoint, get("?status=active")).status(), 500);
    let line = event.lock().unwrap().clone();
    assert!(line.ends_with("the store holds corrupt data: a row is not active"), "{line}");
}
