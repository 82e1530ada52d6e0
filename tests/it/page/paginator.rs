//! The envelope of a page.

use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use tokenfolio::{AccessToken, AllowedIps, LinkStyle, PageRequest, PageUrls, Paginator, TokenResource};

use crate::model::{self, Model};
use crate::ordered_json::{Json, json as ordered_json};

const MAX: u64 = PageRequest::MAX_PAGE;

/// One row of the table of pages: what is asked for, and what must come.
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
    let page = Paginator::new(vec![()], u64::MAX, request(MAX, 1), urls());
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

    // The last page that can be asked for, and the first that cannot.
    for (total, last_page, next) in [(MAX, MAX, Some(MAX)), (MAX + 1, MAX + 1, Some(MAX)), (MAX - 1, MAX - 1, None)] {
        let page = Paginator::new(vec![()], total, request(MAX - 1, 1), urls());
        assert_eq!(page.last_page(), last_page);
        assert_eq!(page.next_url(), next.map(|next| format!("/t?page={next}")));
        assert_eq!(page.last_url(), format!("/t?page={}", last_page.min(MAX)));
    }

    let page = Paginator::new(Vec::<()>::new(), 9, request(MAX, 2), urls());
    assert_eq!(page.prev_url().as_deref(), Some("/t?page=9223372036854775806"));
    assert_eq!(page.next_url(), None);

    let page = Paginator::new(vec![(); 2], u64::MAX, request(MAX, u32::MAX), urls());
    assert_eq!((page.from(), page.to()), (Some(u64::MAX), Some(u64::MAX)));
}

#[test]
fn no_link_names_a_page_that_cannot_be_asked_for() {
    for total in [MAX - 1, MAX, MAX + 1, u64::MAX - 1, u64::MAX] {
        for page in [1, 2, 9, MAX / 2, MAX - 9, MAX - 2, MAX - 1, MAX] {
            for on_each_side in [0, 3, 255] {
                let style = LinkStyle::default().with_on_each_side(on_each_side);
                let page = Paginator::new(vec![()], total, request(page, 1), urls()).with_style(style);
                let json = value(&page);
                assert!(pages(&json).iter().all(|page| (1..=MAX).contains(page)), "{total} {on_each_side}");
                assert_eq!(json["links"]["last"], format!("/t?page={}", total.min(MAX)));
                assert_eq!(json["meta"]["last_page"], total);
            }
        }
    }
}

#[test]
fn the_window_is_the_naive_one() {
    for last in 1..=60 {
        for current in 1..=last + 3 {
            for on_each_side in 0..=12 {
                let style = LinkStyle::default().with_on_each_side(on_each_side);
                let page = Paginator::new(Vec::<()>::new(), last, request(current, 1), urls()).with_style(style);
                let window: Vec<_> = page.window().map(|page| page.map(i128::from)).collect();
                let expected = model::window(current.into(), last.into(), on_each_side);
                assert_eq!(window, expected, "page {current} of {last}, {on_each_side} on each side");
            }
        }
    }
}

#[test]
fn the_window_is_as_wide_as_its_style_whatever_the_number_of_pages() {
    for on_each_side in 0..=u8::MAX {
        let side = u64::from(on_each_side);
        // Beside the number of pages from which there are gaps, and beside both ends of the middle.
        for last in [2 * side + 7, 2 * side + 8, 4 * side + 20, MAX, u64::MAX] {
            let linked = last.min(MAX);
            for current in [side + 4, side + 5, linked.saturating_sub(side + 4), linked.saturating_sub(side + 3)] {
                let current = current.clamp(1, MAX);
                let style = LinkStyle::default().with_on_each_side(on_each_side);
                let page = Paginator::new(Vec::<()>::new(), last, request(current, 1), urls()).with_style(style);
                let window: Vec<_> = page.window().collect();
                let expected = model::window(current.into(), last.min(MAX).into(), on_each_side);
                assert!(window.iter().map(|page| page.map(i128::from)).eq(expected), "{current} of {last}, {side}");
                // Both ends, the middle, and two gaps.
                assert!(window.len() as u64 <= 2 * side + 7, "{current} of {last}, {side}");
                assert_eq!(window.iter().filter(|page| **page == Some(current)).count(), usize::from(current <= last));
            }
        }
    }
}

#[test]
fn a_gap_stands_for_two_pages_or_more() {
    for last in 1..=60 {
        for current in 1..=last + 3 {
            for on_each_side in 0..=12 {
                let style = LinkStyle::default().with_on_each_side(on_each_side);
                let page = Paginator::new(Vec::<()>::new(), last, request(current, 1), urls()).with_style(style);
                let window: Vec<_> = page.window().collect();
                assert_eq!((window.first(), window.last()), (Some(&Some(1)), Some(&Some(last))));
                for pair in window.windows(3) {
                    if let [Some(before), None, Some(after)] = pair {
                        assert!(after - before > 2, "{window:?}");
                    }
                }
                for pair in window.windows(2) {
                    match pair {
                        [Some(page), Some(next)] => assert_eq!(page + 1, *next, "{window:?}"),
                        pair => assert!(pair.iter().any(Option::is_some), "{window:?}"),
                    }
                }
            }
        }
    }
}

#[test]
fn positions_follow_the_items_that_are_there() {
    // Rows come and go between counting and reading; the page says what it holds.
    for (items, total, page, positions) in [
        (13, 45, 2, Some((21, 33))),
        (0, 45, 1, None),
        (3, 45, 4, Some((61, 63))),
        (5, 0, 1, Some((1, 5))),
        (25, 3, 1, Some((1, 25))),
    ] {
        let page = Paginator::new(vec![(); items], total, request(page, 20), urls());
        assert_eq!((page.from(), page.to()), (positions.map(|it| it.0), positions.map(|it| it.1)));
        assert_eq!((page.items().len(), page.total()), (items, total));
        let json = value(&page);
        assert_eq!(json["data"].as_array().unwrap().len(), items);
        assert_eq!((&json["meta"]["from"], &json["meta"]["to"]), (&json!(page.from()), &json!(page.to())));
    }
}

#[test]
fn a_page_of_tokens_is_written_to_the_byte() {
    let mut token = AccessToken::new(1, "Production Deploy", at("2024-03-01T18:11:00Z"));
    token.last_used_at = Some(at("2024-04-11T14:35:05Z"));
    token.usage_count = 42;
    let now = at("2024-05-01T00:00:00Z");
    let urls = PageUrls::new("https://example.edu/api/v1/me/tokens").unwrap();

    let page = Paginator::new(vec![token.clone()], 1, request(1, 20), urls.clone());
    assert_eq!(
        tokens_text(&page.map(|token| token.into_resource(now))),
        concat!(
            r#"{"data":[{"id":1,"name":"Production Deploy","status":"active","#,
            r#""last_used_at":"2024-04-11T14:35:05Z","usage_count":42,"expires_at":null,"#,
            r#""created_at":"2024-03-01T18:11:00Z","allowed_ips":null}],"#,
            r#""links":{"first":"https://example.edu/api/v1/me/tokens?page=1","#,
            r#""last":"https://example.edu/api/v1/me/tokens?page=1","prev":null,"next":null},"#,
            r#""meta":{"current_page":1,"from":1,"last_page":1,"links":["#,
            r#"{"url":null,"label":"« Previous","page":null,"active":false},"#,
            r#"{"url":"https://example.edu/api/v1/me/tokens?page=1","label":"1","page":1,"active":true},"#,
            r#"{"url":null,"label":"Next »","page":null,"active":false}],"#,
            r#""path":"https://example.edu/api/v1/me/tokens","per_page":20,"to":1,"total":1}}"#,
        )
    );

    token.id = 23_145.into();
    token.name = "CI / \"é\" 🦀\n".into();
    token.expires_at = Some(now);
    token.allowed_ips = Some(AllowedIps::parse(["10.0.0.0/24", "203.0.113.12"]).unwrap());
    let page =
        Paginator::new(vec![token], 281, request(8, 20), PageUrls::new("/t").unwrap().with_query_string("q=a/b"));
    let link = |page: u64, active: bool| {
        format!(r#"{{"url":"/t?q=a/b&page={page}","label":"{page}","page":{page},"active":{active}}}"#)
    };
    let gap = r#"{"url":null,"label":"...","page":null,"active":false}"#.to_owned();
    let middle = (5..=11).map(|page| link(page, page == 8)).collect::<Vec<_>>().join(",");
    let array = [link(1, false), link(2, false), gap.clone(), middle, gap, link(14, false), link(15, false)].join(",");
    assert_eq!(
        tokens_text(&page.map(|token| token.into_resource(now))),
        [
            r#"{"data":[{"id":23145,"name":"CI / \"é\" 🦀\n","status":"expired","#,
            r#""last_used_at":"2024-04-11T14:35:05Z","usage_count":42,"expires_at":"2024-05-01T00:00:00Z","#,
            r#""created_at":"2024-03-01T18:11:00Z","allowed_ips":["10.0.0.0/24","203.0.113.12"]}],"#,
            r#""links":{"first":"/t?q=a/b&page=1","last":"/t?q=a/b&page=15","#,
            r#""prev":"/t?q=a/b&page=7","next":"/t?q=a/b&page=9"},"#,
            r#""meta":{"current_page":8,"from":141,"last_page":15,"links":["#,
            r#"{"url":"/t?q=a/b&page=7","label":"« Previous","page":7,"active":false},"#,
            &array,
            r#",{"url":"/t?q=a/b&page=9","label":"Next »","page":9,"active":false}],"#,
            r#""path":"/t","per_page":20,"to":141,"total":281}}"#,
        ]
        .concat()
    );
}

#[test]
fn an_empty_page_has_every_member() {
    let page = Paginator::new(Vec::<()>::new(), 0, request(1, 20), urls());
    assert_eq!(
        text(&page),
        concat!(
            r#"{"data":[],"links":{"first":"/t?page=1","last":"/t?page=1","prev":null,"next":null},"#,
            r#""meta":{"current_page":1,"from":null,"last_page":1,"links":["#,
            r#"{"url":null,"label":"« Previous","page":null,"active":false},"#,
            r#"{"url":"/t?page=1","label":"1","page":1,"active":true},"#,
            r#"{"url":null,"label":"Next »","page":null,"active":false}],"#,
            r#""path":"/t","per_page":20,"to":null,"total":0}}"#,
        )
    );
}

#[test]
fn members_stand_in_their_order() {
    let page = ordered_json(&text(&page_of(281, 20, 8)));
    assert_eq!(names(&page), ["data", "links", "meta"]);
    assert_eq!(names(page.member("links")), ["first", "last", "prev", "next"]);
    let meta = page.member("meta");
    assert_eq!(names(meta), ["current_page", "from", "last_page", "links", "path", "per_page", "to", "total"]);
    let Json::Array(links) = meta.member("links") else { panic!("meta.links is an array") };
    for link in links {
        assert_eq!(names(link), ["url", "label", "page", "active"]);
    }
}

#[test]
fn links_agree_with_themselves_wherever_they_are_written() {
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
            assert_eq!(page.link_header(), *header.collect::<Vec<_>>().join(", "));
        }
    }
}

#[test]
fn the_link_header_leaves_out_what_is_not_there() {
    let header = |total, page| page_of(total, 20, page).link_header().to_str().unwrap().to_owned();
    assert_eq!(header(1, 1), r#"</t?page=1>; rel="first", </t?page=1>; rel="last""#);
    assert_eq!(
        header(60, 2),
        r#"</t?page=1>; rel="first", </t?page=3>; rel="last", </t?page=1>; rel="prev", </t?page=3>; rel="next""#
    );
    assert_eq!(header(60, 9), r#"</t?page=1>; rel="first", </t?page=3>; rel="last", </t?page=8>; rel="prev""#);
}

#[test]
fn the_link_header_is_one_field_of_visible_ascii() {
    let urls = PageUrls::new("https://bücher.example/é").unwrap();
    let urls = urls
        .with_page_name("ñ")
        .with_query_string("a=>&b=,;\"\r\nX: y&é")
        .with_parameter("c", "<>")
        .with_fragment("ü>");
    let page = Paginator::new(vec![()], 1, request(1, 20), urls);
    let url = "https://b%C3%BCcher.example/%C3%A9?a=%3E&b=,;%22%0D%0AX:%20y&%C3%A9&c=%3C%3E&%C3%B1=1#%C3%BC%3E";
    assert_eq!(page.link_header(), *format!("<{url}>; rel=\"first\", <{url}>; rel=\"last\""));
    assert_eq!(page.first_url(), url.replace("b%C3%BC", "bü").replacen("/%C3%A9", "/é", 1));
}

#[test]
fn labels_are_data() {
    let page = |style: LinkStyle| value(&page_of(281, 20, 8).with_style(style));
    let labels = |json: &Value| -> Vec<String> {
        array(json).iter().map(|link| link["label"].as_str().unwrap().to_owned()).collect()
    };

    let json = page(LinkStyle::default());
    let plain = labels(&json);
    assert_eq!(
        plain,
        ["« Previous", "1", "2", "...", "5", "6", "7", "8", "9", "10", "11", "...", "14", "15", "Next »"]
    );

    let json = page(LinkStyle::laravel_entities());
    assert_eq!(labels(&json)[0], "&laquo; Previous");
    assert_eq!(labels(&json)[1..14], plain[1..14]);
    assert_eq!(labels(&json)[14], "Next &raquo;");

    let json = page(LinkStyle::default().with_labels("<\"é\">", String::new()).with_gap_label("…"));
    assert_eq!(labels(&json)[0], "<\"é\">");
    assert_eq!(labels(&json)[14], "");
    assert_eq!((labels(&json)[3].as_str(), labels(&json)[11].as_str()), ("…", "…"));
    assert_eq!(labels(&json)[4..11], plain[4..11]);
    for link in array(&json) {
        assert_eq!(link["page"].is_null(), link["url"].is_null());
    }

    // What is set of a style does not undo the rest.
    let style = LinkStyle::laravel_entities().with_gap_label("…").with_on_each_side(0);
    assert_eq!(labels(&page(style)), ["&laquo; Previous", "1", "2", "…", "8", "…", "14", "15", "Next &raquo;"]);
    assert_eq!(LinkStyle::default(), LinkStyle::default().with_on_each_side(3).with_gap_label("..."));
}

#[test]
fn the_array_can_be_left_out_and_nothing_else_changes() {
    let page = page_of(281, 20, 8);
    let mut whole = value(&page);
    let without = page.with_style(LinkStyle::default().without_array());
    whole["meta"].as_object_mut().unwrap().remove("links");
    assert_eq!(value(&without), whole);
    let names_without = names(ordered_json(&text(&without)).member("meta"));
    assert_eq!(names_without, ["current_page", "from", "last_page", "path", "per_page", "to", "total"]);
    assert_eq!(labels(&without), labels(&page_of(281, 20, 8)));
}

#[test]
fn mapping_changes_the_items_alone() {
    let style = LinkStyle::default().with_gap_label("…").with_on_each_side(1);
    let urls = urls().with_query_string("q=1").with_page_name("p").with_fragment("x");
    let page = Paginator::new(vec![1, 2, 3], 281, request(8, 20), urls).with_style(style);
    let mapped = page.clone().map(|item| item.to_string());
    assert_eq!(mapped.items(), ["1", "2", "3"]);
    let (mut before, mut after) = (value(&page), value(&mapped));
    assert_eq!((before["data"].take(), after["data"].take()), (json!([1, 2, 3]), json!(["1", "2", "3"])));
    assert_eq!(before, after);
    assert_eq!(page.clone().map(|item| item), page);
}

proptest! {
    #[test]
    fn every_page_is_what_wide_arithmetic_makes_of_it(
        total in number(),
        page in number(),
        per_page in prop_oneof![1..30_u32, Just(u32::MAX), any::<u32>()],
        items in 0..30_u64,
        on_each_side in prop_oneof![9 => 0..12_u8, 1 => any::<u8>()],
    ) {
        let (page, per_page) = (page.clamp(1, MAX), per_page.max(1));
        let style = LinkStyle::default().with_on_each_side(on_each_side);
        let rows = vec![(); usize::try_from(items).unwrap()];
        let ours = Paginator::new(rows, total, request(page, per_page), urls()).with_style(style);
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
        let Json::Object(mut members) = ordered_json(&text(&ours)) else { panic!("an envelope is an object") };
        members.remove(0);
        prop_assert_eq!(Json::Object(members), expected.envelope());
    }
}

/// Numbers of every size, and those beside the ends of what fits.
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

/// A page that holds the rows it would if every row were there.
#[track_caller]
fn page_of(total: u64, per_page: u32, page: u64) -> Paginator<()> {
    let request = request(page, per_page);
    let rows = total.saturating_sub(request.offset()).min(per_page.into());
    Paginator::new(vec![(); usize::try_from(rows).expect("a row count")], total, request, urls())
}

#[track_caller]
fn request(page: u64, per_page: u32) -> PageRequest {
    PageRequest::new(page, NonZeroU32::new(per_page).expect("a size")).expect("a page")
}

#[track_caller]
fn urls() -> PageUrls {
    PageUrls::new("/t").expect("a base")
}

/// The labels of the entries between the first and the last.
#[track_caller]
fn labels<T>(page: &Paginator<T>) -> String {
    let labels = page.window().map(|page| page.map_or_else(|| "...".to_owned(), |page| page.to_string()));
    labels.collect::<Vec<_>>().join(" ")
}

/// The page's JSON, which serde and the encoder must write alike.
#[track_caller]
fn text<T: Serialize>(page: &Paginator<T>) -> String {
    let mut written = Vec::new();
    page.write_json(&mut written).expect("a page is JSON");
    let written = String::from_utf8(written).expect("JSON is UTF-8");
    assert_eq!(written, serde_json::to_string(page).expect("a page is JSON"));
    written
}

/// The JSON of a page of tokens, which has an encoder of its own.
#[track_caller]
fn tokens_text(page: &Paginator<TokenResource>) -> String {
    let mut written = Vec::new();
    page.write_tokens(&mut written);
    let written = String::from_utf8(written).expect("JSON is UTF-8");
    assert_eq!(written, text(page));
    written
}

#[track_caller]
fn value<T: Serialize>(page: &Paginator<T>) -> Value {
    serde_json::from_str(&text(page)).expect("a page is JSON")
}

#[track_caller]
fn array(page: &Value) -> &[Value] {
    page["meta"]["links"].as_array().expect("meta.links is an array")
}

/// The pages that entries lead to.
fn pages(page: &Value) -> Vec<u64> {
    array(page).iter().filter_map(|link| link["page"].as_u64()).collect()
}

/// The pages of the active entries.
fn active(page: &Value) -> Vec<u64> {
    array(page).iter().filter(|link| link["active"] == true).filter_map(|link| link["page"].as_u64()).collect()
}

#[track_caller]
fn names(object: &Json) -> Vec<String> {
    let Json::Object(members) = object else { panic!("no object: {object:?}") };
    members.iter().map(|(name, _)| name.clone()).collect()
}

#[track_caller]
fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}
