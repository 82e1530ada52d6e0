//! What is wrong with the query of a request.

use std::fmt;

/// Why the query of a request was rejected.
///
/// Converts to a [`Problem`](crate::Problem): 400 with every parameter that is wrong, or 414.
///
/// # Examples
///
/// ```
/// use tokenfolio::{Pagination, Problem};
///
/// # fn main() -> Result<(), tokenfolio::BaseUrlError> {
/// let pagination = Pagination::new("/fruit")?.with_query_string();
///
/// let error = pagination.request("page=0").unwrap_err();
/// assert_eq!(error.parameters()[0].parameter(), "page");
/// assert_eq!(Problem::from(error).status(), Some(http::StatusCode::BAD_REQUEST));
///
/// let error = pagination.request(&"x".repeat(1_025)).unwrap_err();
/// assert_eq!(error.to_string(), "links can preserve at most 1024 bytes of query parameters");
/// assert_eq!(Problem::from(error).status(), Some(http::StatusCode::URI_TOO_LONG));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct QueryError(Kind);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Kind {
    /// At least one parameter is wrong.
    Parameters(Vec<ParameterError>),
    /// The preserved parameters are longer than `max` bytes.
    TooLong { max: usize },
}

impl QueryError {
    /// Creates the error of at least one parameter.
    pub(crate) fn of_parameters(errors: Vec<ParameterError>) -> Self {
        Self(Kind::Parameters(errors))
    }

    pub(crate) fn too_long(max: usize) -> Self {
        Self(Kind::TooLong { max })
    }

    /// Returns the parameters that are wrong. Empty if the query is too long.
    #[must_use]
    pub fn parameters(&self) -> &[ParameterError] {
        match &self.0 {
            Kind::Parameters(errors) => errors,
            Kind::TooLong { .. } => &[],
        }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = match &self.0 {
            Kind::Parameters(errors) => errors,
            Kind::TooLong { max } => return write!(f, "links can preserve at most {max} bytes of query parameters"),
        };
        for (index, error) in errors.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}`{}` {error}", error.parameter)?;
        }
        Ok(())
    }
}

impl std::error::Error for QueryError {}

/// What is wrong with one parameter. Its text does not repeat the parameter's name or value.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("must be a whole number from 1 to {max}, but {reason}")]
pub struct ParameterError {
    parameter: String,
    max: u64,
    reason: Reason,
}

impl ParameterError {
    pub(crate) fn new(parameter: &str, max: u64, reason: Reason) -> Self {
        Self { parameter: parameter.to_owned(), max, reason }
    }

    /// Returns the decoded name of the parameter.
    #[must_use]
    pub fn parameter(&self) -> &str {
        &self.parameter
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Reason {
    #[error("has brackets after its name")]
    Brackets,
    #[error("is empty")]
    Empty,
    #[error("has a leading zero")]
    LeadingZero,
    #[error("has something other than the digits 0 to 9")]
    NotDecimal,
    #[error("is given more than once")]
    Repeated,
    #[error("is larger")]
    TooLarge,
    #[error("is zero")]
    Zero,
}
