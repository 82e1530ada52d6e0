use serde_json::{Value, json};
use tokenfolio::{Challenge, Pagination};

use super::{Endpoint, endpoint, list, number, path_item, statuses};

/// Returns the example of a problem.
#[track_caller]
fn example(endpoint: &Endpoint, status: &str) -> Value {
    let document = endpoint.openapi();
    let response = &path_item(&document).1["get"]["responses"][status];
    response["content"]["application/problem+json"]["example"].clone()
}

#[test]
fn a_strict_list_rejects_page_0() {
    let endpoint = endpoint(list().with_page_name("p").unwrap());
    let detail = "must be a whole number from 1 to 9223372036854775807, but is zero";
    let problem = example(&endpoint, "400");
    assert_eq!(problem["detail"], format!("`p` {detail}"));
    assert_eq!(problem["errors"], json!([{"parameter": "p", "detail": detail}]));
    let error = &endpoint.openapi()["components"]["schemas"]["ParameterError"]["properties"];
    assert_eq!((&error["parameter"]["examples"], &error["detail"]["examples"]), (&json!(["p"]), &json!([detail])));
}

#[test]
fn a_lenient_list_rejects_a_repeated_choice_also_if_it_can_be_empty() {
    let list = list().lenient().with_choice("kind", &["", "a"]).unwrap();
    let problem = example(&endpoint(list), "400");
    assert_eq!(problem["detail"], "`kind` must be `` or `a`, but is given more than once");
}

#[test]
fn a_lenient_list_without_choices_has_no_invalid_parameter() {
    let list = list().lenient().with_client_size("size", number(50)).unwrap();
    let document = endpoint(list).openapi();
    assert!(!statuses(&document, "get").contains(&"400"));
    assert_eq!(document["components"]["schemas"]["Problem"]["properties"].get("errors"), None);
}

#[test]
fn a_query_can_be_too_long_if_the_longest_values_are_longer_than_the_limit() {
    let list = || list().with_client_size("size", number(1_000)).unwrap();
    let with_status = |list: Pagination| list.with_status_filter("filter[status]").unwrap();
    for (pagination, longest) in [
        (list(), "size=1000"),
        (list().lenient(), "size=1000"),
        (with_status(list()), "size=1000&filter%5Bstatus%5D=expired"),
        (with_status(list()).with_choice("c", &["aa", "é"]).unwrap(), "size=1000&filter%5Bstatus%5D=expired&c=%C3%A9"),
    ] {
        let offers_414 = |max: usize| {
            let document = endpoint(pagination.clone().with_max_query_len(max)).openapi();
            statuses(&document, "get").contains(&"414")
        };
        assert!(!offers_414(longest.len()), "{longest}");
        assert!(offers_414(longest.len() - 1), "{longest}");
    }
}

#[test]
fn the_problem_of_a_query_that_is_too_long_names_the_limit() {
    let endpoint = endpoint(list().with_query_string().with_max_query_len(7));
    assert_eq!(example(&endpoint, "414")["detail"], "links can preserve at most 7 bytes of query parameters");
}

#[test]
fn the_instance_of_each_problem_is_the_path() {
    for (url, instance) in [("https://api.example.com/v2/t", "/v2/t"), ("https://h//t", "/.//t")] {
        let endpoint = endpoint(Pagination::new(url).unwrap().with_query_string());
        for status in ["400", "401", "405", "414", "500", "503", "504"] {
            assert_eq!(example(&endpoint, status)["instance"], instance, "{status}");
        }
        let problem = &endpoint.openapi()["components"]["schemas"]["Problem"]["properties"];
        assert_eq!(problem["instance"]["examples"], json!([instance]));
    }
}

#[test]
fn the_described_challenge_is_the_challenge_of_the_endpoint() {
    let challenge = Challenge::new("a \"b\"").and_then(|challenge| challenge.with_scope("tokens:read")).unwrap();
    let header = &endpoint(list()).with_challenge(challenge).openapi()["components"]["headers"]["WWW-Authenticate"];
    let challenges = [
        r#"Bearer realm="a \"b\"", scope="tokens:read""#,
        r#"Bearer realm="a \"b\"", error="invalid_request", scope="tokens:read""#,
        r#"Bearer realm="a \"b\"", error="invalid_token", scope="tokens:read""#,
    ];
    assert_eq!(header["schema"], json!({"type": "string", "x-extensible-enum": challenges}));
    assert_eq!(header["example"], challenges[2]);
}

#[test]
fn the_described_delay_is_the_delay_of_the_endpoint() {
    let document = endpoint(list()).with_retry_after(30).openapi();
    assert_eq!(document["components"]["headers"]["Retry-After"]["example"], 30);
}
