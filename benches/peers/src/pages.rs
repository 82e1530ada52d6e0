//! The page of tokens, by other pagination crates and by fast JSON encoders.

use std::hint::black_box;

use chrono::{DateTime, SubsecRound, Utc};
use jsonapi_core::{DocumentBuilder, Field, JsonApi, PageStrategy, PaginationLinks};
use page_hunter::Page;
use paginator_utils::{PaginatorResponse, PaginatorResponseMeta};
use serde::Serialize;
use serde_json::{Value, json};
use tokenfolio::{Paginator, TokenResource};

use crate::measure::{Table, Variant};
use crate::peer::versioned;
use crate::{hand, naive, page};

pub(crate) const DIFFERENCES: [(&str, &[&str]); 5] = [
    (
        "page-hunter",
        &[
            "no URLs: no links, no array of page links, no `path`, and no preserved parameters",
            "no `from` and `to`",
            "pages count from 0, and members have other names (`items`, `page`, `size`, `pages`)",
            "a page past the end is an error",
            "clones its items, here references to the naive rows",
        ],
    ),
    (
        "paginator-utils",
        &[
            "no URLs: no links, no array of page links, no `path`, and no preserved parameters",
            "no `from` and `to`",
            "numbers are `u32`, and the number of pages is computed as `f32`: from 2^24 on it can be wrong",
            "items are the naive rows",
        ],
    ),
    (
        "jsonapi_core",
        &[
            "another format, JSON:API: ids are strings, the rest of an item is in `attributes`, a parameter is \
             `page[number]`",
            "no array of page links",
            "does not compute the numbers in `meta`: this bench computes them",
            "omits a missing link, instead of null",
            "omits a `None` from `attributes`: to write null, the rows use the crate's type `Field`, which is meant \
             for PATCH",
            "writes attributes through a `serde_json::Map`",
        ],
    ),
    ("simd-json", &["the same bytes; an encoder only, so the page is the naive one"]),
    ("sonic-rs", &["the same bytes; an encoder only, so the page is the naive one"]),
];

/// Measures the page.
pub(crate) fn measure(table: &mut Table) {
    let tokens = page::tokens();
    let paginator = page::paginator(tokens.clone());
    let expected = to_vec(&paginator);

    let naive = || to_vec(&naive_envelope(rows(&tokens)));
    let borrowed = || to_vec(&naive_envelope(tokens.iter().map(naive::BorrowedToken::new).collect()));
    let sonic = || sonic_rs::to_vec(&naive_envelope(rows(&tokens))).expect("it is JSON");
    let simd = || simd_json::to_vec(&naive_envelope(rows(&tokens))).expect("it is JSON");
    let mut by_hand = Vec::new();
    hand::encode(&mut by_hand, &tokens, page::BASE, page::PAGE, page::TOTAL);
    let mut ours = Vec::new();
    paginator.write_tokens(&mut ours);
    let mut by_sonic_rs = Vec::new();
    items_by_sonic(&paginator, &mut by_sonic_rs);
    let outputs = [
        ("by hand", by_hand),
        ("ours", ours),
        ("naive", naive()),
        ("naive, borrowed", borrowed()),
        ("sonic-rs", sonic()),
        ("ours, items by sonic-rs", by_sonic_rs),
        ("simd-json", simd()),
    ];
    for (name, output) in outputs {
        assert!(output == expected, "{name}: {}", String::from_utf8_lossy(&output));
    }
    check_contents(&tokens);
    check_claims();

    let mut hand_written = Vec::new();
    let mut reused = Vec::new();
    let mut items_by_serde_json = Vec::new();
    let mut items_by_sonic_rs = Vec::new();
    let names = DIFFERENCES.map(|(name, _)| versioned(name));
    let [page_hunter, paginator_utils, jsonapi_core, simd_json, sonic_rs] = names.each_ref();
    let encoders =
        [format!("naive, by {sonic_rs}"), format!("naive, by {simd_json}"), format!("ours, items by {sonic_rs}")];
    let variants = vec![
        Variant::new("by hand", || {
            hand::encode(black_box(&mut hand_written), black_box(&tokens), page::BASE, page::PAGE, page::TOTAL);
        }),
        Variant::new("naive", || {
            black_box(naive());
        }),
        Variant::new("naive, borrowed", || {
            black_box(borrowed());
        }),
        Variant::new("ours, reused buffer", || {
            black_box(&paginator).write_tokens(black_box(&mut reused));
        }),
        Variant::new("ours, items by serde_json", || {
            black_box(&paginator).write_json(black_box(&mut items_by_serde_json)).expect("it is JSON");
        }),
        Variant::new(&encoders[2], || {
            items_by_sonic(black_box(&paginator), black_box(&mut items_by_sonic_rs));
        }),
        Variant::new("ours, the whole page by serde_json", || {
            black_box(to_vec(black_box(&paginator)));
        }),
        Variant::new(&encoders[0], || {
            black_box(sonic());
        }),
        Variant::new(&encoders[1], || {
            black_box(simd());
        }),
        Variant::new(page_hunter, || {
            black_box(by_page_hunter(black_box(&tokens)));
        }),
        Variant::new(paginator_utils, || {
            black_box(by_paginator_utils(black_box(&tokens)));
        }),
        Variant::new(jsonapi_core, || {
            black_box(by_jsonapi_core(black_box(&tokens)));
        }),
    ];
    table.measure("a page of 20 tokens", &[0, 1], variants);
}

/// Asserts that each envelope contains exactly the values that the peer supports.
fn check_contents(tokens: &[TokenResource]) {
    let ours = json!(page::paginator(tokens.to_vec()));
    let read = |body: &[u8]| serde_json::from_slice::<Value>(body).expect("it is JSON");

    let expected = json!({
        "items": ours["data"],
        "page": page::PAGE - 1,
        "size": page::PER_PAGE,
        "total": page::TOTAL,
        "pages": 1_000,
        "previous_page": page::PAGE - 2,
        "next_page": page::PAGE,
    });
    assert_eq!(read(&by_page_hunter(tokens)), expected);

    let expected = json!({
        "data": ours["data"],
        "meta": {
            "page": page::PAGE,
            "per_page": page::PER_PAGE,
            "total": page::TOTAL,
            "total_pages": 1_000,
            "has_next": true,
            "has_prev": true,
        },
    });
    assert_eq!(read(&by_paginator_utils(tokens)), expected);

    let url = |number| format!("{}?page[number]={number}&page[size]=20", page::BASE);
    let mut numbers = ours["meta"].clone();
    numbers.as_object_mut().map(|numbers| numbers.remove("links"));
    let expected = json!({
        "data": ours["data"].as_array().map(|items| items.iter().map(as_json_api).collect::<Vec<_>>()),
        "meta": numbers,
        "links": {"self": url(500), "first": url(1), "prev": url(499), "next": url(501), "last": url(1_000)},
    });
    assert_eq!(read(&by_jsonapi_core(tokens)), expected);
}

/// Asserts the claims about peers that the measured page does not show.
fn check_claims() {
    let size = to_usize(page::PER_PAGE.into());
    let total = to_usize(page::TOTAL);
    assert!(Page::<u8>::new(&Vec::new(), total.div_ceil(size), size, total).is_err());
    assert_eq!(PaginatorResponseMeta::new(1, 1, 16_777_217).total_pages, Some(16_777_216));
    let first = PaginationLinks::new("/", PageStrategy::PageNumber { number: 1, size: 20 }).total(1).build();
    assert!(!first.contains("prev") && !first.contains("next"));
}

fn by_page_hunter(tokens: &[TokenResource]) -> Vec<u8> {
    let rows = rows(tokens);
    let page = to_usize(page::PAGE - 1);
    let size = to_usize(page::PER_PAGE.into());
    let total = to_usize(page::TOTAL);
    to_vec(&Page::new(&rows.iter().collect(), page, size, total).expect("the page is not past the end"))
}

fn by_paginator_utils(tokens: &[TokenResource]) -> Vec<u8> {
    let to_u32 = |number: u64| u32::try_from(number).expect("it is small");
    let page = to_u32(page::PAGE);
    let total = to_u32(page::TOTAL);
    to_vec(&PaginatorResponse { data: rows(tokens), meta: PaginatorResponseMeta::new(page, page::PER_PAGE, total) })
}

fn by_jsonapi_core(tokens: &[TokenResource]) -> Vec<u8> {
    let size = page::PER_PAGE.into();
    let links = PaginationLinks::new(page::BASE, PageStrategy::PageNumber { number: page::PAGE, size });
    let from = (page::PAGE - 1) * size + 1;
    let numbers = [
        ("current_page", page::PAGE),
        ("from", from),
        ("last_page", page::TOTAL.div_ceil(size)),
        ("per_page", size),
        ("to", from + tokens.len() as u64 - 1),
        ("total", page::TOTAL),
    ];
    let path = ("path".to_owned(), page::BASE.into());
    let meta = numbers.into_iter().map(|(name, number)| (name.to_owned(), number.into())).chain([path]).collect();
    let document = DocumentBuilder::collection(tokens.iter().map(JsonApiToken::new).collect())
        .meta(meta)
        .links(links.total(page::TOTAL).build())
        .build();
    to_vec(&document)
}

/// The naive row, as JSON:API has it.
#[derive(JsonApi)]
#[jsonapi(type = "tokens")]
struct JsonApiToken {
    #[jsonapi(id)]
    id: String,
    name: String,
    status: String,
    last_used_at: Field<DateTime<Utc>>,
    usage_count: u64,
    expires_at: Field<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    allowed_ips: Field<Vec<String>>,
}

impl JsonApiToken {
    fn new(token: &TokenResource) -> Self {
        let allowed_ips = token.allowed_ips.as_ref();
        Self {
            id: token.id.to_string(),
            name: token.name.to_string(),
            status: token.status.to_string(),
            last_used_at: or_null(token.last_used_at.map(|time| time.trunc_subsecs(0))),
            usage_count: token.usage_count,
            expires_at: or_null(token.expires_at.map(|time| time.trunc_subsecs(0))),
            created_at: token.created_at.trunc_subsecs(0),
            allowed_ips: or_null(allowed_ips.map(|ips| ips.entries().iter().map(ToString::to_string).collect())),
        }
    }
}

fn or_null<T>(value: Option<T>) -> Field<T> {
    value.map_or(Field::Null, Field::Set)
}

/// Our item as JSON:API should have it.
fn as_json_api(item: &Value) -> Value {
    let mut attributes = item.as_object().cloned().unwrap_or_default();
    let id = attributes.remove("id").map(|id| id.to_string());
    json!({"type": "tokens", "id": id, "attributes": attributes})
}

/// Writes our page with a serializer that the caller chooses.
fn items_by_sonic(paginator: &Paginator<TokenResource>, out: &mut Vec<u8>) {
    paginator.write_json_with(out, |out, items| sonic_rs::to_writer(out, items)).expect("it is JSON");
}

fn rows(tokens: &[TokenResource]) -> Vec<naive::Token> {
    tokens.iter().map(naive::Token::new).collect()
}

fn naive_envelope<T>(data: Vec<T>) -> naive::Envelope<T> {
    naive::envelope(black_box(data), page::BASE, page::PAGE, page::PER_PAGE.into(), page::TOTAL)
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).expect("it is small")
}

fn to_vec(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("it is JSON")
}
