//! Pages as a server reads and writes them.

mod choice;
mod cursor;
mod json;
mod link_header;
mod link_style;
mod pagination;
mod paginator;
mod php;
mod preserved_query;
mod query_error;
mod request;
mod serde;
mod simple;
mod urls;
mod window;

use std::num::NonZeroU32;

use ::serde::Serialize;
use fluent_uri::UriRef;
use serde_json::Value;
use tokenfolio::{LinkStyle, PageRequest, Pagination, Paginator};

use crate::model;

const MAX: u64 = PageRequest::MAX_PAGE;

/// Returns a page with all the rows that its numbers promise.
#[track_caller]
fn page_of(total: u64, per_page: u32, page: u64) -> Paginator<()> {
    let request = request(&list(), page, per_page);
    let rows = total.saturating_sub(request.offset()).min(per_page.into());
    request.paginate(vec![(); usize::try_from(rows).expect("a row count")], total)
}

/// Returns a page without rows, with this link style.
#[track_caller]
fn empty_page(style: LinkStyle, total: u64, page: u64) -> Paginator<()> {
    request(&list().with_link_style(style), page, 1).paginate(Vec::new(), total)
}

#[track_caller]
pub(crate) fn list() -> Pagination {
    Pagination::new("/t").expect("a URL")
}

/// Returns the request for a page of this size. The page parameter of the pagination must be `page`.
#[track_caller]
pub(crate) fn request(pagination: &Pagination, page: u64, per_page: u32) -> PageRequest {
    let pagination = pagination.clone().with_per_page(NonZeroU32::new(per_page).expect("a size"));
    pagination.request(&format!("page={page}")).expect("a page")
}

/// Returns the request for a page whose links preserve a query of any text and length.
///
/// The page parameter comes last in the query, and a lenient pagination reads the last page parameter.
#[track_caller]
pub(crate) fn preserving(pagination: Pagination, page_name: &str, page: u64, raw: &str) -> PageRequest {
    let pagination = pagination.with_query_string().with_max_query_len(usize::MAX).lenient();
    pagination.request(&format!("{raw}&{}={page}", model::encode(page_name, ""))).expect("a page")
}

/// Asserts that a text is a URI reference of RFC 3986.
#[track_caller]
pub(crate) fn assert_url(text: &str) {
    assert!(UriRef::parse(text).is_ok(), "{text} is not a URI reference");
}

/// Returns the JSON of a page, which serde and the encoder must write alike.
#[track_caller]
fn json_text<T: Serialize>(page: &Paginator<T>) -> String {
    let mut written = Vec::new();
    page.write_json(&mut written).expect("a page is JSON");
    let written = String::from_utf8(written).expect("JSON is UTF-8");
    assert_eq!(written, serde_json::to_string(page).expect("a page is JSON"));
    written
}

#[track_caller]
fn value<T: Serialize>(page: &Paginator<T>) -> Value {
    serde_json::from_str(&json_text(page)).expect("a page is JSON")
}

#[track_caller]
fn array(page: &Value) -> &[Value] {
    page["meta"]["links"].as_array().expect("meta.links is an array")
}

/// Returns the labels between `Previous` and `Next`.
#[track_caller]
fn labels<T>(page: &Paginator<T>) -> String {
    let labels = page.window().map(|page| page.map_or_else(|| "...".to_owned(), |page| page.to_string()));
    labels.collect::<Vec<_>>().join(" ")
}
