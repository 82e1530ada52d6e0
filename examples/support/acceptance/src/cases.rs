//! The table: every request that is tried, by subject.

mod bearer;
mod forwarding;
mod malformed;
mod messages;
mod paths;
mod queries;
mod traces;

use http::Method;

use crate::PATH;
use crate::case::Case;
use crate::expected::Expected;

/// Lists the cases for a server that was started without `--lenient`.
#[must_use]
pub fn strict_cases() -> Vec<Case> {
    [
        bearer::cases(),
        messages::cases(),
        queries::strict_cases(),
        paths::cases(),
        forwarding::cases(),
        traces::cases(),
        malformed::cases(),
    ]
    .concat()
}

/// Lists the cases for a server that was started with `--lenient`.
#[must_use]
pub fn lenient_cases() -> Vec<Case> {
    queries::lenient_cases()
}

/// A GET of the endpoint's path.
fn get(name: &str, expected: Expected) -> Case {
    Case::new(name, Method::GET, PATH, expected)
}
