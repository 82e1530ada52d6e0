//! The endpoint in warp. Copy this file into your service: it needs only warp and tokenfolio.
//!
//! A filter of warp reads one part of a request, so the adapter assembles the request from its method, path, query and
//! headers. It does not use `warp::path!`, which would accept `/tokens/` for `/tokens`. It does not filter by method or
//! query, because the endpoint responds to invalid ones with a problem.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use tokenfolio::{Authenticator, ListTokens, TokenStore};
use warp::filters::path::FullPath;
use warp::http::request::Parts;
use warp::http::{HeaderMap, Method, Request, Response, Uri};
use warp::{Filter, Rejection};

/// Creates the filter that responds to requests for a path.
pub(crate) fn list_tokens<S, A>(
    path: &'static str,
    endpoint: ListTokens<S, A>,
) -> impl Filter<Extract = (Response<Vec<u8>>,), Error = Rejection> + Clone
where
    S: TokenStore + 'static,
    A: Authenticator<Owner = S::Owner> + 'static,
{
    let endpoint = Arc::new(endpoint);
    is_path(path).and(request_parts()).and(warp::addr::remote()).then(move |parts: Parts, peer: Option<SocketAddr>| {
        let endpoint = Arc::clone(&endpoint);
        async move { endpoint.handle(&parts, peer.map(|peer| peer.ip())).await }
    })
}

/// Rejects every other path.
fn is_path(path: &'static str) -> impl Filter<Extract = (), Error = Rejection> + Clone {
    warp::path::full()
        .and_then(move |full: FullPath| async move {
            if full.as_str() == path { Ok(()) } else { Err(warp::reject::not_found()) }
        })
        .untuple_one()
}

/// Copies a request without its body.
pub(crate) fn request_parts() -> impl Filter<Extract = (Parts,), Error = Infallible> + Clone {
    let query = warp::query::raw().map(Some).or(warp::any().map(|| None)).unify();
    warp::method().and(warp::path::full()).and(query).and(warp::header::headers_cloned()).map(
        |method: Method, path: FullPath, query: Option<String>, headers: HeaderMap| {
            let target = match query {
                Some(query) => format!("{}?{query}", path.as_str()),
                None => path.as_str().to_owned(),
            };
            let mut request = Request::new(());
            *request.method_mut() = method;
            *request.uri_mut() = Uri::try_from(target).expect("it was part of a valid URI");
            *request.headers_mut() = headers;
            request.into_parts().0
        },
    )
}
