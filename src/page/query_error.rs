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

/// Collects what is wrong with the parameters of one query.
#[derive(Default)]
pub(crate) struct ParameterErrors(Vec<ParameterError>);

impl ParameterErrors {
    /// Returns what was read, and keeps the error if there is one.
    pub(crate) fn keep<T>(&mut self, read: Result<Option<T>, ParameterError>) -> Option<T> {
        match read {
            Ok(value) => value,
            Err(error) => {
                self.0.push(error);
                None
            }
        }
    }

    /// Fails if a parameter is wrong.
    pub(crate) fn into_result(self) -> Result<(), QueryError> {
        if self.0.is_empty() { Ok(()) } else { Err(QueryError(Kind::Parameters(self.0))) }
    }
}

/// What is wrong with one parameter. Its text does not repeat the parameter's name or value.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("must be {expected}, but {reason}")]
pub struct ParameterError {
    parameter: String,
    expected: Expected,
    reason: Reason,
}

impl ParameterError {
    pub(crate) fn of_number(parameter: &str, max: u64, reason: Reason) -> Self {
        Self { parameter: parameter.to_owned(), expected: Expected::Number { max }, reason }
    }

    pub(crate) fn of_cursor(parameter: &str, reason: Reason) -> Self {
        Self { parameter: parameter.to_owned(), expected: Expected::Cursor, reason }
    }

    pub(crate) fn of_choice(parameter: &str, values: &'static [&'static str], reason: Reason) -> Self {
        Self { parameter: parameter.to_owned(), expected: Expected::OneOf(values), reason }
    }

    /// Returns the decoded name of the parameter.
    #[must_use]
    pub fn parameter(&self) -> &str {
        &self.parameter
    }
}

/// The values that a parameter can have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Expected {
    /// A text that [`Cursor`](crate::Cursor) describes.
    Cursor,
    /// A plain decimal from 1.
    Number { max: u64 },
    /// One of these texts.
    OneOf(&'static [&'static str]),
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = match self {
            Self::Cursor => return f.write_str("a cursor of this list"),
            Self::Number { max } => return write!(f, "a whole number from 1 to {max}"),
            Self::OneOf(values) => values,
        };
        for (index, value) in values.iter().enumerate() {
            let separator = match index {
                0 => "",
                _ if index + 1 == values.len() => " or ",
                _ => ", ",
            };
            write!(f, "{separator}`{value}`")?;
        }
        Ok(())
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
    #[error("has another value")]
    NotAChoice,
    #[error("is not the JSON of one object with a boolean `_pointsToNextItems`")]
    NotACursor,
    #[error("is not base64url without padding")]
    NotBase64,
    #[error("has something other than the digits 0 to 9")]
    NotDecimal,
    #[error("has other keys, or a value of another type")]
    OtherKeys,
    #[error("is given more than once")]
    Repeated,
    #[error("is larger")]
    TooLarge,
    #[error("is longer than 4096 bytes")]
    TooLong,
    #[error("is zero")]
    Zero,
}
