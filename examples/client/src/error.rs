//! Errors as reports for users.

use std::fmt::{self, Display};
use std::io;
use std::num::NonZeroU64;
use std::time::Duration;

use http::StatusCode;
use http::header::{HeaderMap, LOCATION};
use serde_json::Value;
use tokenfolio::{NextUrlError, Problem, ResponseError};
use url::Url;

use crate::escape::escape;
use crate::secret::SecretError;

const CHECK_LIST_URL: &str = "check that the URL is a list of tokens";

/// A report of several lines. Control characters are escaped.
#[derive(Debug)]
pub(crate) struct Error {
    message: String,
    /// Names and values.
    context: Vec<(String, String)>,
    help: String,
}

impl Error {
    fn new(message: impl Display, help: impl Into<String>) -> Self {
        Self { message: message.to_string(), context: Vec::new(), help: help.into() }
    }

    fn with_context(mut self, name: &str, value: impl Into<String>) -> Self {
        self.context.push((name.to_owned(), value.into()));
        self
    }

    /// Reports a response that is not a page.
    pub(crate) fn response(
        url: &Url,
        error: &ResponseError,
        retry_after: Option<Duration>,
        headers: &HeaderMap,
    ) -> Self {
        let location = headers.get(LOCATION).and_then(|location| url.join(location.to_str().ok()?).ok());
        let help = match location.filter(|_| error.status().is_redirection()) {
            Some(location) => format!("use {location} if you trust it; the secret was not sent there"),
            None => help(error.status(), retry_after),
        };
        let report = Self::new(error, help).with_context("url", url.as_str());
        match error {
            ResponseError::Problem { problem, .. } => report.with_problem(url, problem),
            _ => report,
        }
    }

    /// Adds the members of a problem, except its title and detail.
    fn with_problem(mut self, url: &Url, problem: &Problem) -> Self {
        // A server that uses this library repeats the errors in the detail of the problem. They are not shown twice.
        let is_in_detail = |text: &str| problem.detail().is_some_and(|detail| detail.contains(text));
        let errors = problem.extension("errors").and_then(Value::as_array);
        for error in errors.into_iter().flatten() {
            let member = |name| error.get(name).and_then(Value::as_str);
            if let (Some(parameter), Some(detail)) = (member("parameter"), member("detail"))
                && !is_in_detail(detail)
            {
                self = self.with_context(parameter, detail);
            }
        }
        if let Some(type_url) = problem.type_url(url).filter(|_| problem.type_uri() != "about:blank") {
            self = self.with_context("type", type_url);
        }
        match problem.trace_id() {
            Some(trace_id) => self.with_context("trace id", trace_id),
            None => self,
        }
    }

    /// Reports a link to the next page that must not be followed.
    pub(crate) fn next_url(url: &Url, error: &NextUrlError) -> Self {
        let help = match error {
            NextUrlError::NotAhead { .. } => {
                "use `--page-name` or `--cursor-name` if the server's parameter has another name"
            }
            NextUrlError::OtherOrigin { .. } => {
                "use `--own-url` to request the page at URL; the secret was not sent to the other origin"
            }
            _ => "report this to the server's operators; the client did not follow the link",
        };
        Self::new(error, help).with_context("url", url.as_str())
    }

    /// Reports a table that could not be written.
    pub(crate) fn output(error: &io::Error) -> Self {
        let message = format!("the table cannot be written: {error}");
        Self::new(message, "check the free space and the permissions of the output")
    }

    /// Reports a list with more pages than allowed.
    pub(crate) fn too_many_pages(max: NonZeroU64) -> Self {
        Self::new(format!("the list has more than {max} pages"), "use a higher `--max-pages` if that is correct")
    }

    /// Reports a request without a response.
    pub(crate) fn transport(url: &Url, error: &ureq::Error) -> Self {
        let help = match error {
            ureq::Error::BodyExceedsLimit(_) => CHECK_LIST_URL,
            _ => "check the URL and the connection to the server",
        };
        Self::new(format!("no response: {error}"), help).with_context("url", url.as_str())
    }
}

fn help(status: StatusCode, retry_after: Option<Duration>) -> String {
    let help = match (status, retry_after) {
        (StatusCode::OK, _) => CHECK_LIST_URL,
        (StatusCode::BAD_REQUEST, _) => "check the parameters in the URL",
        (StatusCode::UNAUTHORIZED, _) => {
            "check that the secret is complete, not expired, not revoked, and allowed from this address"
        }
        (StatusCode::FORBIDDEN, _) => "check that the token may list tokens",
        (_, Some(delay)) => return format!("try again in {} s", delay.as_secs().max(1)),
        (StatusCode::TOO_MANY_REQUESTS, None) => "try again later",
        _ if status.is_server_error() => "try again later, or report this to the server's operators",
        _ => "check the URL",
    };
    help.to_owned()
}

impl From<SecretError> for Error {
    fn from(error: SecretError) -> Self {
        Self::new(error, "see `--help` for the ways to pass the secret")
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", escape(&self.message))?;
        for (name, value) in &self.context {
            writeln!(f, "  {}: {}", escape(name), escape(value))?;
        }
        writeln!(f, "  help: {}", escape(&self.help))
    }
}
