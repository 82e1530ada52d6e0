//! The demo as a tower service. `adapter.rs` is the file to copy.

mod adapter;

use std::convert::Infallible;
use std::future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokenfolio_demo::{Authenticator, Endpoint, Fallback, PATH, Store};
use tower::Service;

pub use crate::adapter::Caller;
use crate::adapter::ListTokensService;

/// The application: the endpoint, and the demo's fallback for all other paths.
#[derive(Clone, Debug)]
pub struct App {
    list_tokens: ListTokensService<Store, Authenticator>,
    fallback: Fallback,
}

/// Creates the application.
#[must_use]
pub fn app(endpoint: Endpoint) -> App {
    let fallback = Fallback::new(endpoint.openapi().to_string());
    App { list_tokens: ListTokensService::new(endpoint), fallback }
}

impl<B> Service<Request<B>> for App {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if request.uri().path() == PATH {
            return self.list_tokens.call(request);
        }
        let (parts, _) = request.into_parts();
        Box::pin(future::ready(Ok(self.fallback.respond(&parts).map(Full::from))))
    }
}
