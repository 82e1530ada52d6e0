//! What is served beside the endpoint.

use http::request::Parts;
use http::{Method, Response, StatusCode};
use tokenfolio::Problem;

/// Answers a request for any other path than [`PATH`](crate::PATH): there is nothing, and that is a problem too.
///
/// An adapter's fallback calls it, for every method.
#[must_use]
pub fn elsewhere(parts: &Parts) -> Response<Vec<u8>> {
    let mut response = Response::from(Problem::new(StatusCode::NOT_FOUND).with_request(parts));
    // RFC 9110, section 9.3.2: the header fields of GET, and no content.
    if parts.method == Method::HEAD {
        response.body_mut().clear();
    }
    response
}
