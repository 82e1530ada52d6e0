//! The URL of page n.

use fluent_uri::UriRef;
use proptest::collection::vec;
use proptest::prelude::*;
use tokenfolio::{BaseUrlError, PageRequest, PageUrls};
use url::{ParseError, Url};

use crate::model;

#[test]
fn a_base_is_preserved_without_trailing_slashes() {
    for (base, path) in [
        ("/", "/"),
        ("/t", "/t"),
        ("/t/", "/t"),
        ("/t///", "/t"),
        ("/a//b", "/a//b"),
        ("/a/../b", "/a/../b"),
        ("/a%20b/%C3%A9", "/a%20b/%C3%A9"),
        ("/café/日本", "/caf%C3%A9/%E6%97%A5%E6%9C%AC"),
        ("/t;v=1/@me:x", "/t;v=1/@me:x"),
        ("/http://h", "/http://h"),
        ("https://h", "https://h"),
        ("https://h/", "https://h"),
        ("https://h//", "https://h"),
        ("https://h:443/p/", "https://h:443/p"),
        ("http://h:80", "http://h:80"),
        ("HTTPS://Example.COM/Path", "HTTPS://Example.COM/Path"),
        ("http://localhost:8080/api", "http://localhost:8080/api"),
        ("http://127.0.0.1/t", "http://127.0.0.1/t"),
        ("http://[::1]:8080/t", "http://[::1]:8080/t"),
        ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
        ("HTTPS://bücher.example:/t", "HTTPS://xn--bcher-kva.example:/t"),
        ("https://日本.example:8080", "https://xn--wgv71a.example:8080"),
        ("https://b%C3%BCcher.example/t", "https://b%C3%BCcher.example/t"),
        ("/a\u{202e}b", "/a%E2%80%AEb"),
        ("https://h/a@b", "https://h/a@b"),
        ("https://h/a:b//c://d", "https://h/a:b//c://d"),
    ] {
        let urls = PageUrls::new(base).unwrap_or_else(|error| panic!("{base}: {error}"));
        assert_eq!(urls.path(), path);
        assert_eq!(urls.page_name(), "page");
        assert_eq!(urls.url(2), format!("{path}?page=2"));
    }
}

#[test]
fn an_invalid_base_is_rejected_with_the_reason() {
    let foreign = |c: &str| format!("base URL has the character {c}, which must be percent-encoded");
    let fragment = "base URL has a fragment, which is set on its own";
    let no_scheme = "base URL begins with `//`: expected a scheme before it, or one `/`";
    let query = "base URL has a query, whose parameters are set on their own";
    let relative = "base URL is relative: expected `http://`, `https://` or an absolute path";
    let percent = "base URL has a `%` without two hexadecimal digits after it: expected `%25` for a percent sign";
    let scheme = "base URL has another scheme than `http` and `https`";
    let userinfo = "base URL has a user name or password, which every client would see";
    let host = "base URL is malformed: empty host";
    for (base, message) in [
        ("", relative),
        ("t", relative),
        ("t/", relative),
        ("./t", relative),
        ("../t", relative),
        ("h.example/t", relative),
        ("localhost:8080/t", relative),
        ("javascript:x", relative),
        ("mailto:a@b", relative),
        ("http:", relative),
        ("http:/t", relative),
        ("//h", no_scheme),
        ("//h/t", no_scheme),
        ("//", no_scheme),
        ("///t", no_scheme),
        ("/t?", query),
        ("/t?a=b", query),
        ("https://h?a=b", query),
        ("https://h/t?page=1", query),
        ("/t#", fragment),
        ("/t#a", fragment),
        ("https://h#a", fragment),
        ("/t#a?b", fragment),
        ("ftp://h/t", scheme),
        ("file:///t", scheme),
        ("javascript://h/%0Ax", scheme),
        ("httpss://h", scheme),
        ("://h", scheme),
        ("xhttp://h", scheme),
        ("https://u:p@h", userinfo),
        ("https://u@h/t", userinfo),
        ("https://@h", userinfo),
        ("https://:@h", userinfo),
        ("https://h@h@h", userinfo),
        ("http://", host),
        ("https:///t", host),
        ("https:////h/t", host),
        ("http://:80/t", host),
        ("http://h:65536", "base URL is malformed: invalid port number"),
        ("http://h:x/t", "base URL is malformed: invalid port number"),
        ("http://[::1/t", "base URL is malformed: invalid IPv6 address"),
        ("http://1.2.3.256/t", "base URL is malformed: invalid IPv4 address"),
        ("/%", percent),
        ("/%2", percent),
        ("/%zz/t", percent),
        ("https://%zz.example", percent),
        ("/[x]", &foreign("'['")),
        ("/x]", &foreign("']'")),
        ("https://[::1]/[x]", &foreign("'['")),
        ("https://a\u{202e}b.example", "base URL is malformed: invalid international domain name"),
        ("/a\u{80}", &foreign(r"'\u{80}'")),
        ("http://a%00b/t", "base URL is malformed: invalid international domain name"),
        (" /t", &foreign("' '")),
        ("/t ", &foreign("' '")),
        ("/a b", &foreign("' '")),
        ("/a\tb", &foreign(r"'\t'")),
        ("/a\r\nb", &foreign(r"'\r'")),
        ("/a\0", &foreign(r"'\0'")),
        ("/a\u{7f}", &foreign(r"'\u{7f}'")),
        ("/a\u{85}", &foreign(r"'\u{85}'")),
        ("/a\u{a0}b", &foreign(r"'\u{a0}'")),
        ("/a\u{3000}b", &foreign(r"'\u{3000}'")),
        ("/<script>", &foreign("'<'")),
        ("/a>b", &foreign("'>'")),
        ("/a\"b", &foreign("'\"'")),
        ("/\\h", &foreign(r"'\\'")),
        ("\\\\h\\t", &foreign(r"'\\'")),
        ("https:\\\\h", &foreign(r"'\\'")),
        ("/{id}", &foreign("'{'")),
        ("/a|b", &foreign("'|'")),
        ("/a}b", &foreign("'}'")),
        ("/a^b", &foreign("'^'")),
        ("/a`b", &foreign("'`'")),
    ] {
        let error = PageUrls::new(base).expect_err(base);
        assert_eq!(error.to_string(), message, "{base:?}");
    }
}

#[test]
fn errors_can_be_distinguished() {
    for (base, error) in [
        ("/a b", BaseUrlError::Character(' ')),
        ("/a#", BaseUrlError::Fragment),
        ("http://", BaseUrlError::Malformed(ParseError::EmptyHost)),
        ("http://h:x", BaseUrlError::Malformed(ParseError::InvalidPort)),
        ("//h", BaseUrlError::NoScheme),
        ("/%", BaseUrlError::PercentSign),
        ("/a?", BaseUrlError::Query),
        ("a", BaseUrlError::Relative),
        ("ftp://h", BaseUrlError::Scheme),
        ("http://u@h", BaseUrlError::Userinfo),
    ] {
        assert_eq!(PageUrls::new(base), Err(error));
    }
}

#[test]
fn every_ascii_character_of_a_path_is_preserved_or_rejected() {
    for c in (0..=0x7f_u8).map(char::from) {
        let made = PageUrls::new(&format!("/a{c}b"));
        match c {
            '?' => assert_eq!(made, Err(BaseUrlError::Query)),
            '#' => assert_eq!(made, Err(BaseUrlError::Fragment)),
            '%' => assert_eq!(made, Err(BaseUrlError::PercentSign)),
            // RFC 3986, section 3.3.
            _ if c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/".contains(c) => {
                assert_eq!(made.unwrap().path(), format!("/a{c}b"));
            }
            _ => assert_eq!(made, Err(BaseUrlError::Character(c))),
        }
    }
}

#[test]
fn every_page_is_named_even_the_first() {
    let urls = urls("/t");
    for page in [0, 1, 2, 10, PageRequest::MAX_PAGE, u64::MAX] {
        assert_eq!(urls.url(page), format!("/t?page={page}"));
    }
}

#[test]
fn the_page_name_is_encoded() {
    for (name, written) in [
        ("p", "p"),
        ("page[number]", "page%5Bnumber%5D"),
        ("page.number", "page.number"),
        ("tokens_page", "tokens_page"),
        ("seite nr", "seite%20nr"),
        ("a&b=c#d", "a%26b%3Dc%23d"),
        ("página", "p%C3%A1gina"),
        ("", ""),
    ] {
        let urls = urls("/t").with_page_name(name);
        assert_eq!(urls.page_name(), name);
        assert_eq!(urls.url(2), format!("/t?{written}=2"));
    }
}

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
        assert_eq!(preserving(raw).url(2), "/t?page=2", "{raw}");
    }
    for raw in ["PAGE=9", "+page=9", "per_page=9", "page%00=9", "x=page"] {
        assert_eq!(preserving(raw).url(2), format!("/t?{raw}&page=2"));
    }
    let bracketed = urls("/t").with_page_name("page[number]");
    let preserved = bracketed.with_query_string("page[number]=9&page%5Bnumber%5D=8&page=7").unwrap();
    assert_eq!(preserved.url(2), "/t?page=7&page%5Bnumber%5D=2");
}

#[test]
fn the_page_name_applies_before_and_after_other_setters() {
    let raw = "page=1&a=1&p=2&%70=3&b";
    let before = urls("/t").with_page_name("p").with_query_string(raw).unwrap();
    assert_eq!(before.url(2), "/t?page=1&a=1&b&p=2");
    // `page` is still the page name when the query string is added.
    let after = preserving(raw).with_page_name("p");
    assert_eq!(after.url(2), "/t?a=1&b&p=2");

    let set = setting(&[("p", "9"), ("q", "1")]).with_page_name("p");
    assert_eq!(set.url(2), "/t?q=1&p=2");
}

#[test]
fn preserved_parameters_are_unchanged() {
    for (raw, preserved) in [
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
        assert_eq!(preserving(raw).url(2), format!("/t?{preserved}page=2"), "{raw:?}");
    }
}

#[test]
fn every_character_of_a_preserved_query_stays_or_is_escaped() {
    for c in (0..=0x2_ff).filter_map(char::from_u32).filter(|c| *c != '&') {
        let preserved = model::encode_fragment(&format!("x{c}=a{c}b"));
        assert_eq!(preserving(&format!("x{c}=a{c}b")).url(2), format!("/t?{preserved}&page=2"), "{c:?}");
    }
}

#[test]
fn queries_are_preserved_one_after_another() {
    let urls = preserving("a=1&page=5").with_query_string("a=2").unwrap().with_query_string("").unwrap();
    assert_eq!(urls.url(2), "/t?a=1&a=2&page=2");
}

#[test]
fn one_parameter_of_many_can_be_preserved() {
    let raw = "a=1&per_page=5&b&per%5Fpage=x&per_page[]=6&per_page";
    assert_eq!(
        urls("/t").with_preserved_parameter(raw, "per_page").unwrap().url(2),
        "/t?per_page=5&per%5Fpage=x&per_page&page=2"
    );
    assert_eq!(urls("/t").with_preserved_parameter(raw, "b").unwrap().url(2), "/t?b&page=2");
    assert_eq!(urls("/t").with_preserved_parameter(raw, "per%5Fpage").unwrap().url(2), "/t?page=2");
    assert_eq!(urls("/t").with_preserved_parameter("page=7", "page").unwrap().url(2), "/t?page=2");
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
        assert_eq!(setting(&[(name, value)]).url(2), format!("/t?{written}&page=2"), "{name} {value}");
    }
}

#[test]
fn every_character_of_a_parameter_is_escaped_unless_unreserved() {
    for c in (0..=0xff_u8).map(char::from) {
        let encoded = model::encode(&c.to_string(), "");
        assert_eq!(encoded.len() == 1, c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~'), "{c:?}");
        let written = setting(&[(&format!("x{c}"), &c.to_string())]).url(2);
        assert_eq!(written, format!("/t?x{encoded}={encoded}&page=2"), "{c:?}");
    }
    let every: String = ('\0'..=char::MAX).collect();
    let written = urls("/t").with_max_query_len(usize::MAX).with_parameters([("q", &every)]).unwrap().url(2);
    assert!(written == format!("/t?q={}&page=2", model::encode(&every, "")), "some character is not escaped as UTF-8");
}

#[test]
fn a_parameter_replaces_others_of_its_name_at_the_first_position() {
    let set = |pairs: &[(&str, &str)]| {
        let one_by_one = pairs.iter().fold(urls("/t"), |urls, pair| urls.with_parameters([*pair]).unwrap());
        assert_eq!(one_by_one, setting(pairs));
        setting(pairs).url(2)
    };
    assert_eq!(set(&[("a", "1"), ("b", "2"), ("a", "3")]), "/t?a=3&b=2&page=2");
    assert_eq!(set(&[("a", "1"), ("a", "1")]), "/t?a=1&page=2");
    assert_eq!(set(&[("a", "1"), ("A", "2"), ("a ", "3")]), "/t?a=1&A=2&a%20=3&page=2");
    assert_eq!(set(&[("é", "1"), ("x", ""), ("é", "2")]), "/t?%C3%A9=2&x=&page=2");
    assert_eq!(set(&[("a+b", "1"), ("a b", "2"), ("a+b", "3")]), "/t?a%2Bb=3&a%20b=2&page=2");

    let preserved = preserving("x&a=1&b=é&%61=2&a&y").with_parameters([("a", "3")]).unwrap();
    assert_eq!(preserved.url(2), "/t?x&a=3&b=%C3%A9&y&page=2");
    let preserved = preserving("a+b=1&c").with_parameters([("a b", "2")]).unwrap();
    assert_eq!(preserved.url(2), "/t?a%20b=2&c&page=2");
}

#[test]
fn the_page_cannot_be_set_as_a_parameter() {
    assert_eq!(setting(&[("page", "7")]).url(2), "/t?page=2");
    let named = urls("/t").with_page_name("p[n]").with_parameters([("p[n]", "7"), ("page", "8")]).unwrap();
    assert_eq!(named.url(2), "/t?page=8&p%5Bn%5D=2");
}

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
        let urls = urls("/t").with_fragment(fragment);
        assert_eq!(urls.url(2), format!("/t?page=2{written}"), "{fragment:?}");
        assert_eq!(urls.path(), "/t");
    }
    assert_eq!(urls("/t").with_fragment("a").with_fragment("b").url(2), "/t?page=2#b");
    assert_eq!(urls("/t").with_fragment("a").with_fragment("").url(2), "/t?page=2");
}

#[test]
fn every_character_of_a_fragment_stays_or_is_escaped() {
    for c in (0..=0x2_ff).filter_map(char::from_u32) {
        let written = urls("/t").with_fragment(&format!("a{c}4")).url(2);
        assert_eq!(written, format!("/t?page=2#{}", model::encode_fragment(&format!("a{c}4"))), "{c:?}");
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
            let written = urls("/t").with_fragment(&fragment).url(2);
            assert_eq!(written, format!("/t?page=2#{percent}{digits}"));
        }
    }
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
            let url = urls("/t").with_page_name("p").with_query_string(&raw).unwrap().url(2);
            assert_eq!(url == "/t?p=2", is_page, "{raw:?}");
        }
    }
}

#[test]
fn links_lead_to_the_configured_base_for_any_preserved_query() {
    for raw in
        ["//evil.example", "@evil.example", "x=https://evil.example/", "#//evil.example", "?", "/../..", "\\\\evil"]
    {
        let url = urls("https://h.example/t").with_query_string(raw).unwrap().with_fragment(raw);
        let url = url.with_parameters([(raw, raw)]).unwrap().url(2);
        let url = Url::parse(&url).unwrap();
        assert_eq!((url.scheme(), url.host_str(), url.path()), ("https", Some("h.example"), "/t"), "{raw}");
    }
}

#[test]
fn parameters_longer_than_the_limit_are_an_error() {
    let message = "links can preserve at most 5 bytes of query parameters";
    let urls = urls("/t").with_max_query_len(5);
    assert_eq!(urls.clone().with_query_string("a=1&b").unwrap().url(2), "/t?a=1&b&page=2");
    assert_eq!(urls.clone().with_query_string("page=123456&a=1&&b&").unwrap().url(2), "/t?a=1&b&page=2");
    for raw in ["a=1&bb", "a&b&cd", "é", "[]", "abcdef"] {
        assert_eq!(urls.clone().with_query_string(raw).unwrap_err().to_string(), message, "{raw}");
    }
    assert_eq!(urls.clone().with_preserved_parameter("a=1&abcdef&b", "a").unwrap().url(2), "/t?a=1&page=2");
    assert!(urls.clone().with_preserved_parameter("a=12&a=3", "a").is_err());
    assert_eq!(urls.clone().with_parameters([("a", "123")]).unwrap().url(2), "/t?a=123&page=2");
    assert!(urls.clone().with_parameters([("a", "1234")]).is_err());
    // A parameter that is replaced does not count.
    let set = urls.clone().with_query_string("a=1&b").unwrap();
    assert_eq!(set.clone().with_parameters([("a", "2")]).unwrap().url(2), "/t?a=2&b&page=2");
    assert!(set.with_parameters([("c", "")]).is_err());
    assert_eq!(urls.with_query_string("").unwrap().url(2), "/t?page=2");
}

proptest! {
    #[test]
    fn a_link_is_a_url_whose_page_is_last_and_once(
        name in any::<String>(),
        raw in prop_oneof![any::<String>(), "([a-c%&=+]|page|é| ){0,20}"],
        parameters in vec((any::<String>(), any::<String>()), 0..4),
        fragment in any::<String>(),
        page in any::<u64>(),
    ) {
        let urls = urls("https://h.example/é").with_max_query_len(usize::MAX).with_page_name(name.clone());
        let urls = urls.with_query_string(&raw).unwrap().with_parameters(parameters.clone()).unwrap();
        let text = urls.with_fragment(&fragment).url(page);
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

    #[test]
    fn preserved_parameters_are_the_same_after_any_number_of_hops(
        raw in prop_oneof![any::<String>(), "([a-c%&=+#?]|page|é| ){0,20}"],
        pages in vec(any::<u64>(), 1..6),
    ) {
        let preserved = |url: &str| url.split_once('?').unwrap().1.rsplit_once("page=").unwrap().0.to_owned();
        let mut url = preserving(&raw).url(1);
        let first = preserved(&url);
        prop_assert_eq!(first.clone(), expected(&raw));
        for page in pages {
            url = preserving(url.split_once('?').unwrap().1).url(page);
            prop_assert_eq!(url.clone(), format!("/t?{first}page={page}"));
        }
    }

    #[test]
    fn any_base_is_rejected_or_gives_urls(
        base in prop_oneof![any::<String>(), "(https?://[a-z.é:@]{0,5})?(/{0,3}[a-zé%?#]{0,2}){0,3}", "[/a-z:.@\\\\]{0,9}"],
    ) {
        if let Ok(urls) = PageUrls::new(&base) {
            let here = Url::parse("https://h.example/somewhere").unwrap();
            let url = here.join(&urls.url(2)).unwrap();
            prop_assert_eq!(url.query(), Some("page=2"));
            prop_assert_eq!((url.username(), url.password(), url.fragment()), ("", None, None));
            assert_url(&urls.url(2));
            if base.is_ascii() {
                prop_assert!(base.starts_with(urls.path()));
            }
            if base.starts_with('/') {
                prop_assert_eq!(url.host_str(), here.host_str());
            } else {
                prop_assert!(["http", "https"].contains(&url.scheme()));
            }
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

/// Returns the bytes of an encoded name, by a decoder that is not the crate's.
fn percent_decoded(name: &str) -> Vec<u8> {
    let pairs = url::form_urlencoded::parse(name.as_bytes()).next();
    pairs.map(|(name, _)| name.into_owned().into_bytes()).unwrap_or_default()
}

/// Asserts that a text is a URI reference of RFC 3986.
#[track_caller]
fn assert_url(text: &str) {
    assert!(UriRef::parse(text).is_ok(), "{text} is not a URI reference");
}

#[track_caller]
fn preserving(raw: &str) -> PageUrls {
    urls("/t").with_max_query_len(usize::MAX).with_query_string(raw).expect("a query of any length")
}

#[track_caller]
fn setting(parameters: &[(&str, &str)]) -> PageUrls {
    urls("/t").with_parameters(parameters.iter().copied()).expect("short parameters")
}

#[track_caller]
fn urls(base: &str) -> PageUrls {
    PageUrls::new(base).expect("a base URL")
}
