//! The endpoint as a [`tower::Service`], to be wrapped in layers and called by whatever calls services: a server, or a
//! function runtime such as AWS Lambda's, which has no socket.
//!
//! Requests and responses are those of the `http` crate, with any body in and the whole body out, so that nothing is
//! converted. The caller's address is not part of an HTTP request: whoever calls the service puts it among the
//! request's extensions, as a [`Caller`]. Without one, a token with an allow-list is refused.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokenfolio_demo::{Endpoint, route};
use tower::Service;

/// The address from which a request came, as an extension of it.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub IpAddr);

/// The application.
#[derive(Clone, Debug)]
pub struct App {
    endpoint: Arc<Endpoint>,
}

/// Makes the application.
#[must_use]
pub fn app(endpoint: Endpoint) -> App {
    App { endpoint: Arc::new(endpoint) }
}

impl<B> Service<Request<B>> for App {
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
            Ok(route(&endpoint, &parts, caller).await.map(Full::from))
        })
    }
}
