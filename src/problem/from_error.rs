//! The one table from our errors to problems.

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use serde_json::json;

use crate::page::query_error::QueryError;
use crate::problem::Problem;
use crate::problem::extension_name::ExtensionName;
use crate::store::{StoreError, StoreErrorKind};

/// The parameters that are wrong.
const ERRORS: ExtensionName = ExtensionName::from_static("errors");

impl From<QueryError> for Problem {
    /// Creates a 400 that lists the parameters that are wrong, or a 414 for a query that is too long (RFC 9110, section
    /// 15.5.15).
    fn from(error: QueryError) -> Self {
        let errors: Vec<_> = error
            .parameters()
            .iter()
            .map(|error| json!({"parameter": error.parameter(), "detail": error.to_string()}))
            .collect();
        let status = if errors.is_empty() { StatusCode::URI_TOO_LONG } else { StatusCode::BAD_REQUEST };
        let mut problem = Self::new(status).with_detail(error.to_string());
        if !errors.is_empty() {
            problem = problem.with_extension(ERRORS, errors);
        }
        problem.with_source(error)
    }
}

impl From<StoreError> for Problem {
    /// What failed inside is no business of the client, so there is no detail.
    fn from(error: StoreError) -> Self {
        let problem = match error.kind() {
            // RFC 9110, section 15.6.4.
            StoreErrorKind::Unavailable => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE).with_header(RETRY_AFTER, HeaderValue::from_static("1"))
            }
            StoreErrorKind::Timeout => Self::new(StatusCode::GATEWAY_TIMEOUT),
            StoreErrorKind::Corrupt | StoreErrorKind::Other => Self::new(StatusCode::INTERNAL_SERVER_ERROR),
        };
        problem.with_source(error)
    }
}
