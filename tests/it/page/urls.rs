//! The URL of a page.

use proptest::collection::vec;
use proptest::prelude::*;
use tokenfolio::Pagination;
use url::Url;

use super::{MAX, assert_url, list, preserving};
use crate::model;

#[test]
fn a_fragment_ends_every_link_and_is_escaped_where_it_must_be() {
    for (fragment, written) in [
        ("", ""),
        ("0", "#0"),
        ("list", "#list"),
        ("/route/1?a=b&c:@!$'()*+,;", "#/route/1?a=b&c:@!$'()*+,;"),
        ("a b", "#a%20b"),
        ("#", "#%23"),
        ("a#b", "#a%23b"),
        ("é", "#%C3%A9"),
        ("%41%e9", "#%41%e9"),
        ("%", "#%25"),
        ("%4", "#%254"),
        ("%zz%4g", "#%25zz%254g"),
        ("%%41", "#%25%41"),
        ("[x]", "#%5Bx%5D"),
        ("<a>\"\\^`{|}", "#%3Ca%3E%22%5C%5E%60%7B%7C%7D"),
        ("\r\n", "#%0D%0A"),
    ] {
        assert_eq!(with_fragment(fragment), format!("/t?page=1{written}"), "{fragment:?}");
        assert_eq!(list().with_fragment(fragment).url(), "/t");
    }
}

#[test]
fn every_character_of_a_fragment_stays_or_is_escaped() {
    for c in (0..=0x2_ff).filter_map(char::from_u32) {
        let written = with_fragment(&format!("a{c}4"));
        assert_eq!(written, format!("/t?page=1#{}", model::encode_fragment(&format!("a{c}4"))), "{c:?}");
    }
}

#[test]
fn an_escape_in_a_fragment_may_have_any_hex_digits() {
    let characters: Vec<char> = (0..=0x7f_u8).map(char::from).collect();
    for high in &characters {
        for low in &characters {
            let fragment = format!("%{high}{low}");
            let is_escape = high.is_ascii_hexdigit() && low.is_ascii_hexdigit();
            let percent = if is_escape { "%" } else { "%25" };
            let digits = model::encode(&fragment[1..], "!$&'()*+,;=:@/?");
            let written = with_fragment(&fragment);
            assert_eq!(written, format!("/t?page=1#{percent}{digits}"));
        }
    }
}

#[test]
fn links_lead_to_the_configured_base_for_any_preserved_query() {
    for raw in
        ["//evil.example", "@evil.example", "x=https://evil.example/", "#//evil.example", "?", "/../..", "\\\\evil"]
    {
        let pagination = Pagination::new("https://h.example/t").unwrap().with_fragment(raw);
        let request = preserving(pagination, "page", 1, raw).with_parameters([(raw, raw)]).unwrap();
        let url = request.paginate(vec![()], 1).first_url();
        let url = Url::parse(&url).unwrap();
        assert_eq!((url.scheme(), url.host_str(), url.path()), ("https", Some("h.example"), "/t"), "{raw}");
    }
}

proptest! {
    #[test]
    fn a_link_is_a_url_whose_page_is_last_and_once(
        name in any::<String>(),
        raw in prop_oneof![any::<String>(), "([a-c%&=+]|page|é| ){0,20}"],
        parameters in vec((any::<String>(), any::<String>()), 0..4),
        fragment in any::<String>(),
        page in 1..MAX,
    ) {
        let pagination = Pagination::new("https://h.example/é").unwrap().with_page_name(name.clone());
        let Ok(pagination) = pagination else { return Ok(()) };
        let request = preserving(pagination.with_fragment(&fragment), &name, page + 1, &raw);
        let request = request.with_parameters(parameters.clone()).unwrap();
        let text = request.paginate(vec![()], u64::MAX).prev_url().unwrap();
        assert_url(&text);

        let url = Url::parse(&text).unwrap();
        let (path, rest) = text.split_once('?').unwrap();
        let (query, written) = rest.split_once('#').map_or((rest, None), |(query, fragment)| (query, Some(fragment)));
        prop_assert_eq!(path, "https://h.example/%C3%A9");
        // `url` escapes one character that RFC 3986 allows.
        prop_assert_eq!(url.query(), Some(&*query.replace('\'', "%27")));
        prop_assert_eq!(url.fragment(), written);
        let pairs: Vec<_> = url.query_pairs().collect();
        let last = pairs.last().unwrap();
        prop_assert_eq!((&*last.0, &*last.1), (&*name, &*page.to_string()));
        // `query_pairs` decodes invalid UTF-8 to replacement characters, so such names can coincide here.
        if !name.contains('\u{fffd}') {
            prop_assert_eq!(pairs.iter().filter(|(known, _)| *known == name).count(), 1, "{}", text);
        }
        for (name, _) in parameters.iter().filter(|(parameter, _)| *parameter != name) {
            let values: Vec<_> = pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| &**value).collect();
            let set = parameters.iter().rfind(|(known, _)| known == name).map(|(_, value)| &**value).unwrap();
            prop_assert!(values == [set] || name.contains('\u{fffd}'), "{:?} in {}", name, text);
        }
    }

}

/// Returns the URL of page 1 with this fragment.
#[track_caller]
fn with_fragment(fragment: &str) -> String {
    list().with_fragment(fragment).request("").expect("a page").paginate(vec![()], 1).first_url()
}
