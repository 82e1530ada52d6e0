//! Lines of bytes as `Link` fields, and where they lead a client on.
#![no_main]

use http::HeaderMap;
use http::header::{HeaderValue, LINK};
use libfuzzer_sys::fuzz_target;
use tokenfolio::{NextUrlError, PageLinks, PageRequest};
use tokenfolio_fuzz::{links, query};
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    // The first line names the page parameter, the second is the query that was asked, the others are fields.
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let [name, asked] = [(); 2].map(|()| String::from_utf8_lossy(lines.next().unwrap_or_default()));
    let values: Vec<_> = lines.filter_map(|line| HeaderValue::from_bytes(line).ok()).collect();
    let read = PageLinks::from_headers(&values.iter().map(|value| (LINK, value.clone())).collect::<HeaderMap>());

    let fields: Vec<_> = values.iter().map(HeaderValue::as_bytes).collect();
    assert_eq!(read.first, links::target(&fields, &["first"]));
    assert_eq!(read.last, links::target(&fields, &["last"]));
    assert_eq!(read.prev, links::target(&fields, &["prev", "previous"]));
    assert_eq!(read.next, links::target(&fields, &["next"]));

    let asked = Url::parse(&format!("https://h.example/t?{asked}")).expect("a URL");
    follow(&read, &asked, &name);
});

/// A next page is on the same origin and ahead, or the reason is true why it is not asked.
fn follow(links: &PageLinks, asked: &Url, name: &str) {
    let url = links.next.as_ref().map(|link| asked.join(link));
    let page =
        |url: &Url| query::lenient(url.query().unwrap_or_default(), name, PageRequest::MAX_PAGE, None).unwrap_or(1);
    let origin = |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default());
    let has_userinfo = |url: &Url| !url.username().is_empty() || url.password().is_some();
    match (links.next_url(asked, name), url) {
        (Ok(None), None) => {}
        (Ok(Some(next)), Some(Ok(url))) => {
            assert_eq!(next, url);
            assert_eq!(origin(&next), origin(asked));
            assert!(page(&next) > page(asked) && !has_userinfo(&next), "{next} after {asked}");
        }
        (Err(NextUrlError::Malformed(error)), Some(url)) => assert_eq!(Some(error), url.err()),
        (Err(NextUrlError::NotAhead { asked: from, next }), Some(Ok(url))) => {
            assert_eq!((from, next), (page(asked), page(&url)));
            assert!(next <= from);
        }
        (Err(NextUrlError::OtherOrigin { .. }), Some(Ok(url))) => assert_ne!(origin(&url), origin(asked)),
        (Err(NextUrlError::Userinfo), Some(Ok(url))) => assert!(has_userinfo(&url), "{url}"),
        other => panic!("{other:?}"),
    }
}
