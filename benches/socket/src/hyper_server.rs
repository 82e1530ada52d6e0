//! The variants with hyper, without a framework.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::target::{self, Target};
use crate::{BoxError, endpoint, page};

#[path = "../../../examples/servers/hyper/src/adapter.rs"]
mod adapter;

/// Serves each variant at a separate address.
pub(crate) async fn start() -> Result<Vec<Target>, BoxError> {
    let [constant, ok, unauthorized] = target::in_memory("hyper")?;
    let body = Bytes::from(target::page_body(page::PAGE, page::TOTAL)?);
    let constant_address = serve(move |_, _| {
        let response = json(body.clone());
        async { response }
    })
    .await?;
    let endpoint = Arc::new(endpoint::endpoint());
    let ours = serve(move |request, peer| {
        let endpoint = Arc::clone(&endpoint);
        async move { adapter::list_tokens(&endpoint, request, peer).await }
    })
    .await?;
    Ok(vec![constant.at(constant_address), ok.at(ours), unauthorized.at(ours)])
}

/// Serves requests until the process ends, and returns the address.
async fn serve<F>(
    respond: impl Fn(Request<Incoming>, SocketAddr) -> F + Clone + Send + Sync + 'static,
) -> Result<SocketAddr, BoxError>
where
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            let respond = respond.clone();
            let service = service_fn(move |request| {
                let response = respond(request, peer);
                async move { Ok::<_, Infallible>(response.await) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    Ok(address)
}

fn json(body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}
