//! The demo in salvo. `adapter.rs` is the file to copy.

mod adapter;

use salvo::http::ResBody;
use salvo::{Request, Response, Router, handler};
use tokenfolio_demo::{Endpoint, Fallback, PATH};

use crate::adapter::{request_parts, routes};

/// Creates the application: the endpoint, and the demo's fallback for all other paths.
#[must_use]
pub fn app(endpoint: Endpoint) -> Router {
    let fallback = FallbackHandler(Fallback::new(endpoint.openapi().to_string()));
    Router::new().push(routes(PATH, endpoint)).push(Router::with_path("{**path}").goal(fallback))
}

struct FallbackHandler(Fallback);

#[handler]
impl FallbackHandler {
    async fn handle(&self, request: &mut Request, response: &mut Response) {
        *response = self.0.respond(&request_parts(request)).map(ResBody::from).into();
    }
}
