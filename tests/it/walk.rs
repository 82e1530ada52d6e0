//! A walk along the links of any store: from the first page to the last, and back from beyond the last.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use chrono::DateTime;
use http::Request;
use pollster::block_on;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use tokenfolio::{AccessToken, ListTokens, MemoryStore, Page, Pagination, TokenOrder, TokenResource};

use crate::endpoint::{Secrets, secrets};
use crate::model;

const HOST: &str = "https://api.example.test";
const PATH: &str = "/api/v1/me/tokens";

/// Parameters in many spellings. No parameter is the page, because the page parameter has another name in this test.
const PIECES: [&str; 14] = [
    "a=1",
    "a=2",
    "flag",
    "flag=",
    "=",
    "page=7",
    "P=1",
    "pp=2",
    "p[]=3",
    "%zz=%",
    "%C3%A9=%c3%a9",
    "b=c+d%20e",
    "x[y]=[z]",
    "a=%26p%3D9",
];

fn ids() -> impl Strategy<Value = BTreeSet<i64>> {
    btree_set(prop_oneof![any::<i64>(), -20..20_i64, Just(i64::MIN), Just(i64::MAX)], 0..40)
}

fn pagination(name: &'static str, size: u32) -> Pagination {
    let pagination = Pagination::new(&format!("{HOST}{PATH}")).unwrap().with_page_name(name).unwrap();
    pagination.with_per_page(NonZeroU32::new(size).unwrap())
}

/// Follows a link, and returns the body and the page in it.
fn follow(endpoint: &ListTokens<MemoryStore<u64>, Secrets>, url: &str) -> (Vec<u8>, Page<TokenResource>) {
    let request = Request::get(url.strip_prefix(HOST).unwrap()).header("authorization", "Bearer good");
    let response = block_on(endpoint.handle(&request.body(()).unwrap().into_parts().0, None));
    assert_eq!(response.status(), 200, "{url}");
    let page = serde_json::from_slice(response.body()).unwrap();
    (response.into_body(), page)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_walk_yields_every_token_once_forwards_and_backwards(
        ids in ids(),
        anothers in ids(),
        size in 1..9_u32,
        is_newest_first: bool,
        name in select(vec!["p", "page[number]"]),
        pieces in vec(select(PIECES.to_vec()), 0..6),
        is_preserved: bool,
        beyond in 0..3_u64,
    ) {
        // A parameter such as `p[a]`, with brackets after the name of the page, is an error.
        prop_assume!(!pieces.iter().any(|piece| piece.starts_with(&format!("{name}["))));
        let store = MemoryStore::new();
        for (owner, id) in ids.iter().map(|id| (7, id)).chain(anothers.iter().map(|id| (8, id))) {
            store.insert(owner, AccessToken::new(*id, format!("{owner}'s"), DateTime::UNIX_EPOCH));
        }
        let pagination = pagination(name, size);
        let pagination = if is_preserved { pagination.with_query_string() } else { pagination };
        let endpoint = ListTokens::new(store, secrets(), pagination);
        let endpoint = if is_newest_first { endpoint.with_order(TokenOrder::NewestFirst) } else { endpoint };

        // The model: all tokens in order, cut into pages. There is always one page.
        let mut ordered: Vec<_> = ids.iter().copied().collect();
        if is_newest_first {
            ordered.reverse();
        }
        let mut pages: Vec<_> = ordered.chunks(size as usize).map(<[i64]>::to_vec).collect();
        if pages.is_empty() {
            pages.push(Vec::new());
        }
        let preserved: String = pieces.iter().filter(|_| is_preserved).map(|piece| model::encode_fragment(piece) + "&").collect();
        let written = name.replace('[', "%5B").replace(']', "%5D");
        let url = |page: u64| format!("{HOST}{PATH}?{preserved}{written}={page}");
        let last = pages.len() as u64;

        // Forwards, from a URL without a page.
        let mut next = Some(format!("{HOST}{PATH}?{}", pieces.join("&")));
        let mut bodies = Vec::new();
        for (number, expected) in (1..).zip(&pages) {
            let (body, page) = follow(&endpoint, &next.expect("a link to every page"));
            let met: Vec<_> = page.data.iter().map(|token| token.id.0).collect();
            prop_assert_eq!(&met, expected);
            prop_assert!(page.data.iter().all(|token| *token.name == *"7's"));
            prop_assert_eq!((page.meta.current_page, page.meta.total), (Some(number), Some(ids.len() as u64)));
            prop_assert_eq!((page.links.first, page.links.last), (Some(url(1)), Some(url(last))));
            prop_assert_eq!(page.links.prev, (number > 1).then(|| url(number - 1)));
            bodies.push(body);
            next = page.links.next;
            prop_assert_eq!(&next, &(number < last).then(|| url(number + 1)));
        }

        // Backwards, from beyond the last page: the same bytes.
        let mut prev = Some(url(last + beyond));
        for number in (1..=last + beyond).rev() {
            let (body, page) = follow(&endpoint, &prev.expect("a link to every page before"));
            prop_assert_eq!(page.meta.current_page, Some(number));
            match bodies.get(usize::try_from(number - 1).unwrap()) {
                Some(there) => prop_assert_eq!(&body, there),
                None => prop_assert!(page.data.is_empty()),
            }
            prev = page.links.prev;
        }
        prop_assert_eq!(prev, None);
    }
}
