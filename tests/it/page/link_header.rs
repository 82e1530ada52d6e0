//! The `Link` header that a page writes (RFC 8288).

use proptest::prelude::*;
use tokenfolio::{LinkStyle, PageRequest, PageUrls, Paginator};

use super::{page_of, request};

#[test]
fn the_link_header_omits_missing_links() {
    let header = |total, page| page_of(total, 20, page).link_header().unwrap().to_str().unwrap().to_owned();
    assert_eq!(header(1, 1), r#"</t?page=1>; rel="first", </t?page=1>; rel="last""#);
    assert_eq!(
        header(60, 2),
        r#"</t?page=1>; rel="first", </t?page=3>; rel="last", </t?page=1>; rel="prev", </t?page=3>; rel="next""#
    );
    assert_eq!(header(60, 9), r#"</t?page=1>; rel="first", </t?page=3>; rel="last", </t?page=8>; rel="prev""#);
}

#[test]
fn the_link_header_is_one_line_of_visible_ascii() {
    let urls = PageUrls::new("https://bücher.example/é").unwrap();
    let urls = urls
        .with_page_name("ñ")
        .with_query_string("a=>&b=,;\"\r\nX: y&é")
        .unwrap()
        .with_parameters([("c", "<>")])
        .unwrap()
        .with_fragment("ü>");
    let page = Paginator::new(vec![()], 1, request(1, 20), urls);
    let url = "https://xn--bcher-kva.example/%C3%A9?a=%3E&b=,;%22%0D%0AX:%20y&%C3%A9&c=%3C%3E&%C3%B1=1#%C3%BC%3E";
    assert_eq!(page.link_header().unwrap(), *format!("<{url}>; rel=\"first\", <{url}>; rel=\"last\""));
    assert_eq!(page.first_url(), url);
}

proptest! {
    #[test]
    fn any_urls_give_a_link_header(
        raw in any::<String>(), name in any::<String>(), value in any::<String>(), path in "/[^?#]{0,8}",
    ) {
        let Ok(urls) = PageUrls::new(&path) else { return Ok(()) };
        let urls = urls.with_page_name(name.clone()).with_max_query_len(usize::MAX);
        let urls = urls.with_query_string(&raw).unwrap().with_parameters([(&value, &name)]).unwrap().with_fragment(&value);
        let request = PageRequest::new(2, std::num::NonZeroU32::MIN).unwrap();
        let page = Paginator::new(vec![()], 3, request, urls);
        let page = page.with_style(LinkStyle::default().with_max_header_len(usize::MAX));
        let header = page.link_header().unwrap();
        let header = header.to_str().unwrap();
        prop_assert_eq!(header.matches('<').count(), 4);
        prop_assert_eq!(header.matches('>').count(), 4);
        prop_assert_eq!(header.matches('"').count(), 8);
    }
}
