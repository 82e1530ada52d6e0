//! A raw query as a request for a page, and the URLs of pages.
#![no_main]

use std::num::NonZeroU32;

use fluent_uri::UriRef;
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;
use tokenfolio::{PageRequest, Pagination, Paginator, ParameterError, ParameterNameError};
use tokenfolio_fuzz::query;
use url::Url;

const BASE: &str = "https://h.example/t";
const MAX: u64 = PageRequest::MAX_PAGE;
const MAX_SIZE: NonZeroU32 = NonZeroU32::new(100).expect("100 is not zero");

fuzz_target!(|text: &str| {
    // The first line is the name of the page parameter, the second is the fragment, the rest is the query.
    let mut lines = text.splitn(3, '\n');
    let name = lines.next().unwrap_or_default();
    let fragment = lines.next().unwrap_or_default();
    let raw = lines.next().unwrap_or_default();
    let Some(pagination) = named(name) else { return };
    let pagination = pagination.with_fragment(fragment);
    let is_strict = read(raw, name, &pagination);
    let pagination = if is_strict { pagination } else { pagination.lenient() };
    write(raw, name, fragment, &pagination, is_strict);
    set(raw, name, fragment, pagination.lenient());
});

/// A name is rejected if it is empty, or if a parameter can be both the page and the size.
fn named(name: &str) -> Option<Pagination> {
    let pagination = Pagination::new(BASE).expect("a URL");
    let pagination = pagination.with_max_query_len(usize::MAX).with_max_link_header_len(usize::MAX);
    let page_first =
        pagination.clone().with_page_name(name.to_owned()).and_then(|named| named.with_client_size("size", MAX_SIZE));
    let size_first = pagination.with_client_size("size", MAX_SIZE).expect("another name than the page");
    assert_eq!(page_first, size_first.with_page_name(name.to_owned()));
    match &page_first {
        Ok(_) => assert!(!name.is_empty() && !query::are_ambiguous(name, "size")),
        Err(ParameterNameError::Empty) => assert_eq!(name, ""),
        Err(_) => assert!(query::are_ambiguous(name, "size")),
    }
    page_first.ok()
}

/// A query is read by the rules, and the request is in range. Returns whether a strict pagination accepts the query.
fn read(raw: &str, name: &str, pagination: &Pagination) -> bool {
    let numbers = |request: &PageRequest| (request.page(), u64::from(request.per_page().get()));

    let strict = pagination.request(raw);
    let page = query::strict(raw, name, MAX);
    let size = query::strict(raw, "size", MAX_SIZE.get().into());
    match &strict {
        Ok(request) => {
            assert_eq!(numbers(request), (page.unwrap().unwrap_or(1), size.unwrap().unwrap_or(20)));
        }
        Err(error) => {
            let invalid = [page.map_err(|_| name), size.map_err(|_| "size")].into_iter().filter_map(Result::err);
            assert!(invalid.eq(error.parameters().iter().map(ParameterError::parameter)), "{error}");
        }
    }

    let request = pagination.clone().lenient().request(raw).expect("a lenient pagination accepts every query");
    let page = query::lenient(raw, name, MAX, None).unwrap_or(1);
    let size = lenient_size(raw).unwrap_or(20);
    assert_eq!(numbers(&request), (page, size));
    let offset = u128::from(page - 1) * u128::from(size);
    assert_eq!(request.offset(), u64::try_from(offset).unwrap_or(u64::MAX));
    strict.is_ok()
}

fn lenient_size(raw: &str) -> Option<u64> {
    let max = u64::from(MAX_SIZE.get());
    query::lenient(raw, "size", max, Some(max))
}

/// Checks links. Preserved parameters are unchanged. The page is the last parameter and appears once. A request with
/// the query of a link is for the page that the link leads to.
fn write(raw: &str, name: &str, fragment: &str, pagination: &Pagination, is_strict: bool) {
    let all = pagination.clone().with_query_string();
    let preserved = query::preserved(raw, |known| !query::is_or_is_in(known, name));
    let page = check_links(raw, name, fragment, &all, &preserved);

    let size = if is_strict {
        query::strict(raw, "size", MAX_SIZE.get().into()).expect("a strict pagination accepts the query")
    } else {
        lenient_size(raw)
    };
    let preserved = size.map(|size| format!("size={size}&")).unwrap_or_default();
    check_links(raw, name, fragment, pagination, &preserved);

    let header = page.link_header().expect("a header of any length");
    let header = header.to_str().expect("visible ASCII");
    for (mark, count) in [("<", "; rel="), (">", "; rel="), ("\"", "; rel=\"")] {
        let times = if mark == "\"" { 2 } else { 1 };
        assert_eq!(header.matches(mark).count(), times * header.matches(count).count(), "{header}");
    }
}

/// Checks the links of the requested page in a list that is as long as possible. Returns the page.
fn check_links(raw: &str, name: &str, fragment: &str, pagination: &Pagination, preserved: &str) -> Paginator<()> {
    let page_alone = Pagination::new(BASE).expect("a URL").with_page_name(name.to_owned()).expect("the same name");
    let request = pagination.request(raw).expect("the query was accepted before");
    let (current, size) = (request.page(), request.per_page());
    let page = request.paginate(vec![()], u64::MAX);
    let last = u64::MAX.div_ceil(size.get().into()).min(MAX);
    assert_eq!((page.prev_url().is_some(), page.next_url().is_some()), (current > 1, current < last));
    let links = [(Some(page.first_url()), 1), (Some(page.last_url()), last)];
    let neighbors = [(page.prev_url(), current - 1), (page.next_url(), current.saturating_add(1))];
    for (text, number) in links.into_iter().chain(neighbors) {
        let Some(text) = text else { continue };
        let url = Url::parse(&text).expect("a URL");
        assert!(UriRef::parse(&*text).is_ok(), "{text}");
        assert_eq!((url.host_str(), url.path()), (Some("h.example"), "/t"));

        let (rest, written) = text.split_once('#').unwrap_or((&text, ""));
        assert!(percent_decode_str(written).eq(percent_decode_str(fragment)), "{fragment:?} is {written:?}");
        assert_eq!(rest, format!("{BASE}?{preserved}{}={number}", query::encode(name)));
        let query = rest.split_once('?').expect("a query").1;
        let pages = query::parameters(query).into_iter().filter(|(_, known, _)| known == name.as_bytes());
        assert_eq!(pages.count(), 1, "{text}");

        for pagination in [page_alone.clone(), page_alone.clone().lenient()] {
            assert_eq!(pagination.request(query).map(|request| request.page()), Ok(number), "{text}");
        }
        // The page behind a link is as large as this page, and has the same links.
        let next = pagination.request(query).expect("a link is accepted");
        assert_eq!((next.page(), next.per_page()), (number, size), "{text}");
        assert_eq!(next.paginate(vec![()], u64::MAX).first_url(), page.first_url());
    }
    page
}

/// A parameter that is set appears once, with its value, and other parameters are unchanged.
fn set(raw: &str, name: &str, parameter: &str, pagination: Pagination) {
    let pagination = pagination.with_fragment("").with_query_string();
    let request = pagination.request(raw).expect("a lenient pagination accepts every query");
    let size = request.per_page();
    let url_before = request.clone().paginate(vec![()], 1).first_url();
    let request = request.with_parameters([(parameter, raw)]).expect("a query of any length");
    let url_after = request.paginate(vec![()], 1).first_url();
    let query_after = url_after.split_once('?').expect("a query").1;
    let again = pagination.request(query_after).expect("a lenient pagination accepts every query");
    assert_eq!((again.page(), again.per_page()), (1, size), "{url_after}");
    let reads = |name| query::is_or_is_in(parameter.as_bytes(), name) || query::is_variable_or_array(parameter, name);
    if reads(name) || reads("size") {
        assert_eq!(url_before, url_after);
        return;
    }
    let before = query::parameters(url_before.split_once('?').expect("a query").1);
    let after = query::parameters(query_after);
    let is_it = |(_, known, _): &&(&str, Vec<u8>, Vec<u8>)| known == parameter.as_bytes();
    let set: Vec<_> = after.iter().filter(is_it).collect();
    assert!(matches!(&*set, [(.., value)] if value == raw.as_bytes()), "{after:?}");
    assert!(before.iter().filter(|known| !is_it(known)).eq(after.iter().filter(|known| !is_it(known))));
    let index = before.iter().position(|known| is_it(&known)).unwrap_or(before.len() - 1);
    assert_eq!(after.iter().position(|known| is_it(&known)), Some(index));
}
