//! The endpoint in actix-web. Copy this file into your service: it needs only actix-web, futures-util, http and
//! tokenfolio.
//!
//! actix-web uses an older version of the `http` crate, so requests and responses are copied. Also:
//!
//! - actix-web's router decodes paths: it routes `/%74okens` like `/tokens`. So a guard compares the path that the
//!   client sent with the endpoint's path.
//! - actix-web sets `Content-Length` to the length of the body. The response to HEAD has no body, so the adapter sends an
//!   empty stream that declares the length.
//! - actix-web itself rejects some requests with 400 and no body: malformed requests, requests with more than 96 headers
//!   or 128 kB, without `Host`, or with a target that is not ASCII.
//! - During a shutdown, actix-web finishes a request only if it was received completely.

use std::convert::Infallible;
use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::guard::fn_guard;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use tokenfolio::{Authenticator, ListTokens, TokenStore};

/// Routes a path to the endpoint, for [`App::configure`](actix_web::App::configure).
pub(crate) fn routes<S, A>(path: &'static str, endpoint: Arc<ListTokens<S, A>>) -> impl FnOnce(&mut ServiceConfig)
where
    S: TokenStore + 'static,
    A: Authenticator<Owner = S::Owner> + 'static,
{
    let is_path = fn_guard(move |context| context.head().uri.path() == path);
    move |config| {
        // Do not restrict the method. The endpoint responds to other methods with a problem.
        let resource = web::resource(path).guard(is_path).to(list_tokens::<S, A>);
        config.app_data(Data::from(endpoint)).service(resource);
    }
}

async fn list_tokens<S, A>(endpoint: Data<ListTokens<S, A>>, request: HttpRequest) -> HttpResponse
where
    S: TokenStore,
    A: Authenticator<Owner = S::Owner>,
{
    let caller = request.peer_addr().map(|peer| peer.ip());
    let response = endpoint.handle(&request_parts(&request), caller).await;
    copy_response(request.method(), response)
}

/// Copies a request without its body.
pub(crate) fn request_parts(request: &HttpRequest) -> Parts {
    let mut copy = http::Request::builder().method(request.method().as_str()).uri(request.uri().to_string());
    for (name, value) in request.headers() {
        copy = copy.header(name.as_str(), value.as_bytes());
    }
    let copy = copy.body(()).expect("a request is valid in both versions of `http`");
    copy.into_parts().0
}

/// Copies the response to a request with this method.
pub(crate) fn copy_response(method: &Method, response: http::Response<Vec<u8>>) -> HttpResponse {
    let (parts, body) = response.into_parts();
    let status = StatusCode::from_u16(parts.status.as_u16()).expect("a status is valid in both versions of `http`");
    let mut copy = HttpResponse::build(status);
    for (name, value) in &parts.headers {
        copy.append_header((name.as_str(), value.as_bytes()));
    }
    let length = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    match length {
        Some(length) if method == Method::HEAD => {
            copy.body(SizedStream::new(length, stream::empty::<Result<Bytes, Infallible>>()))
        }
        _ => copy.body(body),
    }
}
