//! A problem and its request, for logs.

use std::error::Error;
use std::fmt::{self, Write};
use std::iter;

use http::Method;
use http::request::Parts;

use crate::problem::Problem;

/// The problem of a response, with its request, for logs and counters.
///
/// It has the method and the path of the request. It does not have the query. It does not have the headers, because they
/// contain the secret. [`Problem::trace_id`] is the identifier of the request.
///
/// `Display` writes one line with the whole chain of causes. It is for operators: **do not send it to a client.** Control
/// characters and line separators are escaped, so that no text can begin another line of a log.
///
/// # Examples
///
/// ```
/// use tokenfolio::{Problem, ProblemEvent, StoreError, StoreErrorKind};
///
/// # fn main() -> http::Result<()> {
/// let request = http::Request::get("/api/v1/me/tokens?page=2").body(())?.into_parts().0;
/// let problem = Problem::from(StoreError::new(StoreErrorKind::Other, "no such column: created_at"));
///
/// let event = ProblemEvent::new(&problem, &request);
/// assert_eq!((event.method(), event.path()), (&http::Method::GET, "/api/v1/me/tokens"));
/// assert_eq!(event.problem().status(), Some(http::StatusCode::INTERNAL_SERVER_ERROR));
/// assert_eq!(
///     event.to_string(),
///     "GET /api/v1/me/tokens: 500 Internal Server Error: the store failed: no such column: created_at"
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ProblemEvent<'a> {
    problem: &'a Problem,
    method: &'a Method,
    path: &'a str,
}

impl<'a> ProblemEvent<'a> {
    /// Creates the event of a problem that is the response to a request.
    #[must_use]
    pub fn new(problem: &'a Problem, request: &'a Parts) -> Self {
        Self { problem, method: &request.method, path: request.uri.path() }
    }

    /// Returns the problem. Its [`source`](Error::source) is the cause.
    #[must_use]
    pub fn problem(&self) -> &'a Problem {
        self.problem
    }

    /// Returns the method of the request.
    #[must_use]
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// Returns the path of the request, without decoding it.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.path
    }
}

impl fmt::Display for ProblemEvent<'_> {
    /// Writes `METHOD PATH [TRACE ID]: STATUS TITLE: DETAIL: CAUSE: CAUSE OF THE CAUSE`. Parts that are not set are left
    /// out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = OneLine(f);
        write!(line, "{} {}", self.method, self.path)?;
        if let Some(trace_id) = self.problem.trace_id() {
            write!(line, " [{trace_id}]")?;
        }
        write!(line, ": {}", self.problem)?;
        for cause in iter::successors(self.problem.source(), |&cause| cause.source()) {
            let cause = cause.to_string();
            // In a problem about the query, the detail is the text of the cause. The line has it once.
            if self.problem.detail() != Some(&cause) {
                write!(line, ": {cause}")?;
            }
        }
        Ok(())
    }
}

/// Escapes control characters and Unicode's line and paragraph separators.
struct OneLine<'f, 'b>(&'f mut fmt::Formatter<'b>);

impl Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                write!(self.0, "{}", c.escape_default())?;
            } else {
                self.0.write_char(c)?;
            }
        }
        Ok(())
    }
}
