//! The demo in axum. `adapter.rs` is the file to copy.

mod adapter;

use std::future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper_util::service::TowerToHyperService;
use tokenfolio_demo::{Endpoint, Fallback, PATH};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::adapter::routes;

/// Creates the application: the endpoint, and the demo's fallback for all other paths.
pub fn app(endpoint: Endpoint) -> Router {
    let fallback = Fallback::new(endpoint.openapi().to_string());
    let respond = move |request: Request| future::ready(fallback.respond(&request.into_parts().0).map(Body::from));
    routes(PATH, endpoint).fallback(respond)
}

/// Serves an application with connection info until `shutdown` is ready.
///
/// `axum::serve` has no timeouts. This function closes a connection if it waits for the client for longer than
/// `timeout`.
pub async fn serve(app: Router, listener: TcpListener, timeout: Duration, shutdown: impl Future<Output = ()>) {
    tokenfolio_hyper::serve(listener, timeout, shutdown, |peer: SocketAddr| {
        let app = app.clone().map_request(move |mut request: axum::http::Request<_>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        TowerToHyperService::new(app)
    })
    .await;
}
