//! The endpoint in warp: [`app`] is all that an adapter has to do.
//!
//! A filter sees one piece of a request at a time, so the pieces are put together again: the method, the path and the
//! query as they came, all fields, and the peer's address. `warp::path!` is not used, because it takes `/tokens/` for
//! `/tokens`, and no filter for a method or a query, because a request that it rejected would be answered by warp.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use tokenfolio_demo::{Endpoint, route};
use warp::Filter;
use warp::filters::path::FullPath;
use warp::http::{HeaderMap, Method, Request, Response, Uri};

/// Makes the application.
pub fn app(endpoint: Endpoint) -> impl Filter<Extract = (Response<Vec<u8>>,), Error = Infallible> + Clone {
    let endpoint = Arc::new(endpoint);
    let raw_query = warp::query::raw().map(Some).or(warp::any().map(|| None)).unify();
    warp::method()
        .and(warp::path::full())
        .and(raw_query)
        .and(warp::header::headers_cloned())
        .and(warp::addr::remote())
        .then(move |method, path, query, headers, peer| {
            answer(Arc::clone(&endpoint), method, path, query, headers, peer)
        })
}

async fn answer(
    endpoint: Arc<Endpoint>,
    method: Method,
    path: FullPath,
    query: Option<String>,
    headers: HeaderMap,
    peer: Option<SocketAddr>,
) -> Response<Vec<u8>> {
    let target = match query {
        Some(query) => format!("{}?{query}", path.as_str()),
        None => path.as_str().to_owned(),
    };
    let mut request = Request::new(());
    *request.method_mut() = method;
    *request.uri_mut() = Uri::try_from(target).expect("it was part of one");
    *request.headers_mut() = headers;
    let (parts, ()) = request.into_parts();
    route(&endpoint, &parts, peer.map(|peer| peer.ip())).await
}
