//! The mistakes in the query of a request.

use std::borrow::Cow;
use std::fmt;
use std::slice;

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
    /// One parameter is wrong. Most rejected queries are of this kind, so it has its own variant, which does not
    /// allocate a vector.
    Parameter(ParameterError),
    /// At least two parameters are wrong.
    Parameters(Vec<ParameterError>),
    /// The preserved parameters are longer than `max` bytes.
    TooLong { max: usize },
}

impl QueryError {
    /// Adds the parameters of another error.
    ///
    /// The error of a query that is too long has no parameters. It is dropped if the other error has parameters.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{ParameterError, QueryError};
    ///
    /// // The rows of a form. If every row is a day, there is no error.
    /// let rows = ["2026-11-27", "today", "tomorrow"].into_iter().enumerate();
    /// let wrong = rows.filter(|(_, row)| row.parse::<chrono::NaiveDate>().is_err());
    /// let errors = wrong.map(|(index, _)| ParameterError::new(format!("days[{index}]"), "must be a day"));
    /// let error = errors.map(QueryError::from).reduce(QueryError::and);
    ///
    /// assert_eq!(error.map(|error| error.to_string()).as_deref(), Some("`days[1]` must be a day; `days[2]` must be a day"));
    /// ```
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self.0, other.0) {
            (Kind::TooLong { .. }, other) => Self(other),
            (kind, Kind::TooLong { .. }) => Self(kind),
            (first, second) => {
                let mut errors = first.into_parameters();
                errors.extend(second.into_parameters());
                Self(Kind::Parameters(errors))
            }
        }
    }

    /// Returns both values, or the errors of both results.
    ///
    /// Use it to report every wrong parameter in one problem: the service's own parameters and the pagination's. Nest the
    /// calls for more than two results.
    ///
    /// # Errors
    ///
    /// Fails if one result is an error, or both are. The parameters of the first result come first.
    ///
    /// # Examples
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use tokenfolio::{Pagination, ParameterError, Problem, QueryError};
    ///
    /// fn day(name: &str, text: &str) -> Result<NaiveDate, ParameterError> {
    ///     text.parse().map_err(|_| ParameterError::new(name, "must be a day such as 2026-11-27"))
    /// }
    ///
    /// # fn main() -> Result<(), tokenfolio::BaseUrlError> {
    /// let pagination = Pagination::new("/logins")?;
    /// let (request, from) = QueryError::zip(pagination.request("page=2"), day("from", "2026-11-27")).unwrap();
    /// assert_eq!((request.page(), from.to_string().as_str()), (2, "2026-11-27"));
    ///
    /// let error = QueryError::zip(pagination.request("page=0"), day("from", "today")).unwrap_err();
    /// let names: Vec<_> = error.parameters().iter().map(ParameterError::parameter).collect();
    /// assert_eq!(names, ["page", "from"]);
    /// assert_eq!(Problem::from(error).status(), Some(http::StatusCode::BAD_REQUEST));
    /// # Ok(())
    /// # }
    /// ```
    pub fn zip<A, B>(first: Result<A, impl Into<Self>>, second: Result<B, impl Into<Self>>) -> Result<(A, B), Self> {
        match (first, second) {
            (Ok(first), Ok(second)) => Ok((first, second)),
            (Err(first), Err(second)) => Err(first.into().and(second.into())),
            (Err(error), Ok(_)) => Err(error.into()),
            (Ok(_), Err(error)) => Err(error.into()),
        }
    }

    pub(crate) fn too_long(max: usize) -> Self {
        Self(Kind::TooLong { max })
    }

    /// Returns the parameters that are wrong. Empty if the query is too long.
    #[must_use]
    pub fn parameters(&self) -> &[ParameterError] {
        match &self.0 {
            Kind::Parameter(error) => slice::from_ref(error),
            Kind::Parameters(errors) => errors,
            Kind::TooLong { .. } => &[],
        }
    }
}

impl Kind {
    fn into_parameters(self) -> Vec<ParameterError> {
        match self {
            Self::Parameter(error) => vec![error],
            Self::Parameters(errors) => errors,
            Self::TooLong { .. } => Vec::new(),
        }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Kind::TooLong { max } = &self.0 {
            return write!(f, "links can preserve at most {max} bytes of query parameters");
        }
        for (index, error) in self.parameters().iter().enumerate() {
            f.write_str(if index == 0 { "`" } else { "; `" })?;
            f.write_str(&error.parameter)?;
            f.write_str("` ")?;
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for QueryError {}

impl From<ParameterError> for QueryError {
    fn from(error: ParameterError) -> Self {
        Self(Kind::Parameter(error))
    }
}

/// Collects the mistakes in the parameters of one query.
#[derive(Default)]
pub(crate) struct ParameterErrors(Option<QueryError>);

impl ParameterErrors {
    /// Returns the value of a parameter, or stores its error.
    pub(crate) fn keep<T>(&mut self, read: Result<Option<T>, ParameterError>) -> Option<T> {
        match read {
            Ok(value) => value,
            Err(error) => {
                let error = QueryError::from(error);
                self.0 = Some(match self.0.take() {
                    Some(errors) => errors.and(error),
                    None => error,
                });
                None
            }
        }
    }

    /// Fails if a parameter is wrong.
    pub(crate) fn into_result(self) -> Result<(), QueryError> {
        self.0.map_or(Ok(()), Err)
    }
}

/// The mistake in one parameter. Its text does not repeat the parameter's name or value.
///
/// A service can create one for a parameter of its own. As a [`QueryError`], it becomes a 400.
///
/// # Examples
///
/// ```
/// use tokenfolio::Pagination;
///
/// # fn main() -> Result<(), tokenfolio::BaseUrlError> {
/// let error = Pagination::new("/fruit")?.request("page=0").unwrap_err();
/// let wrong = &error.parameters()[0];
/// assert_eq!(wrong.parameter(), "page");
/// assert_eq!(wrong.to_string(), "must be a whole number from 1 to 9223372036854775807, but is zero");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ParameterError {
    parameter: Cow<'static, str>,
    detail: Detail,
}

impl ParameterError {
    /// Creates the error of a parameter that the service reads itself.
    ///
    /// The client reads `parameter` and `detail`. `detail` is the rest of a sentence that begins with the parameter's
    /// name.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{ParameterError, Problem, QueryError};
    ///
    /// let error = QueryError::from(ParameterError::new("from", "must be a day such as 2026-11-27"));
    /// let problem = Problem::from(error);
    /// assert_eq!(problem.to_string(), "400 Bad Request: `from` must be a day such as 2026-11-27");
    /// assert_eq!(
    ///     problem.extension("errors").map(ToString::to_string).as_deref(),
    ///     Some(r#"[{"detail":"must be a day such as 2026-11-27","parameter":"from"}]"#)
    /// );
    /// ```
    #[must_use]
    pub fn new(parameter: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { parameter: Cow::Owned(parameter.into()), detail: Detail::Text(detail.into()) }
    }

    pub(crate) fn of_number(parameter: Cow<'static, str>, max: u64, reason: Reason) -> Self {
        Self { parameter, detail: Detail::Value(Expected::Number { max }, reason) }
    }

    pub(crate) fn of_cursor(parameter: Cow<'static, str>, reason: Reason) -> Self {
        Self { parameter, detail: Detail::Value(Expected::Cursor, reason) }
    }

    pub(crate) fn of_choice(parameter: Cow<'static, str>, values: &'static [&'static str], reason: Reason) -> Self {
        Self { parameter, detail: Detail::Value(Expected::OneOf(values), reason) }
    }

    /// Returns an upper bound of the length of the text, in bytes.
    pub(crate) fn max_len(&self) -> usize {
        /// The length of the longest text without the values of a choice.
        const VALUE_LEN: usize =
            "must be a cursor of this list, but is not the JSON of one object with a boolean `_pointsToNextItems`"
                .len();
        match &self.detail {
            Detail::Text(text) => text.len(),
            Detail::Value(Expected::OneOf(values), _) => {
                VALUE_LEN + values.iter().map(|value| value.len() + "`` or ".len()).sum::<usize>()
            }
            Detail::Value(..) => VALUE_LEN,
        }
    }

    /// Returns the decoded name of the parameter.
    #[must_use]
    pub fn parameter(&self) -> &str {
        &self.parameter
    }
}

impl fmt::Display for ParameterError {
    /// Writes each part of the text to the formatter on its own. Nested formatting is slower, and every 400 about
    /// parameters formats such a text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.detail {
            Detail::Text(text) => f.write_str(text),
            Detail::Value(expected, reason) => {
                f.write_str("must be ")?;
                expected.fmt(f)?;
                f.write_str(", but ")?;
                reason.fmt(f)
            }
        }
    }
}

impl std::error::Error for ParameterError {}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Detail {
    /// The text of a service.
    Text(Cow<'static, str>),
    /// The values that the pagination expects, and the reason for the error.
    Value(Expected, Reason),
}

/// The values that a parameter can have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Expected {
    /// The text of a [`Cursor`](crate::Cursor).
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
            Self::Number { max } => {
                f.write_str("a whole number from 1 to ")?;
                return max.fmt(f);
            }
            Self::OneOf(values) => values,
        };
        for (index, value) in values.iter().enumerate() {
            f.write_str(match index {
                0 => "`",
                _ if index + 1 == values.len() => " or `",
                _ => ", `",
            })?;
            f.write_str(value)?;
            f.write_str("`")?;
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
    #[error("is longer than {max} bytes")]
    TooLong { max: usize },
    #[error("is zero")]
    Zero,
}
