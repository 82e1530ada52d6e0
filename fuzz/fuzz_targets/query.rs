//! A raw query as a request for a page, and the URLs of pages.
#![no_main]

use std::num::NonZeroU32;

use fluent_uri::UriRef;
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;
use tokenfolio::{LinkStyle, PageRequest, PageRules, PageUrls, Paginator, ParameterError};
use tokenfolio_fuzz::query;
use url::Url;

const BASE: &str = "https://h.example/t";
const MAX: u64 = PageRequest::MAX_PAGE;
const MAX_SIZE: u32 = 100;

fuzz_target!(|text: &str| {
    // The first line is the name of the page parameter, the second is the fragment, the rest is the query.
    let mut lines = text.splitn(3, '\n');
    let name = lines.next().unwrap_or_default();
    let fragment = lines.next().unwrap_or_default();
    let raw = lines.next().unwrap_or_default();
    let request = read(raw, name);
    write(raw, name, fragment, request);
    set(raw, name, fragment);
});

/// A query is read by the rules, and the request is in range.
fn read(raw: &str, name: &str) -> PageRequest {
    let rules = PageRules::default().with_page_name(name.to_owned());
    let rules = rules.with_client_size("size", NonZeroU32::new(MAX_SIZE).expect("not zero"));
    let numbers = |request: PageRequest| (request.page(), u64::from(request.per_page().get()));

    let strict = PageRequest::from_query(raw, &rules);
    let page = query::strict(raw, name, MAX);
    let size = query::strict(raw, "size", MAX_SIZE.into());
    match &strict {
        Ok(request) => {
            assert_eq!(numbers(*request), (page.unwrap().unwrap_or(1), size.unwrap().unwrap_or(20)));
        }
        Err(error) => {
            let invalid = [page.map_err(|_| name), size.map_err(|_| "size")].into_iter().filter_map(Result::err);
            assert!(invalid.eq(error.parameters().iter().map(ParameterError::parameter)), "{error}");
        }
    }

    let request = PageRequest::from_query(raw, &rules.lenient()).expect("lenient rules accept every query");
    let page = query::lenient(raw, name, MAX, None).unwrap_or(1);
    let size = query::lenient(raw, "size", MAX_SIZE.into(), Some(MAX_SIZE.into())).unwrap_or(20);
    assert_eq!(numbers(request), (page, size));
    let offset = u128::from(page - 1) * u128::from(size);
    assert_eq!(request.offset(), u64::try_from(offset).unwrap_or(u64::MAX));
    strict.unwrap_or(request)
}

/// Preserved parameters are unchanged, the page is the last parameter and appears once, and a link is read as its page.
fn write(raw: &str, name: &str, fragment: &str, request: PageRequest) {
    let urls = PageUrls::new(BASE).expect("a base").with_page_name(name.to_owned()).with_fragment(fragment);
    let urls = urls.with_max_query_len(usize::MAX);
    let preserved = query::preserved(raw, |known| !query::is_or_is_in(known, name));
    let all = urls.clone().with_query_string(raw).expect("a query of any length");
    let rules = PageRules::default().with_page_name(name.to_owned());
    for page in [1, request.page(), MAX] {
        let text = all.url(page);
        let url = Url::parse(&text).expect("a URL");
        assert!(UriRef::parse(&*text).is_ok(), "{text}");
        assert_eq!((url.host_str(), url.path()), (Some("h.example"), "/t"));

        let (rest, written) = text.split_once('#').unwrap_or((&text, ""));
        assert!(percent_decode_str(written).eq(percent_decode_str(fragment)), "{fragment:?} is {written:?}");
        let number = format!("{}={page}", query::encode(name));
        assert_eq!(rest, format!("{BASE}?{preserved}{number}"));
        let query = rest.split_once('?').expect("a query").1;
        let pages = query::parameters(query).into_iter().filter(|(_, known, _)| known == name.as_bytes());
        assert_eq!(pages.count(), 1, "{text}");

        for rules in [rules.clone(), rules.clone().lenient()] {
            assert_eq!(PageRequest::from_query(query, &rules).map(PageRequest::page), Ok(page), "{text}");
        }
        assert_eq!(urls.clone().with_query_string(query).expect("a query").url(page), text);

        let one = urls.clone().with_preserved_parameter(raw, "size").expect("a query").url(page);
        let preserved = query::preserved(raw, |known| known == b"size" && !query::is_or_is_in(known, name));
        assert_eq!(one.split('#').next(), Some(&*format!("{BASE}?{preserved}{number}")));
    }

    let style = LinkStyle::default().with_max_header_len(usize::MAX);
    let header = Paginator::new(vec![()], u64::MAX, request, all).with_style(style).link_header();
    let header = header.expect("a header of any length");
    let header = header.to_str().expect("visible ASCII");
    for (mark, count) in [("<", "; rel="), (">", "; rel="), ("\"", "; rel=\"")] {
        let times = if mark == "\"" { 2 } else { 1 };
        assert_eq!(header.matches(mark).count(), times * header.matches(count).count(), "{header}");
    }
}

/// A parameter that is set appears once, with its value, and other parameters are unchanged.
fn set(raw: &str, name: &str, parameter: &str) {
    let urls = PageUrls::new("/t").expect("a base").with_page_name(name.to_owned()).with_max_query_len(usize::MAX);
    let urls = urls.with_query_string(raw).expect("a query of any length");
    let url_before = urls.url(1);
    let url_after = urls.with_parameters([(parameter, raw)]).expect("a query of any length").url(1);
    if parameter == name {
        assert_eq!(url_before, url_after);
        return;
    }
    let before = query::parameters(url_before.split_once('?').expect("a query").1);
    let after = query::parameters(url_after.split_once('?').expect("a query").1);
    let is_it = |(_, known, _): &&(&str, Vec<u8>, Vec<u8>)| known == parameter.as_bytes();
    let set: Vec<_> = after.iter().filter(is_it).collect();
    assert!(matches!(&*set, [(.., value)] if value == raw.as_bytes()), "{after:?}");
    assert!(before.iter().filter(|known| !is_it(known)).eq(after.iter().filter(|known| !is_it(known))));
    let index = before.iter().position(|known| is_it(&known)).unwrap_or(before.len() - 1);
    assert_eq!(after.iter().position(|known| is_it(&known)), Some(index));
}
