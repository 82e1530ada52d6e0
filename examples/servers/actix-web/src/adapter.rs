//! The endpoint in actix-web: [`app`] is all that an adapter has to do.
//!
//! actix-web has an older version of the `http` crate, so that requests and responses are copied from one to the other.
//! One handler answers every method and every path, so that it is the library that refuses methods, and so that the
//! path counts as it came: the router of actix-web takes `/%74okens` for `/tokens`. Beside that:
//!
//! - It sends the length of the body that it is given, whatever the headers say. What answers HEAD has none, and is given
//!   as a stream that only tells its length.
//! - It answers by itself, with 400 and no body, a head that is malformed, or has more than 96 fields or 128 kB, or no
//!   `Host`, or a target that is not ASCII.
//! - Asked to end, it takes for a request under way only one that has come whole.

use std::convert::Infallible;
use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use http::request::Parts;
use tokenfolio_demo::{Endpoint, route};

/// Makes the application: what every worker's `App` is to be configured with.
pub fn app(endpoint: Arc<Endpoint>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(Data::from(endpoint)).default_service(web::to(answer));
    }
}

async fn answer(endpoint: Data<Endpoint>, request: HttpRequest) -> HttpResponse {
    let caller = request.peer_addr().map(|peer| peer.ip());
    let (parts, body) = route(&endpoint, &parts(&request), caller).await.into_parts();

    let status = StatusCode::from_u16(parts.status.as_u16()).expect("a status is one in every version");
    let mut response = HttpResponse::build(status);
    for (name, value) in &parts.headers {
        response.append_header((name.as_str(), value.as_bytes()));
    }
    let length = parts.headers.get(http::header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    match length {
        Some(length) if request.method() == Method::HEAD => {
            response.body(SizedStream::new(length, stream::empty::<Result<Bytes, Infallible>>()))
        }
        _ => response.body(body),
    }
}

fn parts(request: &HttpRequest) -> Parts {
    let mut copy = http::Request::builder().method(request.method().as_str()).uri(request.uri().to_string());
    for (name, value) in request.headers() {
        copy = copy.header(name.as_str(), value.as_bytes());
    }
    copy.body(()).expect("a well-formed request is one in every version").into_parts().0
}
