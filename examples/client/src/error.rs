//! What went wrong, as a person wants to read it.

use std::fmt::{self, Display};
use std::io;
use std::num::NonZeroU64;
use std::time::Duration;

use http::StatusCode;
use http::header::{HeaderMap, LOCATION};
use serde_json::Value;
use tokenfolio::{NextUrlError, Problem, ResponseError};
use url::Url;

use crate::escape::visible;
use crate::secret::SecretError;

const WRONG_LIST: &str = "see whether the URL is that of a list of tokens";

/// Why there is no list: a report of several lines, harmless for a terminal.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    /// What else is known, by name.
    facts: Vec<(String, String)>,
    advice: String,
}

impl Failure {
    fn new(what: impl Display, advice: impl Into<String>) -> Self {
        Self { what: what.to_string(), facts: Vec::new(), advice: advice.into() }
    }

    fn with_fact(mut self, name: &str, fact: impl Into<String>) -> Self {
        self.facts.push((name.to_owned(), fact.into()));
        self
    }

    /// Tells of an answer that is no page, and of the wait that it asks for.
    pub(crate) fn answer(asked: &Url, error: &ResponseError, wait: Option<Duration>, headers: &HeaderMap) -> Self {
        let location = headers.get(LOCATION).and_then(|location| asked.join(location.to_str().ok()?).ok());
        let advice = match location.filter(|_| error.status().is_redirection()) {
            Some(location) => format!("ask {location} instead, if you trust it: the secret was not sent there"),
            None => advice(error.status(), wait),
        };
        let failure = Self::new(error, advice).with_fact("asked", asked.as_str());
        match error {
            ResponseError::Problem { problem, .. } => failure.with_problem(asked, problem),
            _ => failure,
        }
    }

    /// Tells what a problem says beside its title and detail.
    fn with_problem(mut self, asked: &Url, problem: &Problem) -> Self {
        // Our own service has the errors in the detail too.
        let is_told = |text: &str| problem.detail().is_some_and(|detail| detail.contains(text));
        let errors = problem.extension("errors").and_then(Value::as_array);
        for error in errors.into_iter().flatten() {
            let member = |name| error.get(name).and_then(Value::as_str);
            if let (Some(parameter), Some(detail)) = (member("parameter"), member("detail"))
                && !is_told(detail)
            {
                self = self.with_fact(parameter, detail);
            }
        }
        if let Some(kind) = problem.type_url(asked).filter(|_| problem.type_uri() != "about:blank") {
            self = self.with_fact("type", kind);
        }
        match problem.trace_id() {
            Some(trace_id) => self.with_fact("trace id", trace_id),
            None => self,
        }
    }

    /// Tells of a link to the next page that must not be followed.
    pub(crate) fn next(asked: &Url, error: &NextUrlError) -> Self {
        let advice = match error {
            NextUrlError::NotAhead { .. } => {
                "see whether the server's page parameter has another name, and give `--page-name`"
            }
            _ => "tell the server's operators: the secret was not sent there",
        };
        Self::new(error, advice).with_fact("asked", asked.as_str())
    }

    /// Tells of a table that could not be written.
    pub(crate) fn output(error: &io::Error) -> Self {
        let what = format!("the table cannot be written: {error}");
        Self::new(what, "see whether there is room, and whether you may write there")
    }

    /// Tells of a list that goes on for longer than was allowed.
    pub(crate) fn too_many_pages(max: NonZeroU64) -> Self {
        Self::new(format!("the list has more than {max} pages"), "if you believe it, give a higher `--max-pages`")
    }

    /// Tells that there is no answer.
    pub(crate) fn transport(asked: &Url, error: &ureq::Error) -> Self {
        let advice = match error {
            ureq::Error::BodyExceedsLimit(_) => WRONG_LIST,
            _ => "see whether the URL is right, and the server can be reached",
        };
        Self::new(format!("no answer: {error}"), advice).with_fact("asked", asked.as_str())
    }
}

fn advice(status: StatusCode, wait: Option<Duration>) -> String {
    let advice = match (status, wait) {
        (StatusCode::OK, _) => WRONG_LIST,
        (StatusCode::BAD_REQUEST, _) => "see whether the parameters in the URL are right",
        (StatusCode::UNAUTHORIZED, _) => {
            "see whether the secret is whole, neither expired nor revoked, and may be used from here"
        }
        (StatusCode::FORBIDDEN, _) => "see whether the token has the right to list tokens",
        (_, Some(wait)) => return format!("try again in {} seconds", wait.as_secs().max(1)),
        (StatusCode::TOO_MANY_REQUESTS, None) => "try again later",
        _ if status.is_server_error() => "try again later; if it stays so, send this to the server's operators",
        _ => "see whether the URL is right",
    };
    advice.to_owned()
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        Self::new(error, "see `--help` for where the secret may come from")
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", visible(&self.what))?;
        for (name, fact) in &self.facts {
            writeln!(f, "  {}: {}", visible(name), visible(fact))?;
        }
        writeln!(f, "  what to do: {}", visible(&self.advice))
    }
}
