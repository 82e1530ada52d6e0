//! The demo in warp. `adapter.rs` is the file to copy.

mod adapter;

use std::convert::Infallible;

use tokenfolio_demo::{Endpoint, Fallback, PATH};
use warp::Filter;
use warp::http::Response;
use warp::http::request::Parts;

use crate::adapter::{list_tokens, request_parts};

/// Creates the application: the endpoint, and the demo's fallback for all other paths.
#[must_use]
pub fn app(endpoint: Endpoint) -> impl Filter<Extract = (Response<Vec<u8>>,), Error = Infallible> + Clone {
    let fallback = Fallback::new(endpoint.openapi().to_string());
    let fallback = request_parts().map(move |parts: Parts| fallback.respond(&parts));
    list_tokens(PATH, endpoint).or(fallback).unify()
}
