//! The demo in actix-web. `adapter.rs` is the file to copy.

mod adapter;

use std::future;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::{self, ServiceConfig};
use tokenfolio_demo::{Endpoint, Fallback, PATH};

use crate::adapter::{copy_response, request_parts, routes};

/// Creates the application, for the `App` of each worker: the endpoint, and the demo's fallback for all other paths.
pub fn app(endpoint: Arc<Endpoint>) -> impl FnOnce(&mut ServiceConfig) {
    let fallback = Fallback::new(endpoint.openapi().to_string());
    let respond = move |request: HttpRequest| {
        future::ready(copy_response(request.method(), fallback.respond(&request_parts(&request))))
    };
    let routes = routes(PATH, endpoint);
    move |config| {
        routes(config);
        config.default_service(web::to(respond));
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;
    use http::Response;

    use crate::adapter::copy_response;

    #[test]
    fn every_challenge_is_copied() {
        let challenges = ["Bearer realm=\"api\"", "Basic realm=\"api\""];
        let response = Response::builder().header("www-authenticate", challenges[0]);
        let response = response.header("www-authenticate", challenges[1]).body(Vec::new()).expect("a response");
        let copy = copy_response(&Method::GET, response);
        assert!(copy.headers().get_all("www-authenticate").eq(challenges));
    }
}
