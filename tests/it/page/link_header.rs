//! The `Link` header that a page writes (RFC 8288).

use proptest::prelude::*;
use tokenfolio::Pagination;

use super::{list, page_of, preserving, request};

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
    let pagination = Pagination::new("https://bücher.example/é").unwrap();
    let pagination = pagination.with_page_name("ñ").unwrap().with_fragment("ü>");
    let request = preserving(pagination, "ñ", 1, "a=>&b=,;\"\r\nX: y&é").with_parameters([("c", "<>")]).unwrap();
    let page = request.paginate(vec![()], 1);
    let url = "https://xn--bcher-kva.example/%C3%A9?a=%3E&b=,;%22%0D%0AX:%20y&%C3%A9&c=%3C%3E&%C3%B1=1#%C3%BC%3E";
    assert_eq!(page.link_header().unwrap(), *format!("<{url}>; rel=\"first\", <{url}>; rel=\"last\""));
    assert_eq!(page.first_url(), url);
}

proptest! {
    #[test]
    fn any_urls_give_a_link_header(
        raw in any::<String>(), name in any::<String>(), value in any::<String>(), path in "/[^?#]{0,8}",
    ) {
        let Ok(pagination) = Pagination::new(&path) else { return Ok(()) };
        let Ok(pagination) = pagination.with_page_name(name.clone()) else { return Ok(()) };
        let pagination = pagination.with_fragment(&value).with_max_link_header_len(usize::MAX);
        let request = preserving(pagination, &name, 2, &raw).with_parameters([(&value, &name)]).unwrap();
        let page = request.paginate(vec![()], 41);
        let header = page.link_header().unwrap();
        let header = header.to_str().unwrap();
        prop_assert_eq!(header.matches('<').count(), 4);
        prop_assert_eq!(header.matches('>').count(), 4);
        prop_assert_eq!(header.matches('"').count(), 8);
    }
}

#[test]
fn a_link_header_longer_than_the_limit_is_omitted() {
    let page = |max| request(&list().with_max_link_header_len(max), 2, 1).paginate(vec![()], 3);
    let header = page(usize::MAX).link_header().unwrap();
    assert_eq!(page(header.len()).link_header(), Some(header.clone()));
    assert_eq!(page(header.len() - 1).link_header(), None);
    // The default limit.
    let page = |len| preserving(list(), "page", 2, &"q".repeat(len)).paginate(vec![()], 21);
    assert_eq!(page(974).link_header().map(|header| header.len()), Some(2_999));
    assert_eq!(page(975).link_header(), None);
}
