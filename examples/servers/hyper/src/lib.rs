//! The demo in hyper, without a framework. `adapter.rs` is the file to copy. `serve.rs` is the loop that a framework
//! would provide. You can copy it too.

mod adapter;
mod serve;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use tokenfolio_demo::{Endpoint, Fallback, PATH};

use crate::adapter::list_tokens;
pub use crate::serve::{CLIENT_TIMEOUT, serve};

/// Creates the service for the requests of one peer: the endpoint, and the demo's fallback for all other paths.
#[must_use]
pub fn service(
    endpoint: Arc<Endpoint>,
    fallback: Fallback,
    peer: SocketAddr,
) -> impl Service<Request<Incoming>, Response = Response<Full<Bytes>>, Error = Infallible, Future: Send> {
    service_fn(move |request| {
        let endpoint = Arc::clone(&endpoint);
        let fallback = fallback.clone();
        async move { Ok(route(&endpoint, &fallback, request, peer).await) }
    })
}

async fn route(
    endpoint: &Endpoint,
    fallback: &Fallback,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Full<Bytes>> {
    if request.uri().path() == PATH {
        return list_tokens(endpoint, request, peer).await;
    }
    let (parts, _) = request.into_parts();
    fallback.respond(&parts).map(Full::from)
}
