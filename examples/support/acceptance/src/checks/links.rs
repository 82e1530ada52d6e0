//! Follows links as a client does.

use tokenfolio::{Page, PageLinks, TokenResource, TokenStatus};

use crate::server::Server;
use crate::{PATH, TOKENS};

/// Follows `next` from the first page to the last, and `prev` back.
#[track_caller]
pub fn links_lead_through_all_pages(binary: &str) {
    let server = Server::start(binary, &[]);
    let first = format!("{}{PATH}?page=1", server.startup_message.url);
    let mut pages = walk(&server, first.clone(), |links| links.next.clone());
    assert_eq!(pages.len(), 15);
    let tokens = || pages.iter().flat_map(|page| &page.data);
    assert!(tokens().map(|token| token.id.0.unsigned_abs()).eq(1..=TOKENS));
    for status in [TokenStatus::Active, TokenStatus::Expired, TokenStatus::Revoked] {
        assert!(tokens().any(|token| token.status == status), "no token is {status}");
    }

    let last = pages[0].links.last.clone().expect("there is a last page");
    let back = walk(&server, last.clone(), |links| links.prev.clone());
    for page in &pages {
        assert_eq!((page.links.first.as_ref(), page.links.last.as_ref()), (Some(&first), Some(&last)));
    }
    pages.reverse();
    assert!(back.iter().map(|page| page.meta.current_page).eq((1..=15).rev().map(Some)));
    assert!(back.iter().map(|page| &page.links).eq(pages.iter().map(|page| &page.links)));
    server.stop();
}

/// Reads the page at a URL, and the pages that its links lead to.
#[track_caller]
fn walk(server: &Server, url: String, link: impl Fn(&PageLinks) -> Option<String>) -> Vec<Page<TokenResource>> {
    let mut pages = Vec::new();
    let mut next = Some(url);
    while let Some(url) = next {
        let target = url.strip_prefix(&server.startup_message.url).expect("links begin with the server's origin");
        let response = server.get(&server.startup_message.good, target);
        assert_eq!(response.status(), 200, "{url}");
        let page: Page<TokenResource> = serde_json::from_slice(response.body()).expect("a page");
        assert!(pages.len() < 15, "the links form a cycle");
        next = link(&page.links);
        pages.push(page);
    }
    pages
}
