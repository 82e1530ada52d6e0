//! The endpoint in hyper. Copy this file into your service: it needs only hyper, http-body-util and tokenfolio.
//!
//! hyper and the library both use the types of the `http` crate, so nothing is converted. On HTTP/1, hyper itself
//! rejects malformed requests (400) and requests that are too long (414, 431). These responses have no body.

use std::net::SocketAddr;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response};
use tokenfolio::{Authenticator, ListTokens, TokenStore};

/// Responds to a request for the endpoint's path, with any method. Does not read the request's body.
pub(crate) async fn list_tokens<S, A, B>(
    endpoint: &ListTokens<S, A>,
    request: Request<B>,
    peer: SocketAddr,
) -> Response<Full<Bytes>>
where
    S: TokenStore,
    A: Authenticator<Owner = S::Owner>,
{
    let (parts, _) = request.into_parts();
    endpoint.handle(&parts, Some(peer.ip())).await.map(Full::from)
}
