//! All cases, by subject.

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

/// Returns the cases for a server without `--lenient`.
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

/// Returns the cases for a server with `--lenient`.
#[must_use]
pub fn lenient_cases() -> Vec<Case> {
    queries::lenient_cases()
}

/// Returns the cases for a server that trusts this machine as a proxy.
#[must_use]
pub fn trusted_proxy_cases() -> Vec<Case> {
    forwarding::trusted_proxy_cases()
}

/// Returns a case that requests the endpoint's path with GET.
fn get(name: &str, expected: Expected) -> Case {
    Case::new(name, Method::GET, PATH, expected)
}
