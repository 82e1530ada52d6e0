//! The memory that writing takes: little spare capacity, and no allocation if the buffer is large enough.

use chrono::DateTime;
use tokenfolio::{
    AccessToken, AllowedIps, ExtensionName, LinkStyle, Pagination, Paginator, ParameterError, Problem, QueryError,
    TokenResource,
};

use crate::allocations::allocated_by;
use crate::page::{preserving, request};

/// Returns a page in the middle of many.
fn page(tokens: usize, url: usize, side: u8, ips: usize) -> Paginator<TokenResource> {
    let token = |id| {
        let name = format!("Deploys to the staging servers of the north, number {id}");
        let mut token = AccessToken::new(id, name, DateTime::UNIX_EPOCH);
        token.allowed_ips = (ips > 0).then(|| AllowedIps::parse(vec!["203.0.113.128/25"; ips]).unwrap());
        token.last_used_at = Some(DateTime::UNIX_EPOCH);
        token.usage_count = 1234;
        token.into_resource(DateTime::UNIX_EPOCH)
    };
    let style = LinkStyle::default().with_on_each_side(side);
    let list = Pagination::new(&format!("https://api.example.com/{}", "a".repeat(url))).unwrap().with_link_style(style);
    request(&list, 50, 20).paginate((1..).take(tokens).map(token).collect(), 2_000)
}

/// A function that overwrites a buffer.
type Write = Box<dyn Fn(&mut Vec<u8>)>;

/// Returns pages and problems whose length can be estimated, each with a function that writes it.
fn writes() -> Vec<(String, Write)> {
    let mut writes: Vec<(String, Write)> = Vec::new();
    for (tokens, url) in [0, 1, 7, 20].into_iter().flat_map(|tokens| (0..100).step_by(9).map(move |url| (tokens, url)))
    {
        for (side, ips) in [0, 1, 3, 10].into_iter().flat_map(|side| [0, 1, 3, 10].map(|ips| (side, ips))) {
            let page = page(tokens, url, side, ips);
            let name = format!("{tokens} tokens of {ips} addresses, a path of {url}, {side} on each side");
            writes.push((name, Box::new(move |body| page.write_tokens(body))));
        }
    }
    for (total, page, side) in
        [(0, 1, 3), (1, 1, 3), (21, 2, 3), (40, 9, 3), (2_000, 50, 255), (u64::MAX, 7, 3), (u64::MAX, 1 << 60, 255)]
    {
        for style in [LinkStyle::default(), LinkStyle::default().without_array()] {
            let list = Pagination::new("https://api.example.com/t").unwrap();
            let list = list.with_link_style(style.with_on_each_side(side));
            let request = preserving(list, "page", page, &"q=1&".repeat(if side == 255 { 1_000 } else { 1 }));
            let token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH).into_resource(DateTime::UNIX_EPOCH);
            let tokens = if total == 0 { Vec::new() } else { vec![token] };
            let page = request.paginate(tokens, total);
            let name = format!("page {} of {total} rows, {side} on each side", page.current_page());
            writes.push((name, Box::new(move |body| page.write_tokens(body))));
        }
    }
    for length in 0..100 {
        let problem = Problem::unauthorized("/tokens").with_detail("d".repeat(length)).with_title("t".repeat(length));
        let problem = problem.with_extension(ExtensionName::from_static("trace"), "0".repeat(32));
        writes.push((format!("texts of {length}"), Box::new(move |body| problem.write_json(body))));
    }
    const COUNTRIES: [&str; 16] = ["United Kingdom of Great Britain and Northern Ireland, and the Channel Islands"; 16];
    let list = Pagination::new("/t").unwrap().with_choice("country", &COUNTRIES).unwrap();
    let problem = Problem::from(list.request("country=none").unwrap_err());
    writes.push(("a choice of long values".to_owned(), Box::new(move |body| problem.write_json(body))));
    let wrong = |name: &str| Err::<(), _>(QueryError::from(ParameterError::new(name.to_owned(), "must be a day")));
    let errors = (0..20).map(|index| wrong(&format!("day {index}")));
    let errors = errors.reduce(|first, second| QueryError::zip(first, second).map(|_| ())).unwrap();
    let problem = Problem::from(errors.unwrap_err());
    writes.push(("twenty wrong parameters".to_owned(), Box::new(move |body| problem.write_json(body))));
    writes
}

#[test]
fn a_fresh_buffer_has_at_most_a_quarter_of_spare_capacity() {
    for (name, write) in writes() {
        let mut body = Vec::new();
        write(&mut body);
        let written = body.len();
        let allocated = body.capacity();
        assert!(allocated <= written * 5 / 4, "{allocated} bytes for {written}: {name}");
    }
}

/// Writes into a fresh buffer, which must not grow.
#[track_caller]
fn expect_one_allocation(name: &str, write: impl Fn(&mut Vec<u8>)) {
    let mut body = Vec::new();
    let allocated = allocated_by(|| write(&mut body));
    assert_eq!(allocated, body.capacity(), "{name}");
}

#[test]
fn a_fresh_buffer_is_allocated_once() {
    for (name, write) in writes() {
        expect_one_allocation(&name, write);
    }
    // Each token is as long as the estimate assumes: it has the longest status, and an id and a usage count of 13
    // digits. The estimate uses a bitwise OR of all ids, and another one of all counts. The bits differ between the
    // tokens.
    let token = |index: i64| {
        let mut token = AccessToken::new(1 << (40 + index % 3), "CI", DateTime::UNIX_EPOCH);
        token.usage_count = 1 << (40 + (index + 1) % 3);
        token.revoked_at = Some(DateTime::UNIX_EPOCH);
        token.expires_at = (index % 2 == 0).then_some(DateTime::UNIX_EPOCH);
        token.into_resource(DateTime::UNIX_EPOCH)
    };
    let page = request(&Pagination::new("/t").unwrap(), 1, 20).paginate((0..200).map(token).collect(), 200);
    expect_one_allocation("the longest tokens", |body| page.write_tokens(body));
    let mut body = Vec::new();
    page.write_tokens(&mut body);
    assert!(body.capacity() <= body.len() + 150, "{} bytes for {}", body.capacity(), body.len());
}

/// The estimate assumes the longest numbers. With these numbers, it is at most 16 bytes too long.
#[test]
fn the_estimate_is_nearly_exact_for_the_longest_numbers() {
    let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
    token.revoked_at = Some(DateTime::UNIX_EPOCH);
    let token = token.into_resource(DateTime::UNIX_EPOCH);
    for style in [LinkStyle::default().with_on_each_side(0), LinkStyle::default().without_array()] {
        let list = Pagination::new("https://api.example.com/t").unwrap().with_link_style(style);
        let page = request(&list, 1 << 32, u32::MAX).paginate(vec![token.clone()], u64::MAX);
        assert_eq!((page.last_page(), page.to()), ((1 << 32) + 1, Some(18_446_744_065_119_617_026)));
        expect_one_allocation("the longest numbers", |body| page.write_tokens(body));
        let mut body = Vec::new();
        page.write_tokens(&mut body);
        assert!(body.capacity() <= body.len() + 16, "{} bytes for {}", body.capacity(), body.len());
    }
}

#[test]
fn a_fresh_buffer_of_a_page_without_a_total_is_allocated_once() {
    for (query, count) in [("", 0), ("", 3), ("page=9223372036854775807", 3), ("page=8", 20)] {
        let list = Pagination::new("https://api.example.com/t").unwrap().with_fragment("x").with_query_string();
        let request = list.with_per_page(2.try_into().unwrap()).request(&format!("q=%41&{query}")).unwrap();
        let token = |id| AccessToken::new(id, "CI", DateTime::UNIX_EPOCH).into_resource(DateTime::UNIX_EPOCH);
        let page = request.simple_paginate((1..=count).map(token).collect());
        expect_one_allocation(query, |body| page.write_tokens(body));
        let mut body = Vec::new();
        page.write_tokens(&mut body);
        assert!(body.capacity() <= body.len() + 150, "{} bytes for {}", body.capacity(), body.len());
    }
}

#[test]
fn a_fresh_buffer_of_a_page_by_cursor_is_allocated_once() {
    for count in [0, 1, 2, 3] {
        let list = Pagination::new("https://api.example.com/t").unwrap().with_fragment("x");
        let cursor = "cursor=eyJuYW1lIjoiZmlnIiwiX3BvaW50c1RvTmV4dEl0ZW1zIjp0cnVlfQ";
        let request = list.with_per_page(2.try_into().unwrap()).cursor_request(cursor).unwrap();
        let token = |id| AccessToken::new(id, "CI", DateTime::UNIX_EPOCH).into_resource(DateTime::UNIX_EPOCH);
        let names =
            |token: &TokenResource| std::collections::BTreeMap::from([("name".to_owned(), token.name.to_string())]);
        let page = request.paginate((1..=count).map(token).collect(), names).unwrap();
        expect_one_allocation(&format!("{count} tokens"), |body| page.write_tokens(body));
        let mut body = Vec::new();
        page.write_tokens(&mut body);
        let urls = 2 * "https://api.example.com/t?cursor=#x".len();
        assert!(body.capacity() <= body.len() + 60 + urls, "{} bytes for {}", body.capacity(), body.len());
    }
}

#[test]
fn a_large_enough_buffer_is_not_reallocated() {
    // serde writes these values, so their length cannot be estimated.
    let story =
        Problem::unauthorized("/tokens").with_extension(ExtensionName::from_static("story"), "long ".repeat(2_000));
    let page = page(20, 40, 3, 2);
    let items: Write = Box::new(move |body| page.write_json(body).unwrap());
    let story: Write = Box::new(move |body| story.write_json(body));
    for (name, write) in writes().into_iter().chain([("items".to_owned(), items), ("a story".to_owned(), story)]) {
        let mut first = Vec::new();
        write(&mut first);
        let mut body = Vec::with_capacity(first.len() * 5 / 4);
        for _ in 0..2 {
            let start = body.as_ptr();
            let capacity = body.capacity();
            write(&mut body);
            assert_eq!((body.as_ptr(), body.capacity()), (start, capacity), "{name}");
            assert!(body == first, "{name}");
        }
    }
}
