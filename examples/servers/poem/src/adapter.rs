//! The endpoint in poem. Copy this file into your service: it needs only poem and tokenfolio.
//!
//! poem has its own request type. Its method, URI and headers have the types of the `http` crate, so they are moved.

use std::net::SocketAddr;
use std::sync::Arc;

use poem::http::{self, request::Parts};
use poem::{Endpoint, Request, Response, endpoint};
use tokenfolio::{Authenticator, ListTokens, TokenStore};

/// Creates the handler for [`Route::at`](poem::Route::at).
///
/// Do not restrict the method. The endpoint responds to other methods with a problem.
pub(crate) fn list_tokens<S, A>(endpoint: ListTokens<S, A>) -> impl Endpoint
where
    S: TokenStore + 'static,
    A: Authenticator<Owner = S::Owner> + 'static,
{
    let endpoint = Arc::new(endpoint);
    endpoint::make(move |request: Request| {
        let endpoint = Arc::clone(&endpoint);
        async move {
            let caller = request.remote_addr().as_socket_addr().map(SocketAddr::ip);
            copy_response(endpoint.handle(&request_parts(request), caller).await)
        }
    })
}

/// Takes the parts that the library needs from a request, without copying them.
///
/// `Route::nest` strips its path from the request's URI. A problem must contain the path that the client requested, so
/// this function uses the original URI. poem's test client does not set it. Then the function uses the request's URI.
pub(crate) fn request_parts(request: Request) -> Parts {
    let original_uri = request.original_uri().clone();
    let (parts, _) = request.into_parts();
    let is_original_set = original_uri.path().ends_with(parts.uri.path());
    let mut request = http::Request::new(());
    *request.method_mut() = parts.method;
    *request.uri_mut() = if is_original_set { original_uri } else { parts.uri };
    *request.headers_mut() = parts.headers;
    request.into_parts().0
}

/// Converts a response to poem's type.
pub(crate) fn copy_response(response: http::Response<Vec<u8>>) -> Response {
    let (parts, body) = response.into_parts();
    let mut response = Response::default();
    response.set_status(parts.status);
    *response.headers_mut() = parts.headers;
    response.set_body(body);
    response
}
