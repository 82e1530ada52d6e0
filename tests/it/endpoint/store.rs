//! The query that a store gets, and the checks of its result.

use std::num::NonZeroU32;

use http::{Method, Response};
use tokenfolio::{AccessToken, ListQuery, ListTokens, StoreError, StoreErrorKind, TokenList, TokenOrder, TokenStore};

use super::{
    Always, OWNER, always, endpoint, endpoint_of, failing, get, handle, headers, list, now, page, store_of, text,
};

/// A store that records its queries.
struct Recorder(std::sync::Mutex<Vec<ListQuery<u64>>>);

impl TokenStore for Recorder {
    type Owner = u64;

    async fn list(&self, query: &ListQuery<u64>) -> Result<TokenList, StoreError> {
        self.0.lock().unwrap().push(query.clone());
        Ok(TokenList::new(Vec::new(), 0))
    }
}

#[test]
fn the_store_gets_one_query_for_exactly_the_window() {
    let queries = |query: &str, order| {
        let store = Recorder(std::sync::Mutex::default());
        let list = list().with_client_size("size", NonZeroU32::MAX).unwrap();
        let response = handle(&endpoint_of(&store, list).with_order(order), get(query));
        assert_eq!(response.status(), 200);
        store.0.into_inner().unwrap()
    };
    let window = |offset, limit, order| {
        let mut query = ListQuery::new(OWNER);
        query.offset = offset;
        query.limit = NonZeroU32::new(limit).unwrap();
        query.order = order;
        query
    };
    let oldest = TokenOrder::OldestFirst;
    let newest = TokenOrder::NewestFirst;
    assert_eq!(queries("", oldest), [window(0, 20, oldest)]);
    assert_eq!(queries("?page=3&size=7", newest), [window(14, 7, newest)]);
    assert_eq!(queries("?page=9223372036854775807&size=4294967295", oldest), [window(u64::MAX, u32::MAX, oldest)]);
}

const FAILURES: [(StoreErrorKind, u16, &str, Option<&str>); 4] = [
    (StoreErrorKind::Unavailable, 503, "Service Unavailable", Some("1")),
    (StoreErrorKind::Timeout, 504, "Gateway Timeout", None),
    (StoreErrorKind::Corrupt, 500, "Internal Server Error", None),
    (StoreErrorKind::Other, 500, "Internal Server Error", None),
];

#[track_caller]
fn expect_failure(response: &Response<Vec<u8>>, status: u16, title: &str, retry_after: Option<&str>) {
    let body =
        format!(r#"{{"type":"about:blank","title":"{title}","status":{status},"instance":"/api/v1/me/tokens"}}"#);
    assert_eq!((response.status().as_u16(), text(response)), (status, &*body));
    let length = body.len().to_string();
    let mut expected = vec![
        ("cache-control", "private, no-store"),
        ("content-length", &*length),
        ("content-type", "application/problem+json"),
    ];
    expected.extend(retry_after.map(|seconds| ("retry-after", seconds)));
    assert_eq!(headers(response), expected);
}

#[test]
fn a_failing_store_is_reported_by_status_only() {
    for (kind, status, title, retry_after) in FAILURES {
        let response = handle(&endpoint(failing(kind)).with_link_header(), get(""));
        expect_failure(&response, status, title, retry_after);
        for (seconds, written) in [(0, "0"), (1, "1"), (u32::MAX, "4294967295")] {
            let response = handle(&endpoint(failing(kind)).with_retry_after(seconds), get(""));
            expect_failure(&response, status, title, retry_after.map(|_| written));
        }
    }
}

#[test]
fn a_failing_authenticator_is_reported_by_status_only() {
    for (kind, status, title, retry_after) in FAILURES {
        let endpoint = |kind| ListTokens::new(store_of(3), failing(kind), list());
        expect_failure(&handle(&endpoint(kind), get("")), status, title, retry_after);
        let later = retry_after.map(|_| "30");
        expect_failure(&handle(&endpoint(kind).with_retry_after(30), get("")), status, title, later);
    }
}

#[test]
fn a_store_that_breaks_its_contract_is_a_500() {
    for (name, endpoint, query) in [
        ("more rows than a page has", always(1..=21, 21), ""),
        ("more rows than the last page has", always(1..=3, 22), "?page=2"),
        ("fewer rows than a page has", always(1..=19, 41), ""),
        ("fewer rows than the last page has", always(1..=1, 22), "?page=2"),
        ("no rows with a total of 1", always([], 1), ""),
        ("rows past the end", always(1..=1, 20), "?page=2"),
        ("rows past any end", always(1..=1, 1), "?page=9223372036854775807"),
        ("a total below the rows", always(1..=3, 2), ""),
        ("rows with a total of 0", always(1..=3, 0), ""),
        ("descending rows", always([3, 2, 1], 3), ""),
        ("two swapped rows", always([1, 3, 2], 3), ""),
        ("a repeated row", always([1, 2, 2], 3), ""),
        ("rows ordered as text", always([1, 10, 2], 3), ""),
        ("rows ordered without their sign", always([1, -1], 2), ""),
    ] {
        expect_failure(&handle(&endpoint, get(query)), 500, "Internal Server Error", None);
        let method = Method::HEAD;
        assert_eq!(handle(&endpoint, get(query).method(method)).status(), 500, "{name}");
    }
}

#[test]
fn rows_are_valid_in_one_order_only() {
    for (ids, oldest_first, newest_first) in [
        (vec![1, 2, 3], 200, 500),
        (vec![3, 2, 1], 500, 200),
        (vec![1, 1], 500, 500),
        (vec![i64::MIN, 0, i64::MAX], 200, 500),
        (vec![5], 200, 200),
        (vec![], 200, 200),
    ] {
        let total = ids.len() as u64;
        let endpoint = always(ids.clone(), total);
        assert_eq!(handle(&endpoint, get("")).status(), oldest_first, "{ids:?}");
        let endpoint = endpoint.with_order(TokenOrder::NewestFirst);
        assert_eq!(handle(&endpoint, get("")).status(), newest_first, "{ids:?}");
    }
}

#[test]
fn a_total_beyond_any_page_is_exact() {
    let page = page(&handle(&always(1..=20, u64::MAX), get("")));
    assert_eq!((page.meta.total, page.meta.last_page), (Some(u64::MAX), Some(u64::MAX.div_ceil(20))));
}

/// All sequences of up to four ids, with totals near every limit, as pages of up to four rows.
#[test]
fn a_page_is_consistent_or_a_500_for_any_rows() {
    let sequences = (0..=4).flat_map(|length| (0..3_i64.pow(length)).map(move |code| (length, code)));
    let totals = [0, 1, 2, 3, 4, 5, 8, 9, u64::MAX - 1, u64::MAX];
    let mut consistent = 0;
    for (length, code) in sequences {
        let rows: Vec<_> = (0..length).map(|place| code / 3_i64.pow(place) % 3).collect();
        for total in totals {
            let tokens = rows.iter().map(|id| AccessToken::new(*id, "", now())).collect();
            let store = Always(TokenList::new(tokens, total));
            let endpoint = endpoint_of(store, list().with_client_size("size", NonZeroU32::MAX).unwrap());
            for (size, number) in (1..=4_u64).flat_map(|size| [1, 2, 3, 1_u64 << 62].map(|number| (size, number))) {
                let response = handle(&endpoint, get(&format!("?size={size}&page={number}")));
                let before = (number - 1).saturating_mul(size);
                let is_right = rows.is_sorted_by(|first, second| first < second)
                    && rows.len() as u64 == total.saturating_sub(before).min(size);
                assert_eq!(response.status() == 200, is_right, "{rows:?} of {total}, page {number} by {size}");
                if !is_right {
                    assert_eq!(response.status(), 500);
                    continue;
                }
                consistent += 1;
                let page = page(&response);
                let from = page.meta.from;
                let to = page.meta.to;
                assert!(page.data.iter().map(|token| token.id.0).eq(rows.iter().copied()));
                assert_eq!((page.meta.total, page.meta.last_page), (Some(total), Some(total.div_ceil(size).max(1))));
                assert_eq!(from, (!rows.is_empty()).then_some(before + 1));
                assert_eq!(to, from.map(|_| before + rows.len() as u64));
                assert_eq!(page.links.next.is_some(), before.saturating_add(size) < total);
            }
        }
    }
    assert!(consistent > 100, "{consistent}");
}
