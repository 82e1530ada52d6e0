use serde_json::{Value, json};
use tokenfolio::{Pagination, TokenOrder};

use super::{endpoint, list, number, packaged, parameters};

/// Returns the parameter called `name` in the description of a list.
#[track_caller]
fn parameter(pagination: Pagination, name: &str) -> Value {
    let document = endpoint(pagination).openapi();
    let parameter = parameters(&document).into_iter().find(|parameter| parameter["name"] == name);
    parameter.unwrap_or_else(|| panic!("{name} is not described")).clone()
}

#[test]
fn a_page_size_has_the_minimum_the_maximum_and_the_default_of_the_list() {
    let list = list().with_per_page(number(15)).with_client_size("list[size]", number(40)).unwrap();
    let expected = json!({"type": "integer", "format": "uint32", "minimum": 1, "maximum": 40, "default": 15});
    let size = parameter(list, "list[size]");
    assert_eq!(size["schema"], expected);
    assert_eq!(size["example"], 40);
}

#[test]
fn a_page_size_above_the_maximum_of_the_client_is_not_a_default() {
    let list = list().with_per_page(number(41));
    for (max, default) in [(40, Value::Null), (41, 41.into())] {
        let list = list.clone().with_client_size("size", number(max)).unwrap();
        assert_eq!(parameter(list, "size")["schema"]["default"], default);
    }
}

#[test]
fn the_default_direction_is_the_order_of_the_endpoint() {
    for (order, default) in [(TokenOrder::OldestFirst, "asc"), (TokenOrder::NewestFirst, "desc")] {
        let endpoint = endpoint(list().with_direction("sort").unwrap()).with_order(order);
        let schema = &endpoint.openapi()["components"]["parameters"]["direction"]["schema"];
        assert_eq!(*schema, json!({"type": "string", "enum": ["asc", "desc"], "default": default}));
    }
}

#[test]
fn a_choice_of_the_service_is_a_parameter_with_its_values() {
    let list = list().with_choice("kind[]", &["a", "b"]).and_then(|list| list.with_choice("é", &["ü"])).unwrap();
    let expected = json!({
        "name": "kind[]",
        "in": "query",
        "description": "The links of the page preserve this parameter.",
        "required": false,
        "schema": {"type": "string", "enum": ["a", "b"]},
    });
    assert_eq!(parameter(list.clone(), "kind[]"), expected);
    assert_eq!(parameter(list, "é")["schema"]["enum"], json!(["ü"]));
}

#[test]
fn a_lenient_list_describes_how_it_reads_an_invalid_number() {
    let list = list().with_client_size("size", number(50)).unwrap();
    for (name, sentence) in [
        ("page", " An invalid number is read as page 1. The last duplicate wins."),
        (
            "size",
            " A number above the maximum is read as the maximum. Any other invalid number is read as the default size. \
             The last duplicate wins.",
        ),
    ] {
        let component = if name == "size" { "per_page" } else { name };
        let strict = &packaged()["components"]["parameters"][component]["description"];
        let strict = strict.as_str().unwrap().to_owned();
        assert_eq!(parameter(list.clone(), name)["description"], strict);
        assert_eq!(parameter(list.clone().lenient(), name)["description"], strict + sentence);
    }
}
