//! The envelope as a client reads it.

use std::num::NonZeroU32;

use proptest::prelude::*;
use serde_json::{Value, json};
use tokenfolio::{LinkStyle, Page, PageRequest, PageUrls, Paginator};

fn least() -> Value {
    json!({
        "data": [1],
        "links": {},
        "meta": {"current_page": 1, "last_page": 1, "path": "/t", "per_page": 20, "total": 1},
    })
}

#[track_caller]
fn read(page: Value) -> Page<u8> {
    serde_json::from_value(page).unwrap()
}

#[test]
fn nullable_members_may_be_missing() {
    let page = read(least());
    assert_eq!(page.data, [1]);
    assert_eq!((page.links.first, page.links.last, page.links.prev, page.links.next), (None, None, None, None));
    assert_eq!((page.meta.from, page.meta.to), (None, None));
    assert!(page.meta.links.is_empty());
}

#[test]
fn null_is_none() {
    let mut page = least();
    page["links"] = json!({"first": null, "last": null, "prev": null, "next": null});
    page["meta"]["from"] = Value::Null;
    page["meta"]["to"] = Value::Null;
    assert_eq!(read(page), read(least()));
}

#[test]
fn unknown_members_are_ignored() {
    let mut page = least();
    page["more"] = json!({"data": 7});
    page["links"]["self"] = json!("/t");
    page["meta"]["took"] = json!([1.5]);
    assert_eq!(read(page), read(least()));
}

#[test]
fn a_separator_needs_no_page_and_labels_are_any_text() {
    let mut page = least();
    page["meta"]["links"] = json!([
        {"url": null, "label": "&laquo; Previous", "active": false, "extra": 1},
        {"url": "/t?page=1", "label": "1", "page": 1, "active": true},
        {"label": "...", "active": false},
    ]);
    let links = read(page).meta.links;
    assert_eq!(links.iter().map(|link| link.label.as_str()).collect::<Vec<_>>(), ["&laquo; Previous", "1", "..."]);
    assert_eq!(links.iter().map(|link| link.page).collect::<Vec<_>>(), [None, Some(1), None]);
    assert_eq!((links[1].url.as_deref(), links[1].active), (Some("/t?page=1"), true));
}

#[test]
fn a_position_that_php_wrote_as_a_float_is_read() {
    let mut page = least();
    page["meta"]["from"] = json!(1.844_674_407_370_955_2e19);
    page["meta"]["to"] = json!(40.0);
    let meta = read(page).meta;
    assert_eq!((meta.from, meta.to), (Some(u64::MAX), Some(40)));
}

#[test]
fn what_is_required_is_missed() {
    for member in ["data", "links", "meta"] {
        let mut page = least();
        page.as_object_mut().unwrap().remove(member);
        let error = serde_json::from_value::<Page<u8>>(page).unwrap_err().to_string();
        assert_eq!(error, format!("missing field `{member}`"));
    }
    for member in ["current_page", "last_page", "path", "per_page", "total"] {
        let mut page = least();
        page["meta"].as_object_mut().unwrap().remove(member);
        let error = serde_json::from_value::<Page<u8>>(page).unwrap_err().to_string();
        assert_eq!(error, format!("missing field `{member}`"));
    }
    let mut page = least();
    page["meta"]["from"] = json!("1");
    let error = serde_json::from_value::<Page<u8>>(page).unwrap_err().to_string();
    assert_eq!(error, "invalid type: string \"1\", expected a position from 1, or null");
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        total: u64,
        page in prop_oneof![1..=PageRequest::MAX_PAGE, 1..=40_u64],
        per_page in 1..=100_u32,
        side: u8,
        items: Vec<u8>,
        with_array: bool,
    ) {
        let request = PageRequest::new(page, NonZeroU32::new(per_page).unwrap()).unwrap();
        let style = LinkStyle::default().with_on_each_side(side);
        let style = if with_array { style } else { style.without_array() };
        let written = Paginator::new(items, total, request, PageUrls::new("/t").unwrap()).with_style(style);
        let read: Page<u8> = serde_json::from_str(&serde_json::to_string(&written).unwrap()).unwrap();
        prop_assert_eq!(&*read.data, written.items());
        prop_assert_eq!(read.links.first, Some(written.first_url()));
        prop_assert_eq!(read.links.last, Some(written.last_url()));
        prop_assert_eq!(read.links.prev, written.prev_url());
        prop_assert_eq!(read.links.next, written.next_url());
        prop_assert_eq!(read.meta.current_page, written.current_page());
        prop_assert_eq!((read.meta.from, read.meta.to), (written.from(), written.to()));
        prop_assert_eq!(read.meta.last_page, written.last_page());
        prop_assert_eq!(read.meta.path.as_str(), "/t");
        prop_assert_eq!(read.meta.per_page, u64::from(per_page));
        prop_assert_eq!(read.meta.total, total);
        if with_array {
            let inner = &read.meta.links[1..read.meta.links.len() - 1];
            prop_assert_eq!(inner.iter().map(|link| link.page).collect::<Vec<_>>(), written.window().collect::<Vec<_>>());
            prop_assert!(inner.iter().all(|link| link.active == (link.page == Some(page))));
        } else {
            prop_assert!(read.meta.links.is_empty());
        }
    }
}
