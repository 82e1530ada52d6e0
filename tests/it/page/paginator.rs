//! The numbers and the links of a page.

use proptest::prelude::*;
use serde_json::{Value, json};
use tokenfolio::LinkStyle;

use super::{MAX, array, json_text, labels, list, page_of, preserving, request, value};
use crate::model::{self, Model};
use crate::ordered_json::{Json, json as ordered_json};

#[test]
fn the_numbers_of_a_page_follow_from_three_numbers() {
    let full = "1 2 3 4 5 6 7 8 9 10 11 12 13";
    let start = "1 2 3 4 5 6 7 8 9 10 ... 14 15";
    let middle = "1 2 ... 5 6 7 8 9 10 11 ... 14 15";
    let end = "1 2 ... 6 7 8 9 10 11 12 13 14 15";
    for (total, per_page, page, positions, last_page, shown) in [
        (0, 20, 1, None, 1, "1"),
        (1, 20, 1, Some((1, 1)), 1, "1"),
        (20, 20, 1, Some((1, 20)), 1, "1"),
        (21, 20, 1, Some((1, 20)), 2, "1 2"),
        (21, 20, 2, Some((21, 21)), 2, "1 2"),
        (40, 20, 2, Some((21, 40)), 2, "1 2"),
        (260, 20, 7, Some((121, 140)), 13, full),
        (261, 20, 7, Some((121, 140)), 14, "1 2 3 4 5 6 7 8 9 10 ... 13 14"),
        (281, 20, 1, Some((1, 20)), 15, start),
        (281, 20, 7, Some((121, 140)), 15, start),
        (281, 20, 8, Some((141, 160)), 15, middle),
        (281, 20, 9, Some((161, 180)), 15, end),
        (281, 20, 15, Some((281, 281)), 15, end),
        (281, 20, 16, None, 15, end),
        (281, 20, 20, None, 15, end),
    ] {
        let row = format!("page {page} of {total} at {per_page}");
        let page = page_of(total, per_page, page);
        assert_eq!((page.from(), page.to()), (positions.map(|it| it.0), positions.map(|it| it.1)), "{row}");
        assert_eq!((page.last_page(), page.total()), (last_page, total), "{row}");
        assert_eq!(page.per_page().get(), per_page, "{row}");
        assert_eq!(page.is_past_the_end(), page.current_page() > last_page, "{row}");
        assert_eq!(labels(&page), shown, "{row}");
    }
}

#[test]
fn a_page_past_the_end_is_empty_and_leads_back() {
    let page = page_of(281, 20, 20);
    assert!(page.is_past_the_end());
    assert_eq!((page.current_page(), page.items().len()), (20, 0));
    assert_eq!((page.from(), page.to(), page.last_page()), (None, None, 15));
    assert_eq!(page.prev_url().as_deref(), Some("/t?page=19"));
    assert_eq!(page.next_url(), None);
    let json = value(&page);
    assert_eq!(active(&json), Vec::<u64>::new());
    assert_eq!(
        json["links"],
        json!({
            "first": "/t?page=1", "last": "/t?page=15", "prev": "/t?page=19", "next": null,
        })
    );
    assert_eq!(array(&json)[0], json!({ "url": "/t?page=19", "label": "« Previous", "page": 19, "active": false }));
    for (total, page, is_past) in [(281, 15, false), (281, 16, true), (0, 1, false), (0, 2, true)] {
        assert_eq!(page_of(total, 20, page).is_past_the_end(), is_past, "page {page} of {total}");
    }
}

#[test]
fn the_highest_numbers_are_exact_and_cost_no_more() {
    let page = request(&list(), MAX, 1).paginate(vec![()], u64::MAX);
    assert_eq!((page.from(), page.to(), page.last_page()), (Some(MAX), Some(MAX), u64::MAX));
    assert!(!page.is_past_the_end());
    assert_eq!(page.prev_url(), Some(format!("/t?page={}", MAX - 1)));
    assert_eq!(page.next_url(), None);
    assert_eq!(page.last_url(), format!("/t?page={MAX}"));
    let json = value(&page);
    assert_eq!(json["meta"]["last_page"], u64::MAX);
    assert_eq!(json["meta"]["total"], u64::MAX);
    assert_eq!(array(&json).len(), 15);
    assert_eq!(active(&json), [MAX]);

    // Totals near the highest page number.
    for (total, last_page, next) in [(MAX, MAX, Some(MAX)), (MAX + 1, MAX + 1, Some(MAX)), (MAX - 1, MAX - 1, None)] {
        let page = request(&list(), MAX - 1, 1).paginate(vec![()], total);
        assert_eq!(page.last_page(), last_page);
        assert_eq!(page.next_url(), next.map(|next| format!("/t?page={next}")));
        assert_eq!(page.last_url(), format!("/t?page={}", last_page.min(MAX)));
    }

    let page = request(&list(), MAX, 2).paginate(Vec::<()>::new(), 9);
    assert_eq!(page.prev_url().as_deref(), Some("/t?page=9223372036854775806"));
    assert_eq!(page.next_url(), None);

    let page = request(&list(), MAX, u32::MAX).paginate(vec![(); 2], u64::MAX);
    assert_eq!((page.from(), page.to()), (Some(u64::MAX), Some(u64::MAX)));
}

#[test]
fn no_link_names_a_page_that_cannot_be_requested() {
    for total in [MAX - 1, MAX, MAX + 1, u64::MAX - 1, u64::MAX] {
        for page in [1, 2, 9, MAX / 2, MAX - 9, MAX - 2, MAX - 1, MAX] {
            for on_each_side in [0, 3, 255] {
                let style = LinkStyle::default().with_on_each_side(on_each_side);
                let page = request(&list().with_link_style(style), page, 1).paginate(vec![()], total);
                let json = value(&page);
                assert!(pages(&json).iter().all(|page| (1..=MAX).contains(page)), "{total} {on_each_side}");
                assert_eq!(json["links"]["last"], format!("/t?page={}", total.min(MAX)));
                assert_eq!(json["meta"]["last_page"], total);
            }
        }
    }
}

#[test]
fn positions_follow_the_items_that_are_there() {
    // The number of rows can differ from the total, because other requests write. Positions follow the rows.
    for (items, total, page, positions) in [
        (13, 45, 2, Some((21, 33))),
        (0, 45, 1, None),
        (3, 45, 4, Some((61, 63))),
        (5, 0, 1, Some((1, 5))),
        (25, 3, 1, Some((1, 25))),
    ] {
        let page = request(&list(), page, 20).paginate(vec![(); items], total);
        assert_eq!((page.from(), page.to()), (positions.map(|it| it.0), positions.map(|it| it.1)));
        assert_eq!((page.items().len(), page.total()), (items, total));
        let json = value(&page);
        assert_eq!(json["data"].as_array().unwrap().len(), items);
        assert_eq!((&json["meta"]["from"], &json["meta"]["to"]), (&json!(page.from()), &json!(page.to())));
    }
}

#[test]
fn links_agree_in_every_form() {
    for total in 0..=100 {
        for page in 1..=30 {
            let page = page_of(total, 5, page);
            let json = value(&page);
            let links = [Some(page.first_url()), Some(page.last_url()), page.prev_url(), page.next_url()];
            for (name, url) in ["first", "last", "prev", "next"].into_iter().zip(&links) {
                assert_eq!(json["links"][name], json!(url));
            }
            let array = array(&json);
            assert_eq!((&array[0]["url"], &array[array.len() - 1]["url"]), (&json!(links[2]), &json!(links[3])));
            for link in array {
                assert_eq!(link["url"], json!(link["page"].as_u64().map(|page| format!("/t?page={page}"))));
            }
            let names = ["first", "last", "prev", "next"].into_iter().zip(&links);
            let header = names.filter_map(|(name, url)| Some(format!("<{}>; rel=\"{name}\"", url.as_ref()?)));
            assert_eq!(page.link_header().expect("short links"), *header.collect::<Vec<_>>().join(", "));
        }
    }
}

#[test]
fn mapping_changes_only_the_items() {
    let style = LinkStyle::default().with_gap_label("…").with_on_each_side(1);
    let list = list().with_page_name("p").unwrap().with_fragment("x").with_link_style(style);
    let page = preserving(list, "p", 8, "q=1").paginate(vec![1, 2, 3], 281);
    let mapped = page.clone().map(|item| item.to_string());
    assert_eq!(mapped.items(), ["1", "2", "3"]);
    let mut before = value(&page);
    let mut after = value(&mapped);
    assert_eq!(before["data"].take(), json!([1, 2, 3]));
    assert_eq!(after["data"].take(), json!(["1", "2", "3"]));
    assert_eq!(before, after);
    assert_eq!(page.clone().map(|item| item), page);
}

proptest! {
    #[test]
    fn every_page_agrees_with_wide_arithmetic(
        total in number(),
        page in number(),
        per_page in prop_oneof![1..30_u32, Just(u32::MAX), any::<u32>()],
        items in 0..30_u64,
        on_each_side in prop_oneof![9 => 0..12_u8, 1 => any::<u8>()],
    ) {
        let page = page.clamp(1, MAX);
        let per_page = per_page.max(1);
        let style = LinkStyle::default().with_on_each_side(on_each_side);
        let rows = vec![(); usize::try_from(items).unwrap()];
        let ours = request(&list().with_link_style(style), page, per_page).paginate(rows, total);
        let expected = Model {
            total: total.into(),
            per_page: per_page.into(),
            page: page.into(),
            items: items.into(),
            last_page: model::last_page(total.into(), per_page.into()),
            on_each_side,
            path: "/t".to_owned(),
            before_page: "/t?page=".to_owned(),
            fragment: String::new(),
        };
        prop_assert_eq!(ours.from().map(i128::from), expected.from());
        prop_assert_eq!(ours.to().map(i128::from), expected.to());
        prop_assert_eq!(i128::from(ours.last_page()), expected.last_page);
        prop_assert_eq!(ours.is_past_the_end(), i128::from(page) > expected.last_page);
        let Json::Object(mut members) = ordered_json(&json_text(&ours)) else { panic!("an envelope is an object") };
        members.remove(0);
        prop_assert_eq!(Json::Object(members), expected.envelope());
    }
}

/// Numbers of every size, often near a limit of a type.
fn number() -> impl Strategy<Value = u64> {
    let beside = |end: u64| end.saturating_sub(3)..=end.saturating_add(3);
    prop_oneof![
        0..300_u64,
        any::<u64>(),
        (0..64_u32).prop_map(|bits| u64::MAX >> bits),
        beside(1 << 32),
        beside(1 << 53),
        beside(MAX),
        beside(u64::MAX),
    ]
}

/// Returns the pages of the entries.
fn pages(page: &Value) -> Vec<u64> {
    array(page).iter().filter_map(|link| link["page"].as_u64()).collect()
}

/// Returns the pages of the active entries.
fn active(page: &Value) -> Vec<u64> {
    array(page).iter().filter(|link| link["active"] == true).filter_map(|link| link["page"].as_u64()).collect()
}

#[test]
fn items_come_out_by_value_by_iteration_and_converted() {
    let page = || request(&list(), 2, 20).paginate(vec!["1", "2", "x"], 41);
    assert_eq!(page().into_items(), ["1", "2", "x"]);
    assert_eq!(page().into_iter().collect::<String>(), "12x");
    let mut seen = String::new();
    for item in &page() {
        seen += item;
    }
    assert_eq!(seen, "12x");

    let lengths = page().try_map(|item| Ok::<_, ()>(item.len())).unwrap();
    assert_eq!(lengths, page().map(str::len));
    assert_eq!(page().try_map(str::parse::<u8>).unwrap_err().to_string(), "invalid digit found in string");
}
