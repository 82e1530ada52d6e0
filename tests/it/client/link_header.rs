//! The `Link` header, as a client reads it (RFC 8288, section 3 and appendix B).

use std::num::NonZeroU32;

use http::header::{HeaderMap, HeaderValue, LINK};
use proptest::collection::vec;
use proptest::prelude::*;
use tokenfolio::{PageLinks, PageRequest, Pagination};

use crate::page::preserving;

fn read_all<F: AsRef<[u8]>>(values: impl IntoIterator<Item = F>) -> PageLinks {
    let values = values.into_iter().map(|value| HeaderValue::from_bytes(value.as_ref()).expect("a header value"));
    PageLinks::from_headers(&values.map(|value| (LINK, value)).collect::<HeaderMap>())
}

/// Reads a header value, and returns its relations with their targets in the order of [`PageLinks`]' members.
#[track_caller]
fn read(value: &str) -> Vec<(&'static str, String)> {
    let PageLinks { first, last, prev, next, .. } = read_all([value]);
    let links = [("first", first), ("last", last), ("prev", prev), ("next", next)];
    links.into_iter().filter_map(|(relation, link)| Some((relation, link?))).collect()
}

#[track_caller]
fn assert_links(value: &str, expected: &[(&str, &str)]) {
    let links = read(value);
    let links: Vec<_> = links.iter().map(|(relation, target)| (*relation, &**target)).collect();
    assert_eq!(links, expected, "{value}");
}

/// RFC 8288, section 3.5, each on one line.
#[test]
fn the_examples_of_the_rfc_are_read() {
    assert_links(
        r#"<http://example.com/TheBook/chapter2>; rel="previous"; title="previous chapter""#,
        &[("prev", "http://example.com/TheBook/chapter2")],
    );
    assert_links(r#"</>; rel="http://example.net/foo""#, &[]);
    assert_links(r##"</terms>; rel="copyright"; anchor="#foo""##, &[]);
    assert_links(
        "</TheBook/chapter2>; rel=\"previous\"; title*=UTF-8'de'letztes%20Kapitel, \
         </TheBook/chapter4>; rel=\"next\"; title*=UTF-8'de'n%c3%a4chstes%20Kapitel",
        &[("prev", "/TheBook/chapter2"), ("next", "/TheBook/chapter4")],
    );
    assert_links(
        r#"<http://example.org/>; rel="start http://example.net/relation/other next""#,
        &[("next", "http://example.org/")],
    );
    assert_links("<https://example.org/>; rel=\"start\", <https://example.org/index>; rel=\"index\"", &[]);
}

#[test]
fn every_relation_of_a_page_is_found() {
    let value = r#"<a>; rel="first", <b>; rel="last", <c>; rel="prev", <d>; rel="next", <e>; rel="self""#;
    assert_links(value, &[("first", "a"), ("last", "b"), ("prev", "c"), ("next", "d")]);
    assert_links("<a>; rel=\"first prev\tlast  next\"", &["first", "last", "prev", "next"].map(|it| (it, "a")));
    assert_eq!(read_all::<&str>([]), PageLinks::default());
}

#[test]
fn a_value_is_a_token_or_quoted() {
    for value in [
        "<a>; rel=next",
        r#"<a>; rel="next""#,
        r#"<a>; rel="n\ex\t""#,
        r#"<a>; rel="\next\ ""#,
        "<a>;rel=next;",
        "<a> ; rel = next ; x",
        "<a>\t;\trel\t=\t\"next\"\t",
        "<a>; rel=\"  next  \"",
        "<a>; REL=NeXt",
        "<a>;; rel=next",
        "<a>; rel=\"next",
    ] {
        assert_links(value, &[("next", "a")]);
    }
}

#[test]
fn separators_in_a_target_or_a_quoted_value_do_not_separate_links() {
    assert_links(r#"</?ids=1,2;3&q="<">; rel=next"#, &[("next", r#"/?ids=1,2;3&q="<""#)]);
    assert_links(r#"<a>; title="; rel=last, <b>; rel=last"; rel=next"#, &[("next", "a")]);
    assert_links(r#"<a>; title="\"; rel=last\\"; rel=next"#, &[("next", "a")]);
    assert_links(r#"<a>; rel=prev; title="\\", <b>; rel=next"#, &[("prev", "a"), ("next", "b")]);
}

#[test]
fn unknown_parameters_are_ignored() {
    for parameter in ["x", "x=1", "x=", "=", "rel*=last", "rev=last", "x=\"rel=last\"", "x=rel=last", "title*=UTF-8''%"]
    {
        assert_links(
            &format!("<a>; {parameter}; rel=next, <b>; rel=prev; {parameter}"),
            &[("prev", "b"), ("next", "a")],
        );
    }
}

#[test]
fn the_first_value_wins() {
    assert_links("<a>; rel=next; rel=last", &[("next", "a")]);
    assert_links("<a>; rel; rel=last", &[]);
    assert_links("<a>; rel=\"\"; rel=last", &[]);
    assert_links("<a>; rel=next, <b>; rel=next", &[("next", "a")]);
    assert_eq!(read_all(["<a>; rel=next", "<b>; rel=next"]).next.as_deref(), Some("a"));
}

#[test]
fn a_link_from_another_resource_is_ignored() {
    for anchor in ["anchor=\"#foo\"", "ANCHOR=\"\"", "anchor", "anchor=\"https://example.com/t\""] {
        assert_links(&format!("<a>; rel=next; {anchor}, <b>; rel=next"), &[("next", "b")]);
        assert_links(&format!("<a>; {anchor}; rel=next; x"), &[]);
    }
}

#[test]
fn a_link_without_a_relation_is_ignored() {
    for value in
        ["", " ", ",", "<a>", "<a>;", "<a>; rel", "<a>; rel=", "<a>; rel=\"\"", "<a>; rel=next-page", "a; rel=next"]
    {
        assert_links(value, &[]);
    }
}

#[test]
fn a_list_may_have_empty_elements() {
    assert_links(", <a>; rel=prev,, ,\t<b>; rel=next, ", &[("prev", "a"), ("next", "b")]);
}

#[test]
fn a_malformed_link_ends_its_header_and_no_other() {
    for malformed in ["b; rel=next", "<b; rel=next", "\"<b>; rel=next\"", "; rel=next", "é"] {
        let value = format!("<a>; rel=prev, {malformed}, <c>; rel=last");
        let links = read_all([&value, "<d>; rel=first"]);
        assert_eq!((links.first.as_deref(), links.prev.as_deref()), (Some("d"), Some("a")), "{value}");
        assert_eq!(links.next, None, "{value}");
    }
    // Its target ends with the `>` of the next link.
    assert_links("<b; rel=next, <c>; rel=last", &[("last", "b; rel=next, <c")]);
    assert_links("<a>; rel=prev junk, <b>; rel=next", &[("prev", "a"), ("next", "b")]);
    assert_links("<a>; rel=\"prev\" junk, <b>; rel=next", &[("prev", "a")]);
}

#[test]
fn a_target_that_is_not_utf_8_is_ignored() {
    let links = read_all([&b"<\xFF>; rel=next, <a>; rel=prev"[..]]);
    assert_eq!((links.next, links.prev.as_deref()), (None, Some("a")));
    assert_links("</é>; rel=next", &[("next", "/é")]);
}

proptest! {
    #[test]
    fn the_header_of_a_paginator_is_read_back(
        total in any::<u64>(),
        page in 1..=PageRequest::MAX_PAGE,
        near in any::<bool>(),
        (preserved, fragment, base) in (any::<String>(), any::<String>(), "(https://h)?/[a-z0-9/,;=]{0,9}"),
        name in any::<String>(),
    ) {
        let page = if near { page % 40 + 1 } else { page };
        let base = if base.starts_with("//") { &base[1..] } else { &*base };
        prop_assume!(!base.starts_with("//"));
        let list = Pagination::new(base).unwrap().with_fragment(&fragment).with_per_page(NonZeroU32::MIN);
        let list = list.with_max_link_header_len(usize::MAX);
        let Ok(list) = list.with_page_name(name.clone()) else { return Ok(()) };
        let written = preserving(list, &name, page, &preserved).paginate(vec![()], total);

        let links = PageLinks::from_headers(&HeaderMap::from_iter([(LINK, written.link_header().unwrap())]));
        prop_assert_eq!(links.first, Some(written.first_url()));
        prop_assert_eq!(links.last, Some(written.last_url()));
        prop_assert_eq!(links.prev, written.prev_url());
        prop_assert_eq!(links.next, written.next_url());
    }

    #[test]
    fn links_survive_any_order_spelling_and_neighbours(
        targets in vec("[!-;=?-~]{0,12}", 4),
        order in Just(vec![0, 1, 2, 3]).prop_shuffle(),
        title in "[ -~]{0,12}",
        (whitespace, is_quoted, is_split) in ("[ \t]{0,2}", any::<bool>(), any::<bool>()),
    ) {
        let title = title.replace('\\', "\\\\").replace('"', "\\\"");
        let links: Vec<_> = order.iter().map(|index| {
            let target = &targets[*index];
            let relation = ["First", "LAST", "prev", "next"][*index];
            let quote = if is_quoted { "\"" } else { "" };
            format!("<{target}>{whitespace};{whitespace}title=\"{title}\"{whitespace};rel{whitespace}={whitespace}{quote}{relation}{quote}")
        }).collect();
        let read = if is_split { read_all(&links) } else { read_all([links.join(&format!("{whitespace},{whitespace}"))]) };
        prop_assert_eq!(vec![read.first, read.last, read.prev, read.next], targets.into_iter().map(Some).collect::<Vec<_>>());
    }

    #[test]
    fn any_header_is_read_without_a_panic(values in vec(vec(prop_oneof!["[<>;,=\" \t\\\\]", "rel|anchor|next|a|é"], 0..24), 0..4)) {
        read_all(values.iter().map(|value| value.concat()));
    }
}
