//! The URL of the next page.

use http::header::{HeaderMap, HeaderValue, LINK};
use proptest::prelude::*;
use tokenfolio::{NextUrlError, PageLinks, PageRequest};
use url::Url;

const REQUESTED: &str = "https://api.example.com/v1/tokens?page=2";

#[track_caller]
fn links_to(next: &str) -> PageLinks {
    let mut links = PageLinks::default();
    links.next = Some(next.to_owned());
    links
}

#[track_caller]
fn next(asked: &str, link: &str) -> Result<String, NextUrlError> {
    let url = links_to(link).next_url(&Url::parse(asked).unwrap(), "page")?;
    Ok(url.expect("there is a link").into())
}

#[test]
fn the_last_page_has_no_next() {
    assert_eq!(PageLinks::default().next_url(&Url::parse(REQUESTED).unwrap(), "page"), Ok(None));
}

#[test]
fn a_link_resolves_against_the_requested_url() {
    for (link, expected) in [
        ("https://api.example.com/v1/tokens?page=3", "https://api.example.com/v1/tokens?page=3"),
        ("HTTPS://API.example.com:443/v1/tokens?page=3", "https://api.example.com/v1/tokens?page=3"),
        ("//api.example.com/x?page=3", "https://api.example.com/x?page=3"),
        ("/v1/tokens?sort=-id&page=3#list", "https://api.example.com/v1/tokens?sort=-id&page=3#list"),
        ("?page=3", "https://api.example.com/v1/tokens?page=3"),
        ("tokens?page=10", "https://api.example.com/v1/tokens?page=10"),
        ("../v2/tokens?page=3", "https://api.example.com/v2/tokens?page=3"),
    ] {
        assert_eq!(next(REQUESTED, link).as_deref(), Ok(expected), "{link}");
    }
}

#[test]
fn a_link_to_another_origin_is_rejected() {
    for (link, origin) in [
        ("https://evil.example/v1/tokens?page=3", "https://evil.example"),
        ("//evil.example?page=3", "https://evil.example"),
        ("\\\\evil.example?page=3", "https://evil.example"),
        ("/\t/evil.example?page=3", "https://evil.example"),
        ("http://api.example.com/v1/tokens?page=3", "http://api.example.com"),
        ("https://api.example.com:8443/v1/tokens?page=3", "https://api.example.com:8443"),
        ("https://api.example.com.evil.example?page=3", "https://api.example.com.evil.example"),
        ("https://api.example.com@evil.example?page=3", "https://evil.example"),
        ("https://еxample.com?page=3", "https://xn--xample-2of.com"),
        ("file:///etc/passwd?page=3", "null"),
        ("javascript:alert(1)?page=3", "null"),
        ("blob:https://api.example.com/t?page=3", "null"),
        ("ws://api.example.com/t?page=3", "null"),
        ("ftp://api.example.com/t?page=3", "null"),
        ("custom://api.example.com:443/t?page=3", "null"),
    ] {
        let error = next(REQUESTED, link).expect_err(link);
        assert_eq!(error.to_string(), format!("next link leads to {origin}, expected https://api.example.com"));
        let asked = "https://api.example.com".to_owned();
        assert_eq!(error, NextUrlError::OtherOrigin { asked, next: origin.to_owned() });
    }
    let upgrade = next("http://api.example.com/t", "https://api.example.com/t?page=2").unwrap_err();
    assert_eq!(upgrade.to_string(), "next link leads to https://api.example.com, expected http://api.example.com");
}

#[test]
fn the_origin_of_a_link_does_not_depend_on_its_spelling() {
    for link in [
        "https://API.EXAMPLE.COM:443/?page=3",
        "https:\\\\api.example.com\\?page=3",
        "https://%61pi.example.com/?page=3",
    ] {
        assert!(next(REQUESTED, link).is_ok(), "{link}");
    }
    let asked = "http://[::1]:8080/t";
    assert!(next(asked, "http://[0:0:0:0:0:0:0:1]:8080/?page=2").is_ok());
    let error = next(asked, "http://[::1]/?page=2").unwrap_err();
    assert_eq!(error.to_string(), "next link leads to http://[::1], expected http://[::1]:8080");
}

/// Reading the origin of such a URL would parse the URL inside it, one call for each level.
#[test]
fn a_blob_in_a_blob_does_not_overflow_the_stack() {
    let nested = format!("{}https://api.example.com/t?page=3", "blob:".repeat(10_000));
    for asked in [REQUESTED, &nested] {
        let error = next(asked, &nested).unwrap_err();
        assert!(matches!(&error, NextUrlError::OtherOrigin { next, .. } if next == "null"), "{error:?}");
    }
}

/// URLs without a host never have the same origin.
#[test]
fn a_url_without_an_origin_has_no_next() {
    assert!(matches!(next("data:text/plain,x", "data:text/plain,x?page=2"), Err(NextUrlError::OtherOrigin { .. })));
    let error = next("data:text/plain,x", "?page=2").unwrap_err();
    assert_eq!(error.to_string(), "next link is no URL: relative URL with a cannot-be-a-base base");
}

#[test]
fn a_link_with_credentials_is_rejected() {
    for link in
        ["https://u@api.example.com/?page=3", "https://:p@api.example.com/?page=3", "//u:p@api.example.com?page=3"]
    {
        let error = next(REQUESTED, link).expect_err(link);
        assert_eq!(error, NextUrlError::Userinfo, "{link}");
        assert_eq!(error.to_string(), "next link has a user name or password of its own");
    }
    // A client may send its own credentials.
    assert_eq!(next("https://u:p@h.example/t", "?page=2").as_deref(), Ok("https://u:p@h.example/t?page=2"));
    assert_eq!(next("https://u:p@h.example/t", "//h.example/t?page=2"), Err(NextUrlError::Userinfo));
}

#[test]
fn a_link_that_is_not_a_url_is_rejected() {
    for (link, reason) in [
        ("https://", "empty host"),
        ("//[::1?page=3", "invalid IPv6 address"),
        ("https://h:99999/?page=3", "invalid port number"),
    ] {
        assert_eq!(next(REQUESTED, link).expect_err(link).to_string(), format!("next link is no URL: {reason}"));
    }
}

#[test]
fn a_page_that_is_not_ahead_is_rejected() {
    let asked = |query: &str| format!("https://h.example/t{query}");
    for (query, link, numbers) in [
        ("?page=2", "?page=2", (2, 2)),
        ("?page=2", "?page=1", (2, 1)),
        ("?page=2", "", (2, 2)),
        ("?page=2", "#top", (2, 2)),
        ("?page=2", "/t", (2, 1)),
        ("?page=2", "?sort=-id", (2, 1)),
        ("", "?page=1", (1, 1)),
        ("?page=x", "?page=1", (1, 1)),
        ("?page=10", "?page=9", (10, 9)),
        // The last value wins, in both URLs.
        ("?page=2&page=5", "?page=3", (5, 3)),
        ("?page=2", "?page=3&page=1", (2, 1)),
        ("?p%61ge=%35", "?page=3", (5, 3)),
        // The value is not a page number.
        ("?page=2", "?page=03", (2, 1)),
        ("?page=2", "?page=-3", (2, 1)),
        ("?page=2", "?page=3e9", (2, 1)),
        ("?page=2", "?page=9223372036854775808", (2, 1)),
        ("?page=9223372036854775807", "?page=9223372036854775807", (PageRequest::MAX_PAGE, PageRequest::MAX_PAGE)),
        // Another parameter is not the page.
        ("?page=2", "?PAGE=3", (2, 1)),
        ("?page=2", "?page[number]=3", (2, 1)),
    ] {
        let error = next(&asked(query), link).expect_err(link);
        assert_eq!(error, NextUrlError::NotAhead { asked: numbers.0, next: numbers.1 }, "{query} {link}");
        let text = format!("next link leads to page {}, expected one above {}", numbers.1, numbers.0);
        assert_eq!(error.to_string(), text);
    }
    for (query, link) in [("", "?page=2"), ("?page=0", "?page=2"), ("?page=2", "?page=9223372036854775807")] {
        assert!(next(&asked(query), link).is_ok(), "{query} {link}");
    }
}

#[test]
fn the_page_parameter_may_have_another_name() {
    let asked = Url::parse("https://h.example/t?p%5Bn%5D=2&page=9").unwrap();
    let url = links_to("?page=1&p[n]=3").next_url(&asked, "p[n]").unwrap();
    assert_eq!(url.as_ref().map(Url::as_str), Some("https://h.example/t?page=1&p[n]=3"));
    assert_eq!(links_to("?page=10&p[n]=2").next_url(&asked, "p[n]"), Err(NextUrlError::NotAhead { asked: 2, next: 2 }));
}

#[test]
fn a_link_header_is_followed_like_an_envelope() {
    let headers = HeaderMap::from_iter([(LINK, HeaderValue::from_static("</t?page=2>; rel=next"))]);
    let url = PageLinks::from_headers(&headers).next_url(&Url::parse("https://h.example/t").unwrap(), "page");
    assert_eq!(url.unwrap().map(String::from).as_deref(), Some("https://h.example/t?page=2"));
}

proptest! {
    /// Page numbers rise with every link, so a client that follows links stops.
    #[test]
    fn pages_rise_on_one_origin_for_any_links(
        links in prop::collection::vec(
            prop_oneof![
                any::<String>(),
                (any::<String>(), 0..9_u64).prop_map(|(text, page)| format!("?{text}&page={page}")),
                (any::<String>(), any::<u64>()).prop_map(|(text, page)| format!("/{text}?page={page}#{text}")),
            ],
            0..20,
        ),
    ) {
        let number = |url: &Url| {
            let last = url.query_pairs().filter(|(name, _)| name == "page").last();
            last.and_then(|(_, value)| value.trim().parse::<u64>().ok()).unwrap_or(1)
        };
        let mut asked = Url::parse(REQUESTED).unwrap();
        for link in links {
            if let Ok(url) = links_to(&link).next_url(&asked, "page") {
                let url = url.expect("there is a link");
                prop_assert!(number(&url) > number(&asked), "{} after {}", url, asked);
                prop_assert_eq!(url.origin(), asked.origin());
                prop_assert_eq!((url.username(), url.password()), ("", None));
                asked = url;
            }
        }
    }
}
