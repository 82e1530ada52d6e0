//! The demo in poem. `adapter.rs` is the file to copy.

mod adapter;

use poem::{Request, Response, Route, endpoint};
use tokenfolio_demo::{Endpoint, PATH};

use crate::adapter::{copy_response, list_tokens, request_parts};

/// Creates the application: the endpoint, and the demo's page at every other path.
#[must_use]
pub fn app(endpoint: Endpoint) -> Route {
    Route::new().at(PATH, list_tokens(endpoint)).at("/*path", endpoint::make(fallback))
}

async fn fallback(request: Request) -> Response {
    copy_response(tokenfolio_demo::fallback(&request_parts(request)))
}
