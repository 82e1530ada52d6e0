//! The endpoint in axum: every request for its path goes to the library as it came, and the library's response is the
//! answer.
//!
//! Run it from the repository's root with `cargo example axum`, and paste one of the `curl` lines that it prints: a page
//! of tokens comes back, or a problem. `-- --help` lists the arguments.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{self, StatusCode};
use axum::response::Response;
use axum::routing::any;
use tokenfolio::Problem;
use tokenfolio_demo::{Endpoint, PATH};

/// Routes every method of the endpoint's path to the library, and answers any other path with a problem.
///
/// To be served with [`ConnectInfo`]: without a peer's address, tokens with an allow-list are refused.
pub fn app(endpoint: Endpoint) -> Router {
    Router::new().route(PATH, any(list)).fallback(not_found).with_state(Arc::new(endpoint))
}

async fn list(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let peer = parts.extensions.get().map(|ConnectInfo(peer): &ConnectInfo<SocketAddr>| peer.ip());
    endpoint.answer(&parts, peer).await.map(Body::from)
}

async fn not_found(request: Request) -> Response {
    let problem = Problem::new(StatusCode::NOT_FOUND).with_request(&request.into_parts().0);
    http::Response::<Vec<u8>>::from(problem).map(Body::from)
}
