//! Each option changes its parts of the description, and every combination of options gives a complete document.

use std::collections::BTreeSet;

use serde_json::Value;
use tokenfolio::{Challenge, LinkStyle, Pagination, TokenOrder};

use super::{Endpoint, assert_complete, endpoint, list, number, parameters, path_item, statuses};

const ITEM: &str = "/paths/~1api~1v1~1me~1tokens";

/// Returns the parts that differ between two documents, as sorted pointers with a sign: `+` for a new part, `-` for a
/// missing one and `~` for a changed one. An example and an array count as one part.
pub(super) fn changes(before: &Value, after: &Value) -> Vec<String> {
    let mut changes = Vec::new();
    collect_changes(before, after, "", &mut changes);
    changes
}

fn collect_changes(before: &Value, after: &Value, pointer: &str, changes: &mut Vec<String>) {
    let is_example = pointer.ends_with("/example") || pointer.ends_with("/examples");
    match (before, after) {
        (Value::Object(before), Value::Object(after)) if !is_example => {
            for name in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
                let pointer = format!("{pointer}/{}", name.replace('/', "~1"));
                match (before.get(name), after.get(name)) {
                    (Some(before), Some(after)) => collect_changes(before, after, &pointer, changes),
                    (Some(_), None) => changes.push(format!("-{pointer}")),
                    (None, _) => changes.push(format!("+{pointer}")),
                }
            }
        }
        _ if before != after => changes.push(format!("~{pointer}")),
        _ => {}
    }
}

/// Returns the parts that an option changes in the description of an endpoint with a status filter and a `Link` header.
fn changes_of(pagination: fn(Pagination) -> Pagination, options: fn(Endpoint) -> Endpoint) -> Vec<String> {
    let before = list().with_status_filter("status").unwrap();
    let after = pagination(before.clone());
    let before = endpoint(before).with_link_header().openapi();
    let after = options(endpoint(after).with_link_header()).openapi();
    changes(&before, &after).into_iter().map(|change| change.replace(ITEM, "/ITEM")).collect()
}

const PAGES: &str = "~/ITEM/get/responses/200/content/application~1json/examples";
const BAD_REQUEST: &str = "~/ITEM/get/responses/400/content/application~1problem+json/example";

#[test]
fn each_option_of_a_pagination_changes_its_parts_and_nothing_else() {
    let check = |option: fn(Pagination) -> Pagination, expected: &[&str]| {
        assert_eq!(changes_of(option, |endpoint| endpoint), expected);
    };
    check(
        |list| list.with_page_name("p").unwrap(),
        &[
            "~/components/headers/Link/example",
            "~/components/parameters/page/name",
            "~/components/schemas/PageUrl/examples",
            "~/components/schemas/ParameterError/properties/parameter/examples",
            PAGES,
            BAD_REQUEST,
        ],
    );
    check(|list| list.with_cursor_name("c").unwrap(), &[]);
    check(
        |list| list.with_client_size("size", number(50)).unwrap(),
        &["+/components/parameters/per_page", "~/ITEM/parameters"],
    );
    check(|list| list.with_status_filter("s").unwrap(), &["~/components/parameters/status/name"]);
    check(
        |list| list.with_direction("d").unwrap(),
        &[
            "+/components/parameters/direction",
            "~/components/schemas/TokenPage/properties/data/description",
            "~/ITEM/parameters",
        ],
    );
    check(|list| list.with_choice("c", &["x", "y"]).unwrap(), &["~/ITEM/parameters"]);
    check(
        |list| list.with_per_page(number(2)),
        &["~/components/headers/Link/example", "~/components/schemas/PageMeta/properties/per_page/examples", PAGES],
    );
    check(
        Pagination::lenient,
        &[
            "~/components/parameters/page/description",
            "~/components/schemas/ParameterError/properties/detail/examples",
            "~/components/schemas/ParameterError/properties/parameter/examples",
            BAD_REQUEST,
        ],
    );
    check(
        Pagination::with_query_string,
        &["~/ITEM/get/description", "+/ITEM/get/responses/414", "+/ITEM/head/responses/414"],
    );
    check(|list| list.with_max_query_len(1), &["+/ITEM/get/responses/414", "+/ITEM/head/responses/414"]);
    check(
        |list| list.with_fragment("f"),
        &["~/components/headers/Link/example", "~/components/schemas/PageUrl/examples", PAGES],
    );
    check(
        |list| list.with_link_style(LinkStyle::default().without_array()),
        &[
            "-/components/schemas/MetaLink",
            "-/components/schemas/PageMeta/properties/links",
            "~/components/schemas/PageMeta/required",
            PAGES,
        ],
    );
    check(
        |list| list.with_link_style(LinkStyle::laravel_entities()),
        &["~/components/schemas/MetaLink/properties/label/examples", PAGES],
    );
    check(
        |list| list.with_max_link_header_len(10),
        &[
            "-/components/headers/Link",
            "-/ITEM/get/responses/200/headers/Link",
            "-/ITEM/head/responses/200/headers/Link",
        ],
    );
}

#[test]
fn each_option_of_an_endpoint_changes_its_parts_and_nothing_else() {
    let check = |option: fn(Endpoint) -> Endpoint, expected: &[&str]| {
        assert_eq!(changes_of(|list| list, option), expected);
    };
    check(
        |endpoint| endpoint.with_order(TokenOrder::NewestFirst),
        &["~/components/schemas/TokenPage/properties/data/description", PAGES],
    );
    check(
        |endpoint| endpoint.with_challenge(Challenge::new("accounts").unwrap()),
        &[
            "~/components/headers/WWW-Authenticate/example",
            "~/components/headers/WWW-Authenticate/schema/x-extensible-enum",
        ],
    );
    check(|endpoint| endpoint.with_retry_after(30), &["~/components/headers/Retry-After/example"]);
    check(|endpoint| endpoint.with_clock(chrono::Utc::now).with_problem_hook(|_| ()), &[]);
}

#[test]
fn every_combination_of_options_is_a_complete_document_with_the_offered_parameters() {
    for options in 0..1_u32 << 10 {
        let [
            has_size,
            has_status,
            has_direction,
            has_choice,
            is_lenient,
            preserves_query,
            is_short,
            has_link,
            has_array,
            is_absolute,
        ] = std::array::from_fn(|index| options >> index & 1 == 1);
        let url = if is_absolute { "https://api.example.com/api/v1/me/tokens" } else { super::PATH };
        let mut pagination = Pagination::new(url).unwrap();
        let mut names = vec!["page"];
        if has_size {
            pagination = pagination.with_client_size("size", number(50)).unwrap();
            names.push("size");
        }
        if has_status {
            pagination = pagination.with_status_filter("status").unwrap();
            names.push("status");
        }
        if has_direction {
            pagination = pagination.with_direction("direction").unwrap();
            names.push("direction");
        }
        names.push("traceparent");
        if has_choice {
            pagination = pagination.with_choice("choice", &["x"]).unwrap();
            names.push("choice");
        }
        if is_lenient {
            pagination = pagination.lenient();
        }
        if preserves_query {
            pagination = pagination.with_query_string();
        }
        if is_short {
            pagination = pagination.with_max_query_len("choice=".len());
        }
        if !has_array {
            pagination = pagination.with_link_style(LinkStyle::default().without_array());
        }
        let mut endpoint = endpoint(pagination);
        if has_link {
            endpoint = endpoint.with_link_header();
        }
        let document = endpoint.openapi();

        assert_complete(&document);
        let described: Vec<_> = parameters(&document).iter().map(|parameter| &parameter["name"]).collect();
        assert_eq!(described, names, "{options:b}");
        let has_choices = has_status || has_direction || has_choice;
        let is_offered = |status: &&str| match *status {
            "400" => !is_lenient || has_choices,
            // `size=50` is not longer than the limit.
            "414" => preserves_query || is_short && has_choices,
            _ => true,
        };
        let expected: Vec<_> =
            ["200", "400", "401", "405", "414", "500", "503", "504"].into_iter().filter(is_offered).collect();
        assert_eq!(statuses(&document, "get"), expected, "{options:b}");
        let expected: Vec<_> = expected.into_iter().filter(|status| *status != "405").collect();
        assert_eq!(statuses(&document, "head"), expected, "{options:b}");
        for operation in ["get", "head"] {
            let headers = &path_item(&document).1[operation]["responses"]["200"]["headers"];
            assert_eq!(headers.get("Link").is_some(), has_link, "{options:b}");
        }
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas.get("ParameterError").is_some(), expected.contains(&"400"), "{options:b}");
        assert_eq!(schemas.get("MetaLink").is_some(), has_array, "{options:b}");
        let required = schemas["PageMeta"]["required"].as_array().unwrap();
        assert_eq!(required.iter().any(|name| name == "links"), has_array, "{options:b}");
        assert_eq!(document.get("servers").is_some(), is_absolute, "{options:b}");
    }
}
