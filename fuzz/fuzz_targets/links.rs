//! Lines of bytes as `Link` headers, and the next URL of a client.
#![no_main]

use http::HeaderMap;
use http::header::{HeaderValue, LINK};
use libfuzzer_sys::fuzz_target;
use tokenfolio::{NextUrlError, PageLinks, PageRequest, PageWalk};
use tokenfolio_fuzz::{links, query};
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    // The first line is the name of the page parameter, the second is the query of the request, the others are headers.
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let name = String::from_utf8_lossy(lines.next().unwrap_or_default());
    let query = String::from_utf8_lossy(lines.next().unwrap_or_default());
    let values: Vec<_> = lines.filter_map(|line| HeaderValue::from_bytes(line).ok()).collect();
    let read = PageLinks::from_headers(&values.iter().map(|value| (LINK, value.clone())).collect::<HeaderMap>());

    let bytes: Vec<_> = values.iter().map(HeaderValue::as_bytes).collect();
    assert_eq!(read.first, links::target(&bytes, &["first"]));
    assert_eq!(read.last, links::target(&bytes, &["last"]));
    assert_eq!(read.prev, links::target(&bytes, &["prev", "previous"]));
    assert_eq!(read.next, links::target(&bytes, &["next"]));

    let requested = Url::parse(&format!("https://h.example/t?{query}")).expect("a URL");
    check_next_url(&read, &requested, &name);
    check_end(&read, &requested);
});

/// A walk ends if it always receives the same link, also with the option `on_own_url`.
fn check_end(links: &PageLinks, requested: &Url) {
    for walk in [PageWalk::new(requested.clone()), PageWalk::new(requested.clone()).on_own_url()] {
        let mut walk = walk;
        let has_advanced = [(); 3].map(|()| walk.advance(links) == Ok(true));
        assert_eq!(walk.url().origin(), requested.origin());
        assert!(!has_advanced[1] && !has_advanced[2], "{} was requested twice", walk.url());
    }
}

/// A next page has the same origin and is ahead, or the error is correct.
fn check_next_url(links: &PageLinks, requested: &Url, name: &str) {
    let url = links.next.as_ref().map(|link| requested.join(link));
    let page =
        |url: &Url| query::lenient(url.query().unwrap_or_default(), name, PageRequest::MAX_PAGE, None).unwrap_or(1);
    let origin = |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default());
    let has_userinfo = |url: &Url| !url.username().is_empty() || url.password().is_some();
    let may_have_cursor = |url: &Url| url.query_pairs().any(|(name, _)| name.contains("cursor"));
    let mut walk = PageWalk::new(requested.clone()).with_page_name(name);
    match (walk.advance(links), url) {
        (Ok(false), None) => assert_eq!(walk.url(), requested),
        (Ok(true), Some(Ok(url))) => {
            let next = walk.url();
            assert_eq!(*next, url);
            assert_eq!(origin(next), origin(requested));
            assert!(page(next) > page(requested) || may_have_cursor(next), "{next} after {requested}");
            assert!(!has_userinfo(next), "{next}");
        }
        (Err(NextUrlError::Malformed(error)), Some(url)) => assert_eq!(Some(error), url.err()),
        (Err(NextUrlError::NotAhead { asked: from, next }), Some(Ok(url))) => {
            assert_eq!((from, next), (page(requested), page(&url)));
            assert!(next <= from);
        }
        (Err(NextUrlError::OtherOrigin { .. }), Some(Ok(url))) => assert_ne!(origin(&url), origin(requested)),
        (Err(NextUrlError::SeenCursor), Some(Ok(url))) => {
            assert!(may_have_cursor(&url) && may_have_cursor(requested), "{url} after {requested}");
        }
        (Err(NextUrlError::Userinfo), Some(Ok(url))) => assert!(has_userinfo(&url), "{url}"),
        other => panic!("{other:?}"),
    }
}
