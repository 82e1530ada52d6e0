//! The error of a query, and the problem that it becomes. `request.rs` compares all texts.

use http::StatusCode;
use tokenfolio::{ParameterError, Problem};

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
