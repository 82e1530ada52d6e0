//! The parameters that every link repeats.

use std::num::NonZeroU32;

use proptest::collection::vec;
use proptest::prelude::*;
use tokenfolio::PageRequest;

use super::{list, preserving};
use crate::model;

#[test]
fn a_preserved_page_parameter_is_dropped_in_any_spelling() {
    for raw in [
        "page=9",
        "page",
        "page=",
        "page=1&page=2",
        "p%61ge=9",
        "%70%61%67%65=9",
        "&&page=9&&",
        "page=a=b",
        "page[]=9",
        "page[number]=9",
    ] {
        assert_eq!(preserved(raw), "/t?page=2", "{raw}");
    }
    for raw in ["PAGE=9", "+page=9", "per_page=9", "page%00=9", "x=page"] {
        assert_eq!(preserved(raw), format!("/t?{raw}&page=2"));
    }
    let bracketed = list().with_page_name("page[number]").unwrap();
    let request = preserving(bracketed, "page[number]", 1, "page[number]=9&page%5Bnumber%5D=8&page=7");
    assert_eq!(page_2(request), "/t?page=7&page%5Bnumber%5D=2");
}

#[test]
fn preserved_parameters_are_unchanged() {
    for (raw, expected) in [
        ("", ""),
        ("a=1&b=2", "a=1&b=2&"),
        ("b=2&a=1", "b=2&a=1&"),
        ("a=1&a=2&b=3&a=1", "a=1&a=2&b=3&a=1&"),
        ("e=", "e=&"),
        ("z", "z&"),
        ("a=b=c", "a=b=c&"),
        ("=x&=", "=x&=&"),
        ("&&a=1&&&b=2&&", "a=1&b=2&"),
        ("q=a+b&r=a%20b", "q=a+b&r=a%20b&"),
        ("q=%c3%a9&r=%C3%A9", "q=%c3%a9&r=%C3%A9&"),
        ("q=%7Ea&r=~a&s=%41", "q=%7Ea&r=~a&s=%41&"),
        ("q=%&r=%2&s=%zz", "q=%25&r=%252&s=%25zz&"),
        ("tags[]=1&tags[]=2&filter[a][b]=c", "tags%5B%5D=1&tags%5B%5D=2&filter%5Ba%5D%5Bb%5D=c&"),
        ("q=%&r=[1]&s=%zz", "q=%25&r=%5B1%5D&s=%25zz&"),
        ("5=x&7=y&-1=z&05", "5=x&7=y&-1=z&05&"),
        ("a.b=1&a;b=2&a/b?=:@!$'()*,", "a.b=1&a;b=2&a/b?=:@!$'()*,&"),
        ("q=é&ü", "q=%C3%A9&%C3%BC&"),
        ("q=a b", "q=a%20b&"),
        ("q=<b>\"x\"\\^`{|}#y", "q=%3Cb%3E%22x%22%5C%5E%60%7B%7C%7D%23y&"),
        ("q=a\r\nSet-Cookie: x", "q=a%0D%0ASet-Cookie:%20x&"),
        ("q=\0\u{7f}\t", "q=%00%7F%09&"),
        ("page=9&a=1&page=8&b=2", "a=1&b=2&"),
    ] {
        assert_eq!(preserved(raw), format!("/t?{expected}page=2"), "{raw:?}");
    }
}

#[test]
fn every_character_of_a_preserved_query_stays_or_is_escaped() {
    for c in (0..=0x2_ff).filter_map(char::from_u32).filter(|c| *c != '&') {
        let expected = model::encode_fragment(&format!("x{c}=a{c}b"));
        assert_eq!(preserved(&format!("x{c}=a{c}b")), format!("/t?{expected}&page=2"), "{c:?}");
    }
}

#[test]
fn a_parameter_is_encoded() {
    for (name, value, written) in [
        ("q", "a b&c=d/é+~", "q=a%20b%26c%3Dd%2F%C3%A9%2B~"),
        ("q", "", "q="),
        ("", "x", "=x"),
        ("filter[name]", "x", "filter%5Bname%5D=x"),
        ("a b", "50%", "a%20b=50%25"),
        ("q", "%20", "q=%2520"),
        ("q", "🦀", "q=%F0%9F%A6%80"),
        ("q", "!'()*:/?#[]@$&,;=%", "q=%21%27%28%29%2A%3A%2F%3F%23%5B%5D%40%24%26%2C%3B%3D%25"),
        ("q", "a\r\nb\0", "q=a%0D%0Ab%00"),
        ("5", "x", "5=x"),
        ("PAGE", "x", "PAGE=x"),
    ] {
        assert_eq!(page_2(setting(&[(name, value)])), format!("/t?{written}&page=2"), "{name} {value}");
    }
}

#[test]
fn every_character_of_a_parameter_is_escaped_unless_unreserved() {
    for c in (0..=0xff_u8).map(char::from) {
        let encoded = model::encode(&c.to_string(), "");
        assert_eq!(encoded.len() == 1, c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~'), "{c:?}");
        let written = page_2(setting(&[(&format!("x{c}"), &c.to_string())]));
        assert_eq!(written, format!("/t?x{encoded}={encoded}&page=2"), "{c:?}");
    }
    let every: String = ('\0'..=char::MAX).collect();
    let request = list().with_max_query_len(usize::MAX).request("").unwrap();
    let written = page_2(request.with_parameters([("q", &every)]).unwrap());
    assert!(written == format!("/t?q={}&page=2", model::encode(&every, "")), "some character is not escaped as UTF-8");
}

#[test]
fn a_parameter_replaces_others_of_its_name_at_the_first_position() {
    let set = |pairs: &[(&str, &str)]| {
        let one_by_one = pairs.iter().fold(setting(&[]), |request, pair| request.with_parameters([*pair]).unwrap());
        assert_eq!(one_by_one, setting(pairs));
        page_2(setting(pairs))
    };
    assert_eq!(set(&[("a", "1"), ("b", "2"), ("a", "3")]), "/t?a=3&b=2&page=2");
    assert_eq!(set(&[("a", "1"), ("a", "1")]), "/t?a=1&page=2");
    assert_eq!(set(&[("a", "1"), ("A", "2"), ("a ", "3")]), "/t?a=1&A=2&a%20=3&page=2");
    assert_eq!(set(&[("é", "1"), ("x", ""), ("é", "2")]), "/t?%C3%A9=2&x=&page=2");
    assert_eq!(set(&[("a+b", "1"), ("a b", "2"), ("a+b", "3")]), "/t?a%2Bb=3&a%20b=2&page=2");

    let request = preserving(list(), "page", 1, "x&a=1&b=é&%61=2&a&y").with_parameters([("a", "3")]).unwrap();
    assert_eq!(page_2(request), "/t?x&a=3&b=%C3%A9&y&page=2");
    let request = preserving(list(), "page", 1, "a+b=1&c").with_parameters([("a b", "2")]).unwrap();
    assert_eq!(page_2(request), "/t?a%20b=2&c&page=2");
}

#[test]
fn a_parameter_that_the_pagination_reads_cannot_be_set() {
    let pagination = list().with_page_name("p").unwrap().with_client_size("size", NonZeroU32::MAX).unwrap();
    let names = ["p", "p[]", "p[n]", "size", "size[x]", "page", "q"];
    let request = pagination.request("").unwrap().with_parameters(names.map(|name| (name, "7"))).unwrap();
    assert_eq!(page_2(request), "/t?page=7&q=7&p=2");
    // PHP reads these names as the size too.
    let names = [" size", "size\0x", "+size"];
    let lenient = pagination.clone().lenient().request("size=20").unwrap();
    let request = lenient.with_parameters(names.map(|name| (name, "7"))).unwrap();
    assert_eq!(page_2(request), "/t?size=20&%2Bsize=7&p=2");
    // The size that the client chose stays.
    let request = pagination.request("size=20").unwrap().with_parameters([("size", "7"), ("q", "x")]).unwrap();
    assert_eq!(page_2(request), "/t?size=20&q=x&p=2");
}

/// A parameter is dropped exactly if its decoded name is the page name.
#[test]
fn every_escape_in_a_name_is_decoded() {
    let characters: Vec<char> = (0..=0x7f_u8).map(char::from).filter(|c| !"&=".contains(*c)).collect();
    for high in &characters {
        for low in &characters {
            let raw = format!("%{high}{low}=7");
            let byte = u8::from_str_radix(&format!("{high}{low}"), 16).ok().filter(|_| *high != '+');
            let is_page = byte == Some(b'p');
            let pagination = list().with_page_name("p").unwrap();
            let url = page_2(preserving(pagination, "p", 1, &raw));
            assert_eq!(url == "/t?p=2", is_page, "{raw:?}");
        }
    }
}

#[test]
fn parameters_longer_than_the_limit_are_an_error() {
    let message = "links can preserve at most 5 bytes of query parameters";
    let pagination = list().with_query_string().with_max_query_len(5);
    let page_2 = |query: &str| pagination.request(query).map(page_2);
    assert_eq!(page_2("a=1&b"), Ok("/t?a=1&b&page=2".to_owned()));
    assert_eq!(page_2("page=1&a=1&&b&"), Ok("/t?a=1&b&page=2".to_owned()));
    assert_eq!(page_2(""), Ok("/t?page=2".to_owned()));
    for query in ["a=1&bb", "a&b&cd", "é", "[]", "abcdef"] {
        let error = page_2(query).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.parameters().len()), (message, 0), "{query}");
    }
    let set = |request: &str, name, value| {
        let request = pagination.request(request).unwrap().with_parameters([(name, value)]);
        request.map(super::preserved_query::page_2).map_err(|error| error.to_string())
    };
    assert_eq!(set("", "a", "123"), Ok("/t?a=123&page=2".to_owned()));
    assert_eq!(set("", "a", "1234"), Err(message.to_owned()));
    // A parameter that is replaced does not count.
    assert_eq!(set("a=1&b", "a", "2"), Ok("/t?a=2&b&page=2".to_owned()));
    assert_eq!(set("a=1&b", "c", ""), Err(message.to_owned()));
}

#[test]
fn a_query_that_is_not_preserved_may_be_longer_than_the_limit() {
    let pagination = list().with_max_query_len(6).with_client_size("s", NonZeroU32::MAX).unwrap();
    let long = format!("s=1234&q={}", "q".repeat(5_000));
    assert_eq!(pagination.request(&long).unwrap().per_page().get(), 1_234);
    // The size is in the links.
    assert!(pagination.request("s=12345").is_err());
}

#[test]
fn the_default_limit_is_1_024_bytes() {
    let pagination = list().with_query_string();
    assert!(pagination.request(&"q".repeat(1_024)).is_ok());
    assert!(pagination.request(&"q".repeat(1_025)).is_err());
}

proptest! {
    #[test]
    fn preserved_parameters_are_the_same_after_any_number_of_hops(
        raw in prop_oneof![any::<String>(), "([a-c%&=+#?]|page|é| ){0,20}"],
        pages in vec(1..u64::MAX / 20, 1..6),
    ) {
        let preserved = |url: &str| url.split_once('?').unwrap().1.rsplit_once("page=").unwrap().0.to_owned();
        let url_of = |raw: &str, page| preserving(list(), "page", page, raw).paginate(vec![()], u64::MAX).next_url().unwrap();
        let mut url = url_of(&raw, 1);
        let first = preserved(&url);
        prop_assert_eq!(first.clone(), expected(&raw));
        for page in pages {
            url = url_of(url.split_once('?').unwrap().1, page);
            prop_assert_eq!(url.clone(), format!("/t?{first}page={}", page + 1));
        }
    }
}

/// Returns the preserved parameters as the URL must hold them.
fn expected(raw: &str) -> String {
    let parameters = raw.split('&').filter(|parameter| {
        let name = parameter.split('=').next().unwrap_or_default();
        let name = percent_decoded(name);
        let is_page = name == b"page" || name.starts_with(b"page[");
        !parameter.is_empty() && !is_page
    });
    parameters.map(|parameter| model::encode_fragment(parameter) + "&").collect()
}

/// Returns the bytes of an encoded name, by another decoder.
fn percent_decoded(name: &str) -> Vec<u8> {
    let pairs = url::form_urlencoded::parse(name.as_bytes()).next();
    pairs.map(|(name, _)| name.into_owned().into_bytes()).unwrap_or_default()
}

/// Returns the URL of page 2 with these parameters before it.
#[track_caller]
fn preserved(raw: &str) -> String {
    page_2(preserving(list(), "page", 1, raw))
}

#[track_caller]
fn setting(parameters: &[(&str, &str)]) -> PageRequest {
    list().request("").expect("a page").with_parameters(parameters.iter().copied()).expect("short parameters")
}

/// Returns the URL of page 2.
fn page_2(request: PageRequest) -> String {
    request.paginate(vec![()], 40).last_url()
}
