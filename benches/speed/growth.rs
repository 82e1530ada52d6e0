//! The cost of a page must not grow with the number of tokens, owners or pages. The cost of hostile input must be
//! linear in its length.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, LINK};
use serde_json::Value;
use tokenfolio::{
    AllowedIps, BearerToken, ListQuery, MemoryStore, Page, PageLinks, Problem, TokenList, TokenStore, TrustedProxies,
};

use crate::measure::{Table, Variant};
use crate::page;
use crate::ready::ready;

const OWNER: u64 = 7;

/// Measures stores of up to `10^max_exponent` tokens.
pub(crate) fn measure(table: &mut Table, max_exponent: u32) {
    measure_tokens(table, max_exponent);
    measure_owners(table, max_exponent);
    measure_pages(table);
    measure_hostile_input(table);
}

/// Returns a number below `limit` for a turn. The sequence has no pattern that a cache can predict.
pub(crate) fn scattered(turn: u64, limit: u64) -> u64 {
    turn.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32) % limit
}

/// The pages that are measured. A store looks up and copies their tokens, so the processor's cache matters.
#[derive(Clone, Copy)]
enum Choice {
    /// A few pages in turn. They are in the processor's cache, so the work itself is measured.
    SamePages,
    /// Any page. Most of its tokens are not in the cache of the processor, if the store is larger than that.
    AnyPage,
}

impl Choice {
    /// Returns a number below `limit` for a turn.
    fn number(self, turn: u64, limit: u64) -> u64 {
        match self {
            Self::SamePages => turn % 3 * (limit - 1) / 2,
            Self::AnyPage => scattered(turn, limit),
        }
    }
}

/// A page of an owner with an increasing number of tokens.
fn measure_tokens(table: &mut Table, max_exponent: u32) {
    let per_page = u64::from(page::PER_PAGE);
    let stores: Vec<_> = (3..=max_exponent).map(|exponent| store_of_one_owner(10_u64.pow(exponent))).collect();
    let totals: Vec<_> = (3..=max_exponent).map(|exponent| 10_u64.pow(exponent)).collect();
    let names: Vec<_> = (3..=max_exponent).map(|exponent| format!("10^{exponent} tokens")).collect();
    for (store, total) in stores.iter().zip(&totals) {
        let last = list(store, OWNER, total - per_page);
        let first_id = last.tokens.first().map(|token| token.id.0.unsigned_abs());
        assert_eq!((last.tokens.len() as u64, last.total, first_id), (per_page, *total, Some(total - per_page + 1)));
    }
    let works = [
        ("the first, middle and last page in memory, by the tokens of the owner", Choice::SamePages),
        ("any page in memory, by the tokens of the owner", Choice::AnyPage),
    ];
    for (work, choice) in works {
        let variants = stores.iter().zip(&totals).zip(&names).map(|((store, total), name)| {
            let mut turns = 0..;
            Variant::new(name, move || {
                let number = turns.next().map_or(0, |turn| choice.number(turn, total / per_page));
                black_box(list(store, OWNER, number * per_page));
            })
        });
        table.measure(work, &[0], variants.collect());
    }
}

/// The page of an owner with one token, with an increasing number of owners in the store.
fn measure_owners(table: &mut Table, max_exponent: u32) {
    let stores: Vec<_> = (3..=max_exponent).map(|exponent| store_of_owners(10_u64.pow(exponent))).collect();
    let totals: Vec<_> = (3..=max_exponent).map(|exponent| 10_u64.pow(exponent)).collect();
    let names: Vec<_> = (3..=max_exponent).map(|exponent| format!("10^{exponent} owners")).collect();
    let works = [
        ("the pages of three owners with one token each, by the number of owners in the store", Choice::SamePages),
        ("the page of any owner, each with one token, by the number of owners in the store", Choice::AnyPage),
    ];
    for (work, choice) in works {
        let variants = stores.iter().zip(&totals).zip(&names).map(|((store, owners), name)| {
            let mut turns = 0..;
            Variant::new(name, move || {
                let owner = turns.next().map_or(0, |turn| choice.number(turn, *owners));
                black_box(list(store, owner, 0));
            })
        });
        table.measure(work, &[0], variants.collect());
    }
}

fn store_of_one_owner(tokens: u64) -> MemoryStore<u64> {
    (1..=tokens.cast_signed()).map(|id| (OWNER, page::token(id))).collect()
}

fn store_of_owners(owners: u64) -> MemoryStore<u64> {
    (0..owners).map(|owner| (owner, page::token(1))).collect()
}

fn list(store: &MemoryStore<u64>, owner: u64, offset: u64) -> TokenList {
    let limit = NonZeroU32::new(page::PER_PAGE).unwrap_or(NonZeroU32::MIN);
    let query = ListQuery::new(owner).with_offset(offset).with_limit(limit);
    ready(store.list(&query)).expect("memory never fails")
}

/// The links and numbers of the middle page, with an increasing number of pages.
fn measure_pages(table: &mut Table) {
    const ONE: NonZeroU32 = NonZeroU32::MIN;
    let exponents = [1, 3, 6, 9, 12, 15, 18];
    let pages: Vec<_> = exponents
        .iter()
        .map(|exponent| {
            let total = 10_u64.pow(*exponent);
            let request = page::pagination().with_per_page(ONE).request(&format!("page={}", total / 2));
            let paginator = request.expect("the page is in range").paginate(vec![()], total);
            (format!("10^{exponent} pages"), paginator)
        })
        .collect();
    let last = pages.last().map(|(_, paginator)| paginator.window().flatten().last());
    assert_eq!(last, Some(Some(10_u64.pow(18))));
    let variants = pages.iter().map(|(name, paginator)| {
        let mut out = Vec::new();
        Variant::new(name, move || {
            black_box(paginator).write_json(black_box(&mut out)).expect("units are JSON");
        })
    });
    table.measure("the envelope of the middle page, by the number of pages", &[0], variants.collect());
}

/// A function, and input that is expensive for it.
struct Hostile {
    name: &'static str,
    start: &'static [u8],
    /// Repeated until the input is long enough.
    unit: &'static [u8],
    end: &'static [u8],
    read: fn(&[u8]),
}

/// Each function that reads input of a client, with inputs of increasing length. The times are for 100 kB of input.
fn measure_hostile_input(table: &mut Table) {
    const LENGTH: usize = 100_000;
    let sizes = [("100 kB", 1_u32), ("1 MB", 10), ("10 MB", 100)];
    for Hostile { name, start, unit, end, read } in hostile() {
        let inputs = sizes.map(|(_, times)| {
            let units = LENGTH * times as usize / unit.len();
            [start, &unit.repeat(units), end].concat()
        });
        let variants = sizes
            .iter()
            .zip(&inputs)
            .map(|((size, times), input)| Variant::repeated(size, *times, move || read(black_box(input))));
        table.measure(&format!("100 kB of {name}, in an input of"), &[0], variants.collect());
    }
}

fn hostile() -> [Hostile; 7] {
    [
        Hostile {
            name: "a query that links preserve",
            start: b"",
            unit: b"%20a[]=%&",
            end: b"",
            read: |input| {
                let list = page::pagination().with_query_string().with_max_query_len(usize::MAX).lenient();
                let request = list.request(text(input)).expect("a lenient list reads any query");
                black_box(request.paginate(vec![()], 1).first_url());
            },
        },
        Hostile {
            name: "a secret",
            start: b"Bearer ",
            unit: b"a",
            end: b"",
            read: |input| drop(black_box(BearerToken::from_headers(&headers(AUTHORIZATION, input)))),
        },
        Hostile {
            name: "`X-Forwarded-For`",
            start: b"",
            unit: b"127.0.0.1, ",
            end: b"127.0.0.1",
            read: |input| {
                let proxies = AllowedIps::parse(["127.0.0.1"]).expect("an address");
                let name = HeaderName::from_static("x-forwarded-for");
                let client = IpAddr::from(Ipv4Addr::LOCALHOST);
                black_box(TrustedProxies::x_forwarded_for(proxies).client(client, &headers(name, input)));
            },
        },
        Hostile {
            name: "a `Link` header",
            start: b"",
            unit: b"<a>; rel=\"x\", ",
            end: b"",
            read: |input| drop(black_box(PageLinks::from_headers(&headers(LINK, input)))),
        },
        Hostile {
            name: "a page with lone surrogates",
            start: br#"{"data":[""#,
            unit: br"\ud800",
            end: br#""]}"#,
            read: |input| drop(black_box(Page::<Value>::from_slice(input))),
        },
        Hostile {
            name: "a page of nested arrays",
            start: br#"{"data":"#,
            unit: b"[",
            end: b"",
            read: |input| drop(black_box(Page::<Value>::from_slice(input))),
        },
        Hostile {
            name: "a problem with one member many times",
            start: br#"{"a":1"#,
            unit: br#","a":1"#,
            end: b"}",
            read: |input| drop(black_box(Problem::from_slice(input))),
        },
    ]
}

fn text(input: &[u8]) -> &str {
    std::str::from_utf8(input).expect("the input is ASCII")
}

fn headers(name: HeaderName, value: &[u8]) -> HeaderMap {
    HeaderMap::from_iter([(name, HeaderValue::from_bytes(value).expect("the input is visible ASCII"))])
}
