//! The configuration of a list.

use std::num::NonZeroU32;

use proptest::prelude::*;
use tokenfolio::{BaseUrlError, LinkStyle, PageRequest, Pagination, Paginator, ParameterNameError};
use url::{ParseError, Url};

use super::{MAX, assert_url, list};
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
        let pagination = Pagination::new(base).unwrap_or_else(|error| panic!("{base}: {error}"));
        assert_eq!(pagination.url(), path);
        let page = pagination.request("").unwrap().paginate(vec![()], 1);
        assert_eq!(page.first_url(), format!("{path}?page=1"));
    }
}

#[test]
fn an_invalid_base_is_rejected_with_the_reason() {
    let foreign = |c: &str| format!("base URL has the character {c}, which must be percent-encoded");
    let fragment = "base URL has a fragment: set it with `Pagination::with_fragment`";
    let no_scheme = "base URL begins with `//`: expected a scheme before it, or one `/`";
    let query = "base URL has a query: set parameters with `PageRequest::with_parameters`";
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
        let error = Pagination::new(base).expect_err(base);
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
        assert_eq!(Pagination::new(base), Err(error));
    }
}

#[test]
fn every_ascii_character_of_a_path_is_preserved_or_rejected() {
    for c in (0..=0x7f_u8).map(char::from) {
        let made = Pagination::new(&format!("/a{c}b"));
        match c {
            '?' => assert_eq!(made, Err(BaseUrlError::Query)),
            '#' => assert_eq!(made, Err(BaseUrlError::Fragment)),
            '%' => assert_eq!(made, Err(BaseUrlError::PercentSign)),
            // RFC 3986, section 3.3.
            _ if c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/".contains(c) => {
                assert_eq!(made.unwrap().url(), format!("/a{c}b"));
            }
            _ => assert_eq!(made, Err(BaseUrlError::Character(c))),
        }
    }
}

fn size(size: u32) -> NonZeroU32 {
    NonZeroU32::new(size).unwrap()
}

fn page_of(request: PageRequest) -> Paginator<()> {
    request.paginate(vec![()], u64::MAX)
}

#[test]
fn the_names_and_the_size_that_are_read_are_written() {
    let pagination = list().with_page_name("p").unwrap().with_client_size("per_page", size(100)).unwrap();
    let page = page_of(pagination.request("p=1&per_page=50").unwrap());
    assert_eq!((page.current_page(), page.per_page().get()), (1, 50));
    assert_eq!(page.next_url().as_deref(), Some("/t?per_page=50&p=2"));
    // `page` is another parameter now.
    assert_eq!(page_of(pagination.request("page=9").unwrap()).next_url().as_deref(), Some("/t?p=2"));
}

#[test]
fn a_size_is_in_the_links_only_if_the_client_chose_it() {
    let pagination = list().with_client_size("size", size(100)).unwrap();
    for (query, size) in [("", ""), ("size=20", "size=20&"), ("s%69ze=7&x=1", "size=7&")] {
        assert_eq!(page_of(pagination.request(query).unwrap()).first_url(), format!("/t?{size}page=1"), "{query}");
    }
    let lenient = pagination.lenient();
    for (query, size) in
        [("size=x", ""), ("size=0", ""), ("size=200", "size=100&"), ("size=%2B7", "size=7&"), ("+size=7", "size=7&")]
    {
        assert_eq!(page_of(lenient.request(query).unwrap()).first_url(), format!("/t?{size}page=1"), "{query}");
    }
}

#[test]
fn a_name_is_encoded() {
    for (name, written) in [
        ("p", "p"),
        ("page[number]", "page%5Bnumber%5D"),
        ("page.number", "page.number"),
        ("tokens_page", "tokens_page"),
        ("seite nr", "seite%20nr"),
        ("a&b=c#d", "a%26b%3Dc%23d"),
        ("página", "p%C3%A1gina"),
    ] {
        let pagination = list().with_page_name(name).unwrap();
        assert_eq!(page_of(pagination.request("").unwrap()).first_url(), format!("/t?{written}=1"));
        let pagination = list().with_page_name("z").unwrap().with_client_size(name, size(9)).unwrap();
        let page = page_of(pagination.request(&format!("{written}=7")).unwrap());
        assert_eq!(page.first_url(), format!("/t?{written}=7&z=1"));
    }
}

const NAMES: [&str; 14] = [
    "page",
    "page[]",
    "page[size]",
    "page.no",
    "page_no",
    "page no",
    " page_no",
    "page_no\0x",
    "PAGE",
    "per_page",
    "é",
    "é[a]",
    "a&b",
    "p",
];

/// The pairs of names that are read as one. The first is the second with brackets after it, or PHP reads the first as
/// the second.
const AMBIGUOUS: [(&str, &str); 7] = [
    ("page[]", "page"),
    ("page[size]", "page"),
    ("page.no", "page_no"),
    ("page no", "page_no"),
    (" page_no", "page_no"),
    ("page_no\0x", "page_no"),
    ("é[a]", "é"),
];

type NameSetter = fn(Pagination, &'static str) -> Result<Pagination, ParameterNameError>;

/// The setters that take the name of a parameter.
const NAME_SETTERS: [(&str, NameSetter); 6] = [
    ("page", |it, name| it.with_page_name(name)),
    ("cursor", |it, name| it.with_cursor_name(name)),
    ("size", |it, name| it.with_client_size(name, NonZeroU32::MAX)),
    ("status", |it, name| it.with_status_filter(name)),
    ("direction", |it, name| it.with_direction(name)),
    ("choice", |it, name| it.with_choice(name, &["x"])),
];

#[test]
fn ambiguous_names_are_rejected_in_either_order() {
    for (first, set_first) in NAME_SETTERS {
        for (second, set_second) in NAME_SETTERS {
            if first == second {
                continue;
            }
            for first_name in NAMES {
                for second_name in NAMES {
                    let is_ambiguous = first_name == second_name
                        || AMBIGUOUS.contains(&(first_name, second_name))
                        || AMBIGUOUS.contains(&(second_name, first_name));
                    // A request has a page or a cursor.
                    let is_ambiguous =
                        is_ambiguous && ![first, second].iter().all(|it| ["page", "cursor"].contains(it));
                    // The page parameter gets another name, because the default name could be ambiguous too.
                    let other = list().with_page_name("other").unwrap();
                    let set = set_first(other, first_name).and_then(|it| set_second(it, second_name));
                    assert_eq!(set.is_err(), is_ambiguous, "{first}: {first_name:?}, {second}: {second_name:?}");
                }
            }
        }
    }
}

#[test]
fn an_ambiguous_name_is_an_error_that_shows_both_and_an_empty_name_is_an_error() {
    let error = list().with_client_size("page", size(9)).unwrap_err();
    assert_eq!(error, ParameterNameError::Ambiguous("page".into(), "page".into()));
    let error = list().with_client_size("page[size]", size(9)).unwrap_err();
    assert_eq!(error.to_string(), "query parameters `page` and `page[size]` are ambiguous");
    for (setter, set) in NAME_SETTERS {
        assert_eq!(set(list(), ""), Err(ParameterNameError::Empty), "{setter}");
    }
    assert_eq!(ParameterNameError::Empty.to_string(), "name of a query parameter is empty");
}

type Setter = fn(Pagination) -> Pagination;

#[test]
fn a_pagination_is_the_same_after_any_order_of_setters() {
    let setters: [Setter; 12] = [
        |it| it.with_page_name("p").unwrap(),
        |it| it.with_client_size("n", size(9)).unwrap(),
        |it| it.with_per_page(size(5)),
        Pagination::lenient,
        Pagination::with_query_string,
        |it| it.with_max_query_len(7),
        |it| it.with_fragment("x"),
        |it| it.with_link_style(LinkStyle::laravel_entities()),
        |it| it.with_max_link_header_len(8),
        |it| it.with_status_filter("status").unwrap(),
        |it| it.with_direction("direction").unwrap(),
        |it| it.with_cursor_name("c").unwrap(),
    ];
    // An index in `made` is a set of setters: its bits are their positions. The pagination at this index is the result
    // of calling these setters.
    let mut made = vec![list()];
    for set in 1..1_usize << setters.len() {
        let members = (0..setters.len()).filter(|position| set >> position & 1 == 1);
        let last_applied: Vec<_> =
            members.map(|position| setters[position](made[set ^ 1 << position].clone())).collect();
        assert!(last_applied.iter().all(|pagination| *pagination == last_applied[0]), "{set:b}");
        made.extend(last_applied.into_iter().next());
    }
    // Each setter changes something. A second call of the same setter changes nothing.
    for set in setters {
        assert_ne!(set(list()), list());
        assert_eq!(set(set(list())), set(list()));
    }
}

#[test]
fn a_choice_of_a_service_is_added_each_time() {
    let pagination = list().with_choice("a", &["x"]).unwrap().with_choice("b", &["y"]).unwrap();
    let request = pagination.request("b=y&a=x").unwrap();
    assert_eq!((request.choice("a"), request.choice("b"), request.choice("c")), (Some("x"), Some("y"), None));
    assert_eq!(page_of(request).first_url(), "/t?a=x&b=y&page=1");
    assert!(pagination.with_choice("a", &["z"]).is_err());
}

#[test]
fn an_empty_fragment_is_none() {
    assert_eq!(list().with_fragment("x").with_fragment(""), list());
}

proptest! {
    /// The request for the next page reads the same size and parameters that the links of a page have.
    #[test]
    fn links_lead_to_their_page_with_the_same_size_and_the_same_parameters(
        page_name in prop_oneof!["[a-c]", any::<String>()],
        size_name in prop_oneof![Just("size".to_owned()), "[a-c]", any::<String>()],
        raw in prop_oneof!["([a-c]|size|%|&|=|\\[\\]|[0-9]){0,20}", any::<String>()],
        (is_lenient, preserves) in any::<(bool, bool)>(),
    ) {
        let pagination = list().with_page_name(page_name);
        let Ok(pagination) = pagination.and_then(|it| it.with_client_size(size_name, size(100))) else { return Ok(()) };
        let pagination = if is_lenient { pagination.lenient() } else { pagination };
        let pagination = if preserves { pagination.with_query_string() } else { pagination };
        let pagination = pagination.with_max_query_len(usize::MAX);
        let Ok(request) = pagination.request(&raw) else { return Ok(()) };
        let page = page_of(request);
        for (number, url) in [(Some(1), Some(page.first_url())), (page.current_page().checked_add(1), page.next_url())] {
            let (Some(number), Some(url)) = (number, url) else { continue };
            assert_url(&url);
            let query = url.split_once('?').unwrap().1;
            let next = pagination.request(query).unwrap();
            prop_assert_eq!((next.page(), next.per_page()), (number.min(MAX), page.per_page()), "{}", url);
            // The links of that page are the same.
            prop_assert_eq!(page_of(next).first_url(), page.first_url());
        }
    }

    #[test]
    fn two_names_are_rejected_or_each_reads_its_own_value(
        page_name in "[ab][\\[\\]. _b]{0,3}",
        size_name in "[ab][\\[\\]. _b]{0,3}",
        is_lenient in any::<bool>(),
    ) {
        let pagination = list().with_page_name(page_name.clone()).unwrap();
        let Ok(pagination) = pagination.with_client_size(size_name.clone(), size(9)) else { return Ok(()) };
        let pagination = if is_lenient { pagination.lenient() } else { pagination };
        let parameters = [(page_name, 2), (size_name, 7)].map(|(name, value)| format!("{}={value}", model::encode(&name, "")));
        for query in [parameters.join("&"), format!("{}&{}", parameters[1], parameters[0])] {
            let request = pagination.request(&query).unwrap();
            prop_assert_eq!((request.page(), request.per_page().get()), (2, 7), "{}", query);
        }
    }

    #[test]
    fn any_base_is_rejected_or_gives_urls(
        base in prop_oneof![any::<String>(), "(https?://[a-z.é:@]{0,5})?(/{0,3}[a-zé%?#]{0,2}){0,3}", "[/a-z:.@\\\\]{0,9}"],
    ) {
        if let Ok(pagination) = Pagination::new(&base) {
            let written = pagination.request("page=2").unwrap().paginate(vec![()], 40).last_url();
            let here = Url::parse("https://h.example/somewhere").unwrap();
            let url = here.join(&written).unwrap();
            prop_assert_eq!(url.query(), Some("page=2"));
            prop_assert_eq!((url.username(), url.password(), url.fragment()), ("", None, None));
            assert_url(&written);
            if base.is_ascii() {
                prop_assert!(base.starts_with(pagination.url()));
            }
            if base.starts_with('/') {
                prop_assert_eq!(url.host_str(), here.host_str());
            } else {
                prop_assert!(["http", "https"].contains(&url.scheme()));
            }
        }
    }
}
