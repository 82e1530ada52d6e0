//! The envelope: its numbers, its links, its window and its bytes.

use std::num::NonZeroU32;

use proptest::prelude::*;
use serde_json::{Value, json};
use tokenfolio::{AccessToken, LinkStyle, PageRequest, PageUrls, Paginator};

const MAX: u64 = PageRequest::MAX_PAGE;

fn request(page: u64, per_page: u32) -> PageRequest {
    PageRequest::new(page, NonZeroU32::new(per_page).unwrap()).unwrap()
}

fn urls() -> PageUrls {
    PageUrls::new("https://h/t").unwrap()
}

/// A page with as many items as its place in a list of that total has.
fn paginator(total: u64, per_page: u32, page: u64) -> Paginator<()> {
    let request = request(page, per_page);
    let count = total.saturating_sub(request.offset()).min(per_page.into());
    Paginator::new(vec![(); usize::try_from(count).unwrap()], total, request, urls())
}

/// The window as text: `1 2 ... 5`.
fn labels(page: &Paginator<()>) -> String {
    let words: Vec<_> = page.window().map(|page| page.map_or("...".to_owned(), |page| page.to_string())).collect();
    words.join(" ")
}

#[track_caller]
fn value(page: &Paginator<()>) -> Value {
    serde_json::to_value(page).unwrap()
}

#[test]
fn the_acceptance_cases_of_pagination_hold() {
    let cases = [
        ("G1", 0, 20, 1, None, 1, "1"),
        ("G2", 20, 20, 1, Some((1, 20)), 1, "1"),
        ("G3", 21, 20, 2, Some((21, 21)), 2, "1 2"),
        ("G4", 260, 20, 7, Some((121, 140)), 13, "1 2 3 4 5 6 7 8 9 10 11 12 13"),
        ("G5", 281, 20, 1, Some((1, 20)), 15, "1 2 3 4 5 6 7 8 9 10 ... 14 15"),
        ("G6", 281, 20, 8, Some((141, 160)), 15, "1 2 ... 5 6 7 8 9 10 11 ... 14 15"),
        ("G7", 281, 20, 9, Some((161, 180)), 15, "1 2 ... 6 7 8 9 10 11 12 13 14 15"),
        ("G8", 281, 20, 20, None, 15, "1 2 ... 6 7 8 9 10 11 12 13 14 15"),
    ];
    for (case, total, per_page, page, range, last_page, window) in cases {
        let paginator = paginator(total, per_page, page);
        assert_eq!(paginator.from().zip(paginator.to()), range, "{case}");
        assert_eq!((paginator.last_page(), labels(&paginator).as_str()), (last_page, window), "{case}");
        assert_eq!(paginator.is_past_the_end(), page > last_page, "{case}");
    }
}

#[test]
fn past_the_end_nothing_is_active_and_prev_is_the_page_before() {
    let page = value(&paginator(281, 20, 20));
    assert_eq!(page["links"]["prev"], "https://h/t?page=19");
    assert_eq!(page["links"]["next"], Value::Null);
    assert!(page["meta"]["links"].as_array().unwrap().iter().all(|link| link["active"] == false));
    assert_eq!((&page["meta"]["from"], &page["meta"]["to"]), (&Value::Null, &Value::Null));
}

#[test]
fn links_never_name_a_page_that_cannot_be_asked_for() {
    for page in [1, 2, MAX - 4, MAX - 1, MAX] {
        let paginator = Paginator::new(vec![()], u64::MAX, request(page, 1), urls());
        assert_eq!(paginator.last_page(), u64::MAX);
        assert_eq!(paginator.last_url(), format!("https://h/t?page={MAX}"));
        assert_eq!(paginator.next_url().is_none(), page == MAX);
        assert!(paginator.window().flatten().all(|shown| shown <= MAX), "{page}");
        let entries = value(&paginator)["meta"]["links"].as_array().unwrap().len();
        assert!((13..=15).contains(&entries), "{page}: {entries}");
    }
    assert_eq!(paginator(u64::MAX, u32::MAX, MAX).prev_url(), Some(format!("https://h/t?page={}", MAX - 1)));
}

#[test]
fn the_window_is_that_of_a_set_of_pages() {
    for last in 1..=60_u64 {
        for current in 1..=last + 3 {
            for side in 0..=12_u8 {
                let style = LinkStyle::default().with_on_each_side(side);
                let page = Paginator::<()>::new(Vec::new(), last, request(current, 1), urls()).with_style(style);
                let shown: Vec<_> = page.window().collect();
                assert_eq!(shown, model(current, last, side.into()), "{current} of {last}, {side} on each side");
            }
        }
    }
}

/// Each page is asked whether it shows; what lies between two that do is a gap.
fn model(current: u64, last: u64, side: u64) -> Vec<Option<u64>> {
    let is_shown = |page: u64| {
        last < 2 * side + 8
            || page <= 2
            || page + 1 >= last
            || page.abs_diff(current) <= side
            || (current < side + 5 && page <= 2 * side + 4)
            || (current + side + 4 > last && page + 2 * side + 3 >= last)
    };
    let mut window = Vec::new();
    for page in (1..=last).filter(|page| is_shown(*page)) {
        if window.last().is_some_and(|before| *before != Some(page - 1)) {
            window.push(None);
        }
        window.push(Some(page));
    }
    window
}

#[test]
fn the_widest_window_is_exact_too() {
    let style = LinkStyle::default().with_on_each_side(255);
    let page = paginator(u64::MAX, 20, 1_000_000).with_style(style);
    let shown: Vec<_> = page.window().collect();
    let last = page.last_page();
    let mut expected = vec![Some(1), Some(2), None];
    expected.extend((999_745..=1_000_255).map(Some));
    expected.extend([None, Some(last - 1), Some(last)]);
    assert_eq!(shown, expected);
}

proptest! {
    #[test]
    fn the_numbers_are_those_of_wider_arithmetic(
        total: u64,
        per_page in 1..=u32::MAX,
        page in prop_oneof![1..=MAX, 1..=1000_u64],
        count in 0..50_usize,
    ) {
        let paginator = Paginator::new(vec![(); count], total, request(page, per_page), urls());
        let last = (u128::from(total).div_ceil(u128::from(per_page))).max(1);
        prop_assert_eq!(u128::from(paginator.last_page()), last);
        let first = (u128::from(page) - 1) * u128::from(per_page) + 1;
        let most = u128::from(u64::MAX);
        prop_assert_eq!(paginator.from().map(u128::from), (count > 0).then(|| first.min(most)));
        prop_assert_eq!(paginator.to().map(u128::from), (count > 0).then(|| (first + count as u128 - 1).min(most)));
        prop_assert_eq!(paginator.is_past_the_end(), u128::from(page) > last);
    }
}

#[test]
fn a_page_is_written_byte_for_byte() {
    let created = chrono::DateTime::parse_from_rfc3339("2024-03-01T18:11:00Z").unwrap().to_utc();
    let mut token = AccessToken::new(1, "Production Deploy", created);
    token.last_used_at = Some(chrono::DateTime::parse_from_rfc3339("2024-04-11T14:35:05Z").unwrap().to_utc());
    token.usage_count = 42;
    let urls = PageUrls::new("https://example.edu/api/v1/me/tokens").unwrap();
    let page = Paginator::new(vec![token], 1, request(1, 20), urls).map(|token| token.into_resource(created));
    let expected = concat!(
        r#"{"data":[{"id":1,"name":"Production Deploy","status":"active","last_used_at":"2024-04-11T14:35:05Z","#,
        r#""usage_count":42,"expires_at":null,"created_at":"2024-03-01T18:11:00Z","allowed_ips":null}],"#,
        r#""links":{"first":"https://example.edu/api/v1/me/tokens?page=1","#,
        r#""last":"https://example.edu/api/v1/me/tokens?page=1","prev":null,"next":null},"#,
        r#""meta":{"current_page":1,"from":1,"last_page":1,"#,
        r#""links":[{"url":null,"label":"« Previous","page":null,"active":false},"#,
        r#"{"url":"https://example.edu/api/v1/me/tokens?page=1","label":"1","page":1,"active":true},"#,
        r#"{"url":null,"label":"Next »","page":null,"active":false}],"#,
        r#""path":"https://example.edu/api/v1/me/tokens","per_page":20,"to":1,"total":1}}"#,
    );
    assert_eq!(serde_json::to_string(&page).unwrap(), expected);
}

#[test]
fn labels_are_data() {
    let label = |page: &Paginator<()>, at: usize| value(page)["meta"]["links"][at]["label"].clone();
    let page = paginator(281, 20, 1).with_style(LinkStyle::laravel_entities());
    assert_eq!((label(&page, 0), label(&page, 14)), (json!("&laquo; Previous"), json!("Next &raquo;")));
    let page = paginator(281, 20, 1).with_style(LinkStyle::default().with_labels("vor\"", "nach").with_gap_label("…"));
    assert_eq!((label(&page, 0), label(&page, 11), label(&page, 14)), (json!("vor\""), json!("…"), json!("nach")));
    let gap = &value(&page)["meta"]["links"][11];
    assert_eq!(gap, &json!({"url": null, "label": "…", "page": null, "active": false}));
}

#[test]
fn the_link_array_can_be_left_out() {
    let page = paginator(281, 20, 3).with_style(LinkStyle::default().without_array());
    let meta =
        r#""meta":{"current_page":3,"from":41,"last_page":15,"path":"https://h/t","per_page":20,"to":60,"total":281}}"#;
    let json = serde_json::to_string(&page).unwrap();
    assert!(json.ends_with(meta), "{json}");
}

#[test]
fn map_leaves_all_but_the_items_as_they_are() {
    let style = LinkStyle::default().with_on_each_side(1).with_gap_label("-");
    let page = Paginator::new(vec![1, 2, 3], 281, request(8, 20), urls()).with_style(style);
    let mapped = page.clone().map(|item| item * 10);
    assert_eq!(mapped.items(), [10, 20, 30]);
    let (mut page, mut mapped) = (serde_json::to_value(page).unwrap(), serde_json::to_value(mapped).unwrap());
    (page["data"], mapped["data"]) = (Value::Null, Value::Null);
    assert_eq!(page, mapped);
}

#[test]
fn the_link_header_has_the_relations_that_are_not_null() {
    let header = |total, page| paginator(total, 20, page).link_header().to_str().unwrap().to_owned();
    let link = |page: u64, relation: &str| format!("<https://h/t?page={page}>; rel=\"{relation}\"");
    assert_eq!(header(0, 1), [link(1, "first"), link(1, "last")].join(", "), "L1");
    let all = [link(1, "first"), link(3, "last"), link(1, "prev"), link(3, "next")];
    assert_eq!(header(60, 2), all.join(", "), "L2");
    assert_eq!(header(20, 5), [link(1, "first"), link(1, "last"), link(4, "prev")].join(", "), "L4");
}

#[test]
fn the_link_header_holds_any_base_and_parameter() {
    let urls = PageUrls::new("https://h/café").unwrap().with_kept_query("q=>,;\r\n\"é").with_parameter("a>", "<,\r\n");
    let header = Paginator::new(vec![()], 1, request(1, 20), urls).link_header();
    let url = "https://h/caf%C3%A9?q=%3E,;%0D%0A%22%C3%A9&a%3E=%3C%2C%0D%0A&page=1";
    assert_eq!(header, format!("<{url}>; rel=\"first\", <{url}>; rel=\"last\""), "L3");
}
