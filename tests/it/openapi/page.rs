use serde_json::{Value, json};
use tokenfolio::{LinkStyle, Pagination, TokenOrder};

use super::{Endpoint, endpoint, list, number, path_item};

/// Returns an example of a page.
fn example(endpoint: &Endpoint, name: &str) -> Value {
    let mut document = endpoint.openapi();
    let path = path_item(&document).0.replace('/', "~1");
    let pointer = format!("/paths/{path}/get/responses/200/content/application~1json/examples/{name}/value");
    document.pointer_mut(&pointer).unwrap().take()
}

fn ids(page: &Value) -> Vec<&Value> {
    page["data"].as_array().unwrap().iter().map(|token| &token["id"]).collect()
}

#[test]
fn the_example_of_an_only_page_has_at_most_per_page_tokens() {
    for (per_page, expected) in [(1, vec![1]), (2, vec![1, 2]), (3, vec![1, 2, 3]), (u32::MAX, vec![1, 2, 3])] {
        let page = example(&endpoint(list().with_per_page(number(per_page))), "only_page");
        assert_eq!(ids(&page), expected);
        assert_eq!(page["meta"]["total"], expected.len());
        assert_eq!((&page["meta"]["last_page"], &page["meta"]["per_page"]), (&1.into(), &per_page.into()));
    }
}

#[test]
fn the_other_example_is_the_page_after_the_last() {
    for (per_page, last_page) in [(1, 293), (20, 15), (292, 2), (293, 1), (u32::MAX, 1)] {
        let page = example(&endpoint(list().with_per_page(number(per_page))), "past_the_end");
        assert_eq!(page["data"], json!([]));
        assert_eq!(page["meta"]["last_page"], last_page);
        assert_eq!(page["meta"]["current_page"], last_page + 1);
    }
}

#[test]
fn examples_are_in_the_order_of_the_endpoint() {
    let endpoint = endpoint(list()).with_order(TokenOrder::NewestFirst);
    assert_eq!(ids(&example(&endpoint, "only_page")), [3, 2, 1]);
    let data = &endpoint.openapi()["components"]["schemas"]["TokenPage"]["properties"]["data"];
    assert!(data["description"].as_str().unwrap().ends_with(" The order is descending."), "{data}");
}

#[test]
fn a_fixed_order_is_described_and_an_order_that_the_client_chooses_is_not() {
    for (pagination, order) in [(list(), " The order is ascending."), (list().with_direction("d").unwrap(), "")] {
        let data = &endpoint(pagination).openapi()["components"]["schemas"]["TokenPage"]["properties"]["data"];
        let expected = format!("The tokens on this page, ordered by id. Empty after the last page.{order}");
        assert_eq!(data["description"], expected);
    }
}

#[test]
fn examples_have_the_urls_of_the_list() {
    let pagination = Pagination::new("https://api.example.test/t").unwrap().with_page_name("p[n]").unwrap();
    let endpoint = endpoint(pagination.with_fragment("top"));
    let first = "https://api.example.test/t?p%5Bn%5D=1#top";
    assert_eq!(example(&endpoint, "only_page")["links"]["first"], first);
    let schemas = &endpoint.openapi()["components"]["schemas"];
    assert_eq!(schemas["PageUrl"]["examples"], json!([first]));
    assert_eq!(schemas["PageMeta"]["properties"]["path"]["examples"], json!(["https://api.example.test/t"]));
}

#[test]
fn examples_have_the_labels_of_the_style() {
    let style = LinkStyle::default().with_labels("<", ">").with_gap_label("…");
    let endpoint = endpoint(list().with_link_style(style));
    let labels = &endpoint.openapi()["components"]["schemas"]["MetaLink"]["properties"]["label"]["examples"];
    assert_eq!(*labels, json!(["<", "1", "…", ">"]));
    assert_eq!(example(&endpoint, "past_the_end")["meta"]["links"][0]["label"], "<");
}

#[test]
fn the_link_header_is_described_if_the_shortest_one_is_sent() {
    let shortest = r#"</api/v1/me/tokens?page=1>; rel="first", </api/v1/me/tokens?page=1>; rel="last""#;
    for (max, expected) in [(shortest.len() - 1, Value::Null), (shortest.len(), shortest.into())] {
        let document = endpoint(list().with_max_link_header_len(max)).with_link_header().openapi();
        assert_eq!(document["components"]["headers"]["Link"]["example"], expected);
    }
    let document = endpoint(list()).with_link_header().openapi();
    let example = document["components"]["headers"]["Link"]["example"].as_str().unwrap();
    assert!(example.ends_with(r#", </api/v1/me/tokens?page=15>; rel="prev""#), "{example}");
}

#[test]
fn links_that_preserve_parameters_are_described() {
    let description = |pagination: Pagination| {
        let document = endpoint(pagination).openapi();
        path_item(&document).1["get"]["description"].as_str().unwrap().to_owned()
    };
    let sentence = " The links of the page preserve all other parameters.";
    assert_eq!(description(list().with_query_string()), description(list()) + sentence);
}
