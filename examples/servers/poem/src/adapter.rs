//! The endpoint in poem: [`app`] is all that an adapter has to do.
//!
//! Routes are set without a method, so that it is the library that answers those it does not allow. A request of
//! poem's is its own type over the `http` crate's, whose parts are moved out of it; poem's 404 has a text for a body,
//! so that a last route answers instead.

use std::net::SocketAddr;
use std::sync::Arc;

use poem::http;
use poem::{Endpoint as Handler, Request, Response, Route, endpoint};
use tokenfolio_demo::{Endpoint, PATH};

/// Makes the application.
pub fn app(endpoint: Endpoint) -> impl Handler {
    let endpoint = Arc::new(endpoint);
    Route::new()
        .at(PATH, endpoint::make(move |request| list_tokens(Arc::clone(&endpoint), request)))
        .at("/*path", endpoint::make(fallback))
}

async fn list_tokens(endpoint: Arc<Endpoint>, request: Request) -> Response {
    let caller = request.remote_addr().as_socket_addr().map(SocketAddr::ip);
    copy(endpoint.handle(&parts(request), caller).await)
}

async fn fallback(request: Request) -> Response {
    copy(tokenfolio_demo::fallback(&parts(request)))
}

fn parts(request: Request) -> http::request::Parts {
    let (parts, _) = request.into_parts();
    let mut request = http::Request::new(());
    *request.method_mut() = parts.method;
    *request.uri_mut() = parts.uri;
    *request.headers_mut() = parts.headers;
    request.into_parts().0
}

fn copy(response: http::Response<Vec<u8>>) -> Response {
    let (parts, body) = response.into_parts();
    let mut response = Response::default();
    response.set_status(parts.status);
    *response.headers_mut() = parts.headers;
    response.set_body(body);
    response
}
