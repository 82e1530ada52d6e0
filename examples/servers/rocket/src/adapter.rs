//! The endpoint in Rocket: [`app`] is all that an adapter has to do.
//!
//! Rocket has types of its own, from which a request of the `http` crate is made, and sees to it first:
//!
//! - It drops fields whose value is not UTF-8. A token with such a byte is as good as none: still a 401, but one without
//!   `error` in its challenge. Of two `Authorization` fields one may be left, which is then taken.
//! - It takes the method of a POST from its form, if that begins with a field `_method`. It is answered as that method.
//! - It answers a method that it does not know with 400, as if it were GET. The [catcher](Catcher) hands it on as what it
//!   is, so that the library answers.
//! - It answers HEAD as GET and leaves the body out, so that no route is set for it.
//! - It sends headers of its own, unless it has no name and an empty shield.
//! - It takes the address of a caller from a header, where [`Request::client_ip`] is asked instead of
//!   [`Request::remote`].

use std::collections::HashSet;
use std::io::Cursor;
use std::net::SocketAddr;
use std::sync::Arc;

use rocket::config::{Ident, LogLevel, Shutdown};
use rocket::http::{Header, Method, Status};
use rocket::shield::Shield;
use rocket::{Build, Catcher, Config, Data, Request, Response, Rocket, Route, async_trait, catcher, route};
use tokenfolio_demo::{Endpoint, PATH, route};

/// Every method that Rocket knows, but HEAD.
const METHODS: [Method; 8] = [
    Method::Connect,
    Method::Delete,
    Method::Get,
    Method::Options,
    Method::Patch,
    Method::Post,
    Method::Put,
    Method::Trace,
];

/// Makes the application, which is to listen at an address.
#[must_use]
pub fn app(endpoint: Endpoint, address: SocketAddr) -> Rocket<Build> {
    let config = Config {
        address: address.ip(),
        port: address.port(),
        ident: Ident::none(),
        // Rocket logs to standard output, which is for the announcement.
        log_level: LogLevel::Off,
        // Signals are for `main`.
        shutdown: Shutdown { ctrlc: false, signals: HashSet::new(), ..Shutdown::default() },
        ..Config::release_default()
    };
    let app = App { endpoint: Arc::new(endpoint) };
    let routes: Vec<_> = METHODS.into_iter().map(|method| Route::new(method, PATH, app.clone())).collect();
    rocket::custom(config).attach(Shield::new()).mount("/", routes).register("/", [Catcher::new(None, app)])
}

#[derive(Clone)]
struct App {
    endpoint: Arc<Endpoint>,
}

#[async_trait]
impl route::Handler for App {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> route::Outcome<'r> {
        route::Outcome::Success(self.answer(request, request.method().as_str()).await)
    }
}

#[async_trait]
impl catcher::Handler for App {
    async fn handle<'r>(&self, status: Status, request: &'r Request<'_>) -> catcher::Result<'r> {
        let method = if status == Status::BadRequest { "UNKNOWN" } else { request.method().as_str() };
        Ok(self.answer(request, method).await)
    }
}

impl App {
    async fn answer(&self, request: &Request<'_>, method: &str) -> Response<'static> {
        let mut copy = http::Request::builder().method(method).uri(request.uri().to_string());
        for field in request.headers().iter() {
            copy = copy.header(field.name.as_str(), field.value());
        }
        let (parts, ()) = copy.body(()).expect("Rocket has it from such a request").into_parts();
        let answer = route(&self.endpoint, &parts, request.remote().map(|peer| peer.ip())).await;

        let (parts, body) = answer.into_parts();
        let mut response = Response::build();
        response.status(Status::new(parts.status.as_u16())).sized_body(body.len(), Cursor::new(body));
        for (name, value) in &parts.headers {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            response.header_adjoin(Header::new(name.to_string(), value));
        }
        response.finalize()
    }
}
