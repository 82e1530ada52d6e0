//! The error of a query, and the problem that it becomes. `request.rs` compares all texts.

use std::error::Error;

use http::StatusCode;
use serde_json::json;
use tokenfolio::{ExtensionName, ParameterError, Problem, QueryError};

use super::list;

#[test]
fn parameters_that_are_wrong_are_a_400_and_a_query_that_is_too_long_is_a_414() {
    let list = list().with_query_string().with_client_size("size", 9.try_into().unwrap()).unwrap();
    for (query, status, wrong) in [
        ("page=x", StatusCode::BAD_REQUEST, &["page"][..]),
        ("size=10", StatusCode::BAD_REQUEST, &["size"]),
        ("size=x&page=", StatusCode::BAD_REQUEST, &["page", "size"]),
        (&"q".repeat(1_025), StatusCode::URI_TOO_LONG, &[]),
        // A parameter that is wrong takes precedence.
        (&format!("page=0&{}", "q".repeat(1_025)), StatusCode::BAD_REQUEST, &["page"]),
    ] {
        let error = list.request(query).unwrap_err();
        assert!(error.parameters().iter().map(ParameterError::parameter).eq(wrong.iter().copied()), "{query}");
        let problem = Problem::from(error.clone());
        assert_eq!(problem.status(), Some(status));
        assert_eq!(problem.detail(), Some(&*error.to_string()));
        assert_eq!(
            problem.extension("errors").map(|errors| errors.as_array().unwrap().len()),
            match wrong {
                [] => None,
                wrong => Some(wrong.len()),
            }
        );
    }
}

/// The error of a service's own parameter.
fn wrong(name: &str) -> ParameterError {
    ParameterError::new(name, "must be a day")
}

#[test]
fn a_service_reports_its_own_parameters_in_the_same_form() {
    let error = QueryError::from(wrong("from")).and(wrong("to").into());
    assert_eq!(error.to_string(), "`from` must be a day; `to` must be a day");
    assert_eq!(error.parameters(), [wrong("from"), wrong("to")]);
    let problem = Problem::from(error);
    assert_eq!(problem.status(), Some(StatusCode::BAD_REQUEST));
    assert_eq!(problem.detail(), Some("`from` must be a day; `to` must be a day"));
    assert_eq!(
        problem.extension("errors"),
        Some(&json!([
            {"parameter": "from", "detail": "must be a day"},
            {"parameter": "to", "detail": "must be a day"},
        ]))
    );
}

/// Every combination of two results, each of which is a value, a parameter that is wrong, or a query that is too long.
#[test]
fn two_results_are_both_values_or_the_errors_of_both() {
    let list = list().with_query_string();
    let too_long = list.request(&"q".repeat(1_025)).unwrap_err();
    let page = list.request("page=0").unwrap_err();
    let own = QueryError::from(wrong("from"));
    let results = || [Ok('a'), Err(page.clone()), Err(own.clone()), Err(too_long.clone())];
    for first in results() {
        for second in results() {
            let errors = [&first, &second].map(|result| result.as_ref().err());
            let names: Vec<_> = errors.into_iter().flatten().flat_map(QueryError::parameters).cloned().collect();
            match QueryError::zip(first.clone(), second.clone()) {
                Ok(values) => assert_eq!((values, errors), (('a', 'a'), [None, None])),
                Err(error) => {
                    assert_ne!(errors, [None, None]);
                    assert_eq!(error.parameters(), names);
                    // A parameter that is wrong takes precedence over the length.
                    assert_eq!(error == too_long, names.is_empty());
                }
            }
        }
    }
}

#[test]
fn many_parameters_are_reported_in_order() {
    let names: Vec<_> = (0..1_000).map(|index| format!("day{index}")).collect();
    let errors = names.iter().map(|name| QueryError::from(wrong(name))).reduce(QueryError::and).unwrap();
    assert!(errors.parameters().iter().map(ParameterError::parameter).eq(names.iter().map(String::as_str)));
}

#[test]
fn a_parameter_error_is_the_text_of_the_service() {
    let error = wrong("from");
    assert_eq!((error.parameter(), error.to_string().as_str()), ("from", "must be a day"));
}

#[test]
fn a_service_can_set_other_errors_and_another_detail() {
    let error = QueryError::from(ParameterError::new("from", "must be a day"));
    let errors = ExtensionName::from_static("errors");
    let problem = Problem::from(error).with_extension(errors, "others").with_detail("try again");
    let expected =
        r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"try again","errors":"others"}"#;
    assert_eq!(serde_json::to_string(&problem).unwrap(), expected);
    let mut body = Vec::new();
    problem.write_json(&mut body);
    assert_eq!(String::from_utf8(body).unwrap(), expected);
    assert_eq!(problem.source().unwrap().to_string(), "`from` must be a day");
}
