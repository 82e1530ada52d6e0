//! The endpoint in axum: [`app`] is all that an adapter has to do.
//!
//! It routes every method of the path to [`ListTokens::handle`](tokenfolio::ListTokens::handle), hands over the parts
//! of the request as they came and the address of the peer, and copies the response. The framework's own 404 is a
//! problem too. [`serve`] is there because `axum::serve` waits for a slow client as long as it likes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{self, Response};
use axum::routing::any;
use hyper_util::service::TowerToHyperService;
use tokenfolio_demo::{Endpoint, PATH};
use tokio::net::TcpListener;
use tower::ServiceExt;

/// Makes the application. It is to be served with connection info, which tells the peer's address.
pub fn app(endpoint: Endpoint) -> Router {
    // Any method, so that it is the library that answers those it does not allow.
    Router::new().route(PATH, any(list_tokens)).fallback(fallback).with_state(Arc::new(endpoint))
}

async fn list_tokens(
    State(endpoint): State<Arc<Endpoint>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let (parts, _) = request.into_parts();
    endpoint.handle(&parts, Some(peer.ip())).await.map(Body::from)
}

async fn fallback(request: Request) -> Response<Body> {
    tokenfolio_demo::fallback(&request.into_parts().0).map(Body::from)
}

/// Serves an application with connection info until `stop` is ready, and closes connections that keep it waiting for
/// longer than `patience`.
pub async fn serve(app: Router, listener: TcpListener, patience: Duration, stop: impl Future<Output = ()>) {
    tokenfolio_hyper::serve(listener, patience, stop, |peer| {
        let app = app.clone().map_request(move |mut request: http::Request<_>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        TowerToHyperService::new(app)
    })
    .await;
}
