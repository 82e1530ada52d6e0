//! The demo in salvo. `adapter.rs` is the file to copy.

mod adapter;

use salvo::http::ResBody;
use salvo::{Request, Response, Router, handler};
use tokenfolio_demo::{Endpoint, PATH};

use crate::adapter::{request_parts, routes};

/// Creates the application: the endpoint, and the demo's page at every other path.
#[must_use]
pub fn app(endpoint: Endpoint) -> Router {
    Router::new().push(routes(PATH, endpoint)).push(Router::with_path("{**path}").goal(fallback))
}

#[handler]
async fn fallback(request: &mut Request, response: &mut Response) {
    *response = tokenfolio_demo::fallback(&request_parts(request)).map(ResBody::from).into();
}
