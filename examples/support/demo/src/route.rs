//! The whole server, for whoever has no router.

use std::net::IpAddr;

use http::Response;
use http::request::Parts;

use crate::fallback::fallback;
use crate::start::{Endpoint, PATH};

/// Answers any request: the endpoint at [`PATH`], and [`fallback`] beside it.
///
/// It is for adapters to what routes nothing, or what takes a path for the endpoint's that is not. `caller` is the
/// address of the peer.
pub async fn route(endpoint: &Endpoint, parts: &Parts, caller: Option<IpAddr>) -> Response<Vec<u8>> {
    match parts.uri.path() {
        PATH => endpoint.handle(parts, caller).await,
        _ => fallback(parts),
    }
}
