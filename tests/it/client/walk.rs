//! The walk from page to page.

use http::header::{HeaderMap, HeaderValue, LINK};
use proptest::prelude::*;
use tokenfolio::{NextUrlError, PageLinks, PageRequest, PageWalk};
use url::Url;

const REQUESTED: &str = "https://api.example.com/v1/tokens?page=2";

#[track_caller]
fn links_to(next: &str) -> PageLinks {
    let mut links = PageLinks::default();
    links.next = Some(next.to_owned());
    links
}

#[track_caller]
fn next(requested: &str, link: &str) -> Result<String, NextUrlError> {
    let mut walk = PageWalk::new(Url::parse(requested).unwrap());
    let before = walk.url().clone();
    let result = walk.advance(&links_to(link));
    if result.is_err() {
        assert_eq!(walk.url(), &before);
    }
    assert!(result?);
    Ok(walk.url().to_string())
}

#[test]
fn the_last_page_has_no_next() {
    let mut walk = PageWalk::new(Url::parse(REQUESTED).unwrap());
    assert_eq!(walk.advance(&PageLinks::default()), Ok(false));
    assert_eq!(walk.url().as_str(), REQUESTED);
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
        let requested = "https://api.example.com".to_owned();
        assert_eq!(error, NextUrlError::OtherOrigin { asked: requested, next: origin.to_owned() });
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
    let requested = "http://[::1]:8080/t";
    assert!(next(requested, "http://[0:0:0:0:0:0:0:1]:8080/?page=2").is_ok());
    let error = next(requested, "http://[::1]/?page=2").unwrap_err();
    assert_eq!(error.to_string(), "next link leads to http://[::1], expected http://[::1]:8080");
}

/// Reading the origin of such a URL would parse the URL inside it, one call for each level.
#[test]
fn a_blob_in_a_blob_does_not_overflow_the_stack() {
    let nested = format!("{}https://api.example.com/t?page=3", "blob:".repeat(10_000));
    for requested in [REQUESTED, &nested] {
        let error = next(requested, &nested).unwrap_err();
        assert!(matches!(&error, NextUrlError::OtherOrigin { next, .. } if next == "null"), "{error:?}");
    }
}

/// URLs without a host never have the same origin.
#[test]
fn a_url_without_an_origin_has_no_next() {
    assert!(matches!(next("data:text/plain,x", "data:text/plain,x?page=2"), Err(NextUrlError::OtherOrigin { .. })));
    let error = next("data:text/plain,x", "?page=2").unwrap_err();
    assert_eq!(error.to_string(), "next link is not a URL: relative URL with a cannot-be-a-base base");
}

#[test]
fn a_link_with_credentials_is_rejected() {
    for link in
        ["https://u@api.example.com/?page=3", "https://:p@api.example.com/?page=3", "//u:p@api.example.com?page=3"]
    {
        let error = next(REQUESTED, link).expect_err(link);
        assert_eq!(error, NextUrlError::Userinfo, "{link}");
        assert_eq!(error.to_string(), "next link does not have the user name and password of the requested URL");
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
        assert_eq!(next(REQUESTED, link).expect_err(link).to_string(), format!("next link is not a URL: {reason}"));
    }
}

#[test]
fn a_page_that_is_not_ahead_is_rejected() {
    let requested = |query: &str| format!("https://h.example/t{query}");
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
        let error = next(&requested(query), link).expect_err(link);
        assert_eq!(error, NextUrlError::NotAhead { asked: numbers.0, next: numbers.1 }, "{query} {link}");
        let text = format!("next link leads to page {}, expected one above {}", numbers.1, numbers.0);
        assert_eq!(error.to_string(), text);
    }
    for (query, link) in [("", "?page=2"), ("?page=0", "?page=2"), ("?page=2", "?page=9223372036854775807")] {
        assert!(next(&requested(query), link).is_ok(), "{query} {link}");
    }
}

#[test]
fn the_page_parameter_may_have_another_name() {
    let requested = Url::parse("https://h.example/t?p%5Bn%5D=2&page=9").unwrap();
    let mut walk = PageWalk::new(requested).with_page_name("p[n]");
    let error = NextUrlError::NotAhead { asked: 2, next: 2 };
    assert_eq!(walk.advance(&links_to("?page=10&p[n]=2")), Err(error));
    assert_eq!(walk.advance(&links_to("?page=1&p[n]=3")), Ok(true));
    assert_eq!(walk.url().as_str(), "https://h.example/t?page=1&p[n]=3");
}

#[test]
fn a_link_header_is_followed_like_an_envelope() {
    let headers = HeaderMap::from_iter([(LINK, HeaderValue::from_static("</t?page=2>; rel=next"))]);
    let mut walk = PageWalk::new(Url::parse("https://h.example/t").unwrap());
    assert_eq!(walk.advance(&PageLinks::from_headers(&headers)), Ok(true));
    assert_eq!(walk.url().as_str(), "https://h.example/t?page=2");
}

#[test]
fn a_cursor_is_followed_once() {
    let mut walk = PageWalk::new(Url::parse("https://h.example/t?cursor=a").unwrap());
    let advance = |walk: &mut PageWalk, link: &str| walk.advance(&links_to(link));
    assert_eq!(advance(&mut walk, "?cursor=a"), Err(NextUrlError::SeenCursor));
    assert_eq!(advance(&mut walk, "?cursor=b"), Ok(true));
    assert_eq!(advance(&mut walk, "?c%75rsor=%61"), Err(NextUrlError::SeenCursor));
    assert_eq!(advance(&mut walk, "?cursor=b"), Err(NextUrlError::SeenCursor));
    // The last duplicate wins.
    assert_eq!(advance(&mut walk, "?cursor=c&cursor=b"), Err(NextUrlError::SeenCursor));
    assert_eq!(advance(&mut walk, "?cursor=b&cursor=c"), Ok(true));
    assert_eq!(walk.url().as_str(), "https://h.example/t?cursor=b&cursor=c");
    assert_eq!(NextUrlError::SeenCursor.to_string(), "next link has a cursor that was requested before");
    // Other parameters are not cursors.
    assert_eq!(advance(&mut walk, "?CURSOR=d"), Err(NextUrlError::NotAhead { asked: 1, next: 1 }));
    assert_eq!(advance(&mut walk, "?cursor[]=d"), Err(NextUrlError::NotAhead { asked: 1, next: 1 }));
}

#[test]
fn the_cursor_parameter_may_have_another_name() {
    let mut walk = PageWalk::new(Url::parse("https://h.example/t").unwrap()).with_cursor_name("after");
    let error = NextUrlError::NotAhead { asked: 1, next: 1 };
    assert_eq!(walk.advance(&links_to("?cursor=a")), Err(error));
    assert_eq!(walk.advance(&links_to("?after=a")), Ok(true));
    assert_eq!(walk.advance(&links_to("?after=a")), Err(NextUrlError::SeenCursor));
}

/// The links of a list that is walked by number can preserve a parameter `cursor`.
#[test]
fn a_page_that_is_ahead_may_have_the_same_cursor() {
    let mut walk = PageWalk::new(Url::parse("https://h.example/t?cursor=x").unwrap());
    for page in 2..5 {
        assert_eq!(walk.advance(&links_to(&format!("?cursor=x&page={page}"))), Ok(true));
    }
}

/// A cursor may lead to a lower page number. The walk must not begin again from there.
#[test]
fn no_page_is_requested_again_after_a_cursor() {
    for own_url in [false, true] {
        let mut walk = PageWalk::new(Url::parse("https://h.example/t").unwrap());
        if own_url {
            walk = walk.on_own_url();
        }
        assert_eq!(walk.advance(&links_to("?page=2")), Ok(true));
        assert_eq!(walk.advance(&links_to("?page=3")), Ok(true));
        assert_eq!(walk.advance(&links_to("?cursor=a&page=1")), Ok(true));
        for page in 2..=3 {
            let error = NextUrlError::NotAhead { asked: 3, next: page };
            assert_eq!(walk.advance(&links_to(&format!("?page={page}"))), Err(error));
        }
        assert_eq!(walk.advance(&links_to("?page=4")), Ok(true));
    }
}

#[test]
fn a_walk_on_its_own_url_takes_only_the_position_from_a_link() {
    for (requested, link, expected) in [
        ("https://h.example/t", "http://10.0.0.7:8080/other?page=2", "https://h.example/t?page=2"),
        ("https://h.example/t?sort=a%20b", "/?page=2&sort=z", "https://h.example/t?sort=a+b&page=2"),
        ("https://h.example/t?page=2&x=1", "?page=3", "https://h.example/t?x=1&page=3"),
        ("https://h.example/t?page=2&page=9", "?page=10", "https://h.example/t?page=10"),
        ("https://h.example/t#f", "//evil.example/?cursor=a%2Bb", "https://h.example/t?cursor=a%2Bb#f"),
        ("https://u:p@h.example/t", "https://x:y@evil.example/?page=2", "https://u:p@h.example/t?page=2"),
    ] {
        let mut walk = PageWalk::new(Url::parse(requested).unwrap()).on_own_url();
        assert_eq!(walk.advance(&links_to(link)), Ok(true), "{link}");
        assert_eq!(walk.url().as_str(), expected);
    }
    let mut walk = PageWalk::new(Url::parse(REQUESTED).unwrap()).on_own_url();
    let error = NextUrlError::NotAhead { asked: 2, next: 1 };
    assert_eq!(walk.advance(&links_to("http://evil.example/?page=1")), Err(error));
    assert!(matches!(walk.advance(&links_to("https://[")), Err(NextUrlError::Malformed(_))));
    assert_eq!(walk.advance(&PageLinks::default()), Ok(false));
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
                "\\?cursor=[ab]{0,2}(&page=[1-3])?",
            ],
            0..20,
        ),
    ) {
        let number = |url: &Url| {
            let last = url.query_pairs().filter(|(name, _)| name == "page").last();
            last.and_then(|(_, value)| value.trim().parse::<u64>().ok()).unwrap_or(1)
        };
        for own_url in [false, true] {
            let mut walk = PageWalk::new(Url::parse(REQUESTED).unwrap());
            if own_url {
                walk = walk.on_own_url();
            }
            // Each step has a higher page, or a cursor that was not requested before.
            let mut cursors = Vec::new();
            for link in &links {
                let requested = walk.url().clone();
                let Ok(is_ahead) = walk.advance(&links_to(link)) else { continue };
                prop_assert!(is_ahead);
                let url = walk.url();
                let cursor = url.query_pairs().filter(|(name, _)| name == "cursor").last();
                if number(url) <= number(&requested) {
                    let cursor = cursor.expect("a page that is not ahead has a cursor").1.into_owned();
                    prop_assert!(!cursors.contains(&cursor), "{} after {}", url, requested);
                    cursors.push(cursor);
                }
                prop_assert_eq!(url.origin(), requested.origin());
                prop_assert_eq!((url.username(), url.password()), ("", None));
                if own_url {
                    prop_assert_eq!(url.path(), requested.path());
                }
            }
        }
    }
}
