//! Checks a page of a list that changes during the request.

use tokenfolio::{Page, TokenResource, TokenStatus};
use tokenfolio_acceptance::Response;
use tokenfolio_demo::PATH;

use crate::churn::{PERMANENT_ID, name};

const PER_PAGE: u64 = 20;

/// Checks that the parts of a page agree with each other, and with a possible state of its owner's list.
///
/// # Panics
///
/// Panics if they do not agree, or if the response is not a page.
#[track_caller]
pub(crate) fn check(response: &Response, owner: i64, number: u64, origin: &str) {
    assert_eq!(response.status(), 200, "{}", String::from_utf8_lossy(response.body()));
    let page: Page<TokenResource> = serde_json::from_slice(response.body()).expect("a page");
    check_numbers(&page, number);
    check_links(&page, &format!("{origin}{PATH}"));
    check_rows(&page.data, owner, number);
}

#[track_caller]
fn check_numbers(Page { data, meta, .. }: &Page<TokenResource>, number: u64) {
    let before = (number - 1) * PER_PAGE;
    let total = meta.total.expect("a total");
    let rows = total.saturating_sub(before).min(PER_PAGE);
    assert_eq!(data.len() as u64, rows, "rows of page {number} of a total of {total}");
    assert_eq!((meta.current_page, meta.per_page), (Some(number), PER_PAGE));
    assert_eq!(meta.last_page, Some(total.div_ceil(PER_PAGE)));
    let positions = (rows > 0).then_some((before + 1, before + rows));
    assert_eq!((meta.from, meta.to), positions.unzip());
}

/// Checks the links against the numbers. The list is so short that every page has a link.
#[track_caller]
fn check_links(Page { links, meta, .. }: &Page<TokenResource>, url: &str) {
    let page_url = |page: u64| Some(format!("{url}?page={page}"));
    let number = meta.current_page.expect("a number");
    let last = meta.last_page.expect("a last page");
    let prev = (number > 1).then(|| page_url(number - 1)).flatten();
    let next = (number < last).then(|| page_url(number + 1)).flatten();
    assert_eq!(meta.path, url);
    assert_eq!((&links.first, &links.last), (&page_url(1), &page_url(last)));
    assert_eq!((&links.prev, &links.next), (&prev, &next));
    let pages = (1..=last).map(|page| (page_url(page), page == number));
    let expected: Vec<_> = [(prev, false)].into_iter().chain(pages).chain([(next, false)]).collect();
    let found: Vec<_> = meta.links.iter().map(|link| (link.url.clone(), link.active)).collect();
    assert_eq!(found, expected, "the links of page {number} of {last}");
}

/// Checks the rows against the order of changes.
#[track_caller]
fn check_rows(rows: &[TokenResource], owner: i64, number: u64) {
    let ids: Vec<_> = rows.iter().map(|token| token.id.0).collect();
    assert!(rows.iter().all(|token| *token.name == *name(owner, token.id.0)), "names of another owner: {rows:?}");
    assert!(number > 1 || ids.first() == Some(&PERMANENT_ID), "page 1 begins with {ids:?}");
    let others = if number == 1 { &rows[1..] } else { rows };
    assert!(others.windows(2).all(|pair| pair[0].id.0 + 1 == pair[1].id.0), "a gap or a wrong order: {ids:?}");
    assert!(
        others.is_sorted_by_key(|token| token.status == TokenStatus::Active),
        "a revoked token after an active one: {others:?}"
    );
}
