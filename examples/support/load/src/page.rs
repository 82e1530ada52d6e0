//! A page that was answered while its list changed: it need not be any certain one, but it must be one.

use tokenfolio::{Page, TokenResource, TokenStatus};
use tokenfolio_acceptance::Answer;
use tokenfolio_demo::PATH;

use crate::churn::{KEPT, name};

const PER_PAGE: u64 = 20;

/// Holds an answer against the arithmetic of its own numbers, and against what is true of its owner's list.
///
/// # Panics
///
/// If it is no page, or does not add up.
#[track_caller]
pub(crate) fn check(answer: &Answer, owner: i64, number: u64, origin: &str) {
    assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(answer.body()));
    let page: Page<TokenResource> = serde_json::from_slice(answer.body()).expect("a page");
    check_numbers(&page, number);
    check_links(&page, &format!("{origin}{PATH}"));
    check_rows(&page.data, owner, number);
}

#[track_caller]
fn check_numbers(Page { data, meta, .. }: &Page<TokenResource>, number: u64) {
    let before = (number - 1) * PER_PAGE;
    let rows = meta.total.saturating_sub(before).min(PER_PAGE);
    assert_eq!(data.len() as u64, rows, "rows of page {number} of a total of {}", meta.total);
    assert_eq!((meta.current_page, meta.per_page), (number, PER_PAGE));
    assert_eq!(meta.last_page, meta.total.div_ceil(PER_PAGE));
    let positions = (rows > 0).then_some((before + 1, before + rows));
    assert_eq!((meta.from, meta.to), positions.unzip());
}

/// Holds the links against the numbers. There are so few pages that all of them are shown.
#[track_caller]
fn check_links(Page { links, meta, .. }: &Page<TokenResource>, url: &str) {
    let page_url = |page: u64| Some(format!("{url}?page={page}"));
    let (number, last) = (meta.current_page, meta.last_page);
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

/// Holds the rows against the order in which they change.
#[track_caller]
fn check_rows(rows: &[TokenResource], owner: i64, number: u64) {
    let ids: Vec<_> = rows.iter().map(|token| token.id.0).collect();
    assert!(rows.iter().all(|token| *token.name == *name(owner, token.id.0)), "names of another owner: {rows:?}");
    assert!(number > 1 || ids.first() == Some(&KEPT), "page 1 begins with {ids:?}");
    let others = if number == 1 { &rows[1..] } else { rows };
    assert!(others.windows(2).all(|pair| pair[0].id.0 + 1 == pair[1].id.0), "a gap or no order: {ids:?}");
    assert!(others.is_sorted_by_key(|token| token.status == TokenStatus::Active), "revoked last: {others:?}");
}
