//! The endpoint in Rocket. Copy this file into your service: it needs only Rocket, http and tokenfolio.
//!
//! Rocket has its own request and response types, so both are copied. The client's address is [`Request::remote`],
//! because [`Request::client_ip`] reads it from a header. Rocket also changes requests before a handler runs:
//!
//! - It drops headers whose value is not UTF-8. If a token is not UTF-8, the 401 has no `error` in its challenge. If
//!   one of two `Authorization` headers is not UTF-8, the endpoint uses the other one.
//! - It also drops an `X-Forwarded-For` or `Forwarded` header that is not UTF-8, with the address that a trusted proxy
//!   appended to it. The library would then treat the proxy as the client. To prevent this, the adapter adds a header
//!   with the entry `unknown` before the others, so that the client is unknown. Configure the proxy to replace the
//!   header that the client sent.
//! - It replaces the method of a POST whose form begins with a field `_method`. The endpoint sees the new method.
//! - It rejects an unknown method with 400, and passes the request to the [catcher](catchers) with the method GET. The
//!   catcher calls the endpoint with an unknown method.
//! - It routes `/tokens/` and `/%74okens` like `/tokens`. So the handler compares the path that the client sent.
//! - It responds to HEAD as to GET, without the body, so there is no route for HEAD.

use std::io::Cursor;
use std::sync::Arc;

use http::StatusCode;
use http::request::Parts;
use rocket::http::{Header, Method, Status};
use rocket::{Catcher, Data, Request, Response, Route, async_trait, catcher, route};
use tokenfolio::{Authenticator, ListTokens, Problem, TokenStore};

/// Every method that Rocket knows, except HEAD.
const METHODS: [Method; 8] = [
    Method::Connect,
    Method::Delete,
    Method::Get,
    Method::Options,
    Method::Patch,
    Method::Post,
    Method::Put,
    Method::Trace,
];

/// Creates the routes of the endpoint, one for each method, to be mounted at `/`.
pub(crate) fn routes<S, A>(path: &'static str, endpoint: &Arc<ListTokens<S, A>>) -> Vec<Route>
where
    S: TokenStore + 'static,
    A: Authenticator<Owner = S::Owner> + 'static,
{
    METHODS.into_iter().map(|method| Route::new(method, path, Handler::new(path, endpoint))).collect()
}

/// Creates the catcher for methods that Rocket does not know, to be registered at the path of the endpoint.
pub(crate) fn catchers<S, A>(path: &'static str, endpoint: &Arc<ListTokens<S, A>>) -> Vec<Catcher>
where
    S: TokenStore + 'static,
    A: Authenticator<Owner = S::Owner> + 'static,
{
    vec![Catcher::new(Status::BadRequest.code, Handler::new(path, endpoint))]
}

struct Handler<S, A: Authenticator> {
    path: &'static str,
    endpoint: Arc<ListTokens<S, A>>,
}

impl<S, A> Handler<S, A>
where
    S: TokenStore,
    A: Authenticator<Owner = S::Owner>,
{
    fn new(path: &'static str, endpoint: &Arc<ListTokens<S, A>>) -> Self {
        Self { path, endpoint: Arc::clone(endpoint) }
    }

    async fn list_tokens(&self, request: &Request<'_>, method: &str) -> Response<'static> {
        let parts = request_parts(request, method);
        if parts.uri.path() != self.path {
            return copy_response(Problem::new(StatusCode::NOT_FOUND).with_request(&parts).into());
        }
        let caller = request.remote().map(|peer| peer.ip());
        copy_response(self.endpoint.handle(&parts, caller).await)
    }
}

#[async_trait]
impl<S, A> route::Handler for Handler<S, A>
where
    S: TokenStore + 'static,
    A: Authenticator<Owner = S::Owner> + 'static,
{
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> route::Outcome<'r> {
        route::Outcome::Success(self.list_tokens(request, request.method().as_str()).await)
    }
}

#[async_trait]
impl<S, A> catcher::Handler for Handler<S, A>
where
    S: TokenStore + 'static,
    A: Authenticator<Owner = S::Owner> + 'static,
{
    async fn handle<'r>(&self, _: Status, request: &'r Request<'_>) -> catcher::Result<'r> {
        Ok(self.list_tokens(request, UNKNOWN_METHOD).await)
    }
}

// A derived `Clone` would require that the store is `Clone`.
impl<S, A: Authenticator> Clone for Handler<S, A> {
    fn clone(&self) -> Self {
        Self { path: self.path, endpoint: Arc::clone(&self.endpoint) }
    }
}

/// The name for a method that Rocket does not know.
pub(crate) const UNKNOWN_METHOD: &str = "UNKNOWN";

/// Copies a request without its body.
pub(crate) fn request_parts(request: &Request<'_>, method: &str) -> Parts {
    let mut copy = http::Request::builder()
        .method(method)
        .uri(request.uri().to_string())
        .header("forwarded", "for=unknown")
        .header("x-forwarded-for", "unknown");
    for header in request.headers().iter() {
        copy = copy.header(header.name.as_str(), header.value());
    }
    let copy = copy.body(()).expect("Rocket parsed it from a valid request");
    copy.into_parts().0
}

/// Copies a response.
pub(crate) fn copy_response(response: http::Response<Vec<u8>>) -> Response<'static> {
    let (parts, body) = response.into_parts();
    let mut copy = Response::build();
    copy.status(Status::new(parts.status.as_u16())).sized_body(body.len(), Cursor::new(body));
    for (name, value) in &parts.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        copy.header_adjoin(Header::new(name.to_string(), value));
    }
    copy.finalize()
}
