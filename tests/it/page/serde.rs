//! The envelope as serde writes it. `json_text` checks that the encoder writes the same bytes.

use super::{json_text, page_of};
use crate::ordered_json::{Json, json as ordered_json};

#[test]
fn an_empty_page_has_every_member() {
    let page = page_of(0, 20, 1);
    assert_eq!(
        json_text(&page),
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
fn members_are_in_order() {
    let page = ordered_json(&json_text(&page_of(281, 20, 8)));
    assert_eq!(page.names(), ["data", "links", "meta"]);
    assert_eq!(page.member("links").names(), ["first", "last", "prev", "next"]);
    let meta = page.member("meta");
    assert_eq!(meta.names(), ["current_page", "from", "last_page", "links", "path", "per_page", "to", "total"]);
    let Json::Array(links) = meta.member("links") else { panic!("meta.links is an array") };
    for link in links {
        assert_eq!(link.names(), ["url", "label", "page", "active"]);
    }
}
