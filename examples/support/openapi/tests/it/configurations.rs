//! Endpoints with different configurations.

use std::num::NonZeroU32;

use tokenfolio::{Challenge, LinkStyle, ListTokens, Pagination, TokenOrder};

use crate::service::{Endpoint, Secrets, Store, now};

/// A configuration of the endpoint, and queries whose responses are the examples in its description.
pub(crate) struct Configuration {
    pub(crate) endpoint: fn(Store) -> Endpoint,
    /// The query of the only page, which has this number of tokens.
    pub(crate) only_page: (&'static str, usize),
    pub(crate) past_the_end: &'static str,
    /// A query with status 400, or `None` if every query is valid.
    pub(crate) invalid: Option<&'static str>,
    /// A query with status 414, or `None` if no query is too long.
    pub(crate) too_long: Option<String>,
}

pub(crate) fn configurations() -> [Configuration; 4] {
    [
        // The examples of the packaged document.
        Configuration {
            endpoint: |store| {
                let list = pagination("https://api.example.com/api/v1/me/tokens").with_query_string();
                endpoint(store, list).with_link_header()
            },
            only_page: ("page=1", 3),
            past_the_end: "page=16",
            invalid: Some("page=0"),
            too_long: Some("q".repeat(1_025)),
        },
        Configuration {
            endpoint: |store| {
                let list = pagination("/v2/tokens").with_per_page(two()).with_max_query_len(40).with_fragment("tokens");
                let list = list.with_page_name("page[number]").expect("a name");
                let list = list.with_client_size("page[size]", NonZeroU32::MAX).expect("a name");
                let list = list.with_direction("sort").expect("a name");
                let list = list.with_status_filter("filter[status]").expect("a name");
                let challenge = Challenge::new("\"accounts\"").and_then(|challenge| challenge.with_scope("a b"));
                let endpoint = endpoint(store, list).with_order(TokenOrder::NewestFirst).with_retry_after(30);
                endpoint.with_challenge(challenge.expect("ASCII")).with_link_header()
            },
            only_page: ("", 2),
            past_the_end: "page[number]=148",
            invalid: Some("page[number]=0"),
            too_long: Some("page[size]=4294967295&filter[status]=expired".to_owned()),
        },
        Configuration {
            endpoint: |store| {
                let list = pagination("https://tokens.example.com").lenient();
                endpoint(store, list.with_link_style(LinkStyle::default().without_array()))
            },
            only_page: ("page=x", 3),
            past_the_end: "page=+16",
            invalid: None,
            too_long: None,
        },
        Configuration {
            endpoint: |store| {
                let list = pagination("/api/v1/me/tokens").lenient();
                endpoint(store, list.with_choice("kind", &["", "a"]).expect("a name"))
            },
            only_page: ("page=1&page=1", 3),
            past_the_end: "page=16",
            invalid: Some("kind=&kind="),
            too_long: None,
        },
    ]
}

fn pagination(url: &str) -> Pagination {
    Pagination::new(url).expect("a base URL")
}

fn two() -> NonZeroU32 {
    NonZeroU32::new(2).expect("2 is not zero")
}

fn endpoint(store: Store, pagination: Pagination) -> Endpoint {
    ListTokens::new(store, Secrets, pagination).with_clock(now)
}
