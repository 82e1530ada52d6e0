//! Pages as a server reads and writes them.

mod json;
mod link_header;
mod link_style;
mod paginator;
mod php;
mod request;
mod serde;
mod urls;
mod window;

use std::num::NonZeroU32;

use ::serde::Serialize;
use serde_json::Value;
use tokenfolio::{PageRequest, PageUrls, Paginator};

const MAX: u64 = PageRequest::MAX_PAGE;

/// Returns a page with all the rows that its numbers promise.
#[track_caller]
fn page_of(total: u64, per_page: u32, page: u64) -> Paginator<()> {
    let request = request(page, per_page);
    let rows = total.saturating_sub(request.offset()).min(per_page.into());
    Paginator::new(vec![(); usize::try_from(rows).expect("a row count")], total, request, urls())
}

#[track_caller]
pub(crate) fn request(page: u64, per_page: u32) -> PageRequest {
    PageRequest::new(page, NonZeroU32::new(per_page).expect("a size")).expect("a page")
}

#[track_caller]
fn urls() -> PageUrls {
    PageUrls::new("/t").expect("a base")
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
