//! The endpoint in axum. Copy this file into your service: it needs only axum and tokenfolio.
//!
//! Serve the application with connection info, as `into_make_service_with_connect_info::<SocketAddr>()` does. The
//! handler reads the peer's address from it.
//!
//! The routes can be nested in other routes, because axum's default feature `original-uri` preserves the whole URI.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, OriginalUri, Request, State};
use axum::http::Response;
use axum::routing::any;
use tokenfolio::{Authenticator, ListTokens, TokenStore};

/// Routes a path to the endpoint.
pub(crate) fn routes<S, A>(path: &str, endpoint: ListTokens<S, A>) -> Router
where
    S: TokenStore + 'static,
    A: Authenticator<Owner = S::Owner> + 'static,
{
    // Do not restrict the method. The endpoint responds to other methods with a problem.
    Router::new().route(path, any(list_tokens::<S, A>)).with_state(Arc::new(endpoint))
}

async fn list_tokens<S, A>(
    State(endpoint): State<Arc<ListTokens<S, A>>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    OriginalUri(uri): OriginalUri,
    request: Request,
) -> Response<Body>
where
    S: TokenStore,
    A: Authenticator<Owner = S::Owner>,
{
    let (mut parts, _) = request.into_parts();
    // `Router::nest` strips its path from the request's URI. A problem must contain the path that the client requested.
    parts.uri = uri;
    endpoint.handle(&parts, Some(peer.ip())).await.map(Body::from)
}
