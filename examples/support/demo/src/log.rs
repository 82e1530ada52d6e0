//! The log of a server, on standard error. No response contains it.

use std::error::Error;
use std::io::{self, Write};
use std::iter;

use tokenfolio::ProblemEvent;

/// Prints a problem with its request and all its causes.
pub(crate) fn log_problem(event: &ProblemEvent<'_>) {
    print(&event.to_string());
}

/// Prints an error that did not occur in a request, with all its causes.
pub(crate) fn log_error(context: &str, error: &(dyn Error + 'static)) {
    let causes = iter::successors(Some(error), |&error| error.source()).map(ToString::to_string);
    print(&format!("{context}: {}", causes.collect::<Vec<_>>().join(": ")));
}

fn print(line: &str) {
    // The server continues even if its log cannot be written.
    drop(writeln!(io::stderr(), "{line}"));
}
