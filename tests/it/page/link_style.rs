//! The labels and the shape of the array of links.

use serde_json::Value;
use tokenfolio::{LinkStyle, Paginator};

use super::{array, json_text, labels, list, request, value};
use crate::ordered_json::json as ordered_json;

#[test]
fn labels_are_data() {
    let page = |style| value(&page_in(style));
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

    // Setting one part of a style leaves the other parts.
    let style = LinkStyle::laravel_entities().with_gap_label("…").with_on_each_side(0);
    assert_eq!(labels(&page(style)), ["&laquo; Previous", "1", "2", "…", "8", "…", "14", "15", "Next &raquo;"]);
    assert_eq!(LinkStyle::default(), LinkStyle::default().with_on_each_side(3).with_gap_label("..."));
}

#[test]
fn the_array_can_be_omitted_and_nothing_else_changes() {
    let mut whole = value(&page_in(LinkStyle::default()));
    let without = page_in(LinkStyle::default().without_array());
    whole["meta"].as_object_mut().unwrap().remove("links");
    assert_eq!(value(&without), whole);
    let json = ordered_json(&json_text(&without));
    assert_eq!(json.member("meta").names(), ["current_page", "from", "last_page", "path", "per_page", "to", "total"]);
    assert_eq!(labels(&without), labels(&page_in(LinkStyle::default())));
}

/// Returns a page in the middle of 15, in a style.
#[track_caller]
fn page_in(style: LinkStyle) -> Paginator<()> {
    request(&list().with_link_style(style), 8, 20).paginate(vec![(); 20], 281)
}
