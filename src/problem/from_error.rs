//! The problems of this crate's errors.

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

use crate::page::cursor::CursorError;
use crate::page::query_error::QueryError;
use crate::problem::Problem;
use crate::problem::query_details::QueryDetails;
use crate::store::{StoreError, StoreErrorKind};

impl From<CursorError> for Problem {
    /// Creates a 500 without a detail. The client made no mistake: the keys that cannot be encoded as a cursor are from
    /// the service.
    fn from(error: CursorError) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR).with_source(error)
    }
}

impl From<QueryError> for Problem {
    /// Creates a 400 that lists the parameters that are wrong, or a 414 for a query that is too long (RFC 9110, section
    /// 15.5.15).
    fn from(error: QueryError) -> Self {
        let is_too_long = error.parameters().is_empty();
        let mut problem = Self::new(if is_too_long { StatusCode::URI_TOO_LONG } else { StatusCode::BAD_REQUEST });
        problem.0.query = Some(Box::new(QueryDetails::new(error)));
        problem
    }
}

impl From<StoreError> for Problem {
    /// Creates a 503, 504 or 500 by the kind of the error.
    ///
    /// The problem has no detail, because the client must not learn what failed inside the service.
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
