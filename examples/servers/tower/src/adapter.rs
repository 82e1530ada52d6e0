//! The endpoint as a [`tower::Service`]. Copy this file into your service: it needs only tower, bytes, http,
//! http-body-util and tokenfolio.
//!
//! Layers can wrap the service. A server can call it. A function runtime, such as AWS Lambda's, can call it without a
//! socket. The service takes requests of the `http` crate with any body, and returns responses with a body in memory.
//!
//! The client's address is not part of an HTTP request. Insert it into the request's extensions as a [`Caller`]. Without
//! a `Caller`, a token with an allow-list is rejected.

use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokenfolio::{Authenticator, ListTokens, TokenStore};
use tower::Service;

/// The client's address, as an extension of a request.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub IpAddr);

/// A service that responds to requests for the endpoint's path, with any method.
pub(crate) struct ListTokensService<S, A: Authenticator> {
    endpoint: Arc<ListTokens<S, A>>,
}

impl<S, A: Authenticator> ListTokensService<S, A> {
    /// Creates the service. Its clones share the endpoint.
    pub(crate) fn new(endpoint: ListTokens<S, A>) -> Self {
        Self { endpoint: Arc::new(endpoint) }
    }
}

impl<S, A, B> Service<Request<B>> for ListTokensService<S, A>
where
    S: TokenStore + 'static,
    A: Authenticator<Owner = S::Owner> + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let endpoint = Arc::clone(&self.endpoint);
        let (parts, _) = request.into_parts();
        Box::pin(async move {
            let caller = parts.extensions.get().map(|Caller(address)| *address);
            Ok(endpoint.handle(&parts, caller).await.map(Full::from))
        })
    }
}

// A derived `Clone` or `Debug` would require the same trait of the store.
impl<S, A: Authenticator> Clone for ListTokensService<S, A> {
    fn clone(&self) -> Self {
        Self { endpoint: Arc::clone(&self.endpoint) }
    }
}

impl<S, A: Authenticator> fmt::Debug for ListTokensService<S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListTokensService").finish_non_exhaustive()
    }
}
