//! The one table from our errors to problems.

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use serde_json::json;

use crate::page::request::PageError;
use crate::page::urls::QueryLengthError;
use crate::problem::Problem;
use crate::store::{StoreError, StoreErrorKind};

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        let errors: Vec<_> = error
            .parameters()
            .iter()
            .map(|error| json!({"parameter": error.parameter(), "detail": error.to_string()}))
            .collect();
        let mut problem = Self::new(StatusCode::BAD_REQUEST).with_detail(error.to_string());
        problem.set_extension("errors", errors.into());
        problem.with_source(error)
    }
}

impl From<QueryLengthError> for Problem {
    /// Creates a 414 (RFC 9110, section 15.5.15).
    fn from(error: QueryLengthError) -> Self {
        Self::new(StatusCode::URI_TOO_LONG).with_detail(error.to_string()).with_source(error)
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
