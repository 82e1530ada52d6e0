//! The log of a server, on standard error. No response contains it.

use std::error::Error;
use std::io::{self, Write};
use std::iter;

use tokenfolio::ProblemEvent;

/// Prints a problem with its request and all its causes.
pub(crate) fn log_problem(event: &ProblemEvent<'_>) {
    print(&event.to_string());
}

/// Prints an error that is no problem of a request, with all its causes.
pub(crate) fn log_error(what: &str, error: &(dyn Error + 'static)) {
    let causes = iter::successors(Some(error), |&error| error.source()).map(ToString::to_string);
    print(&format!("{what}: {}", causes.collect::<Vec<_>>().join(": ")));
}

fn print(line: &str) {
    // A server keeps serving even if nobody reads its log.
    drop(writeln!(io::stderr(), "{line}"));
}
