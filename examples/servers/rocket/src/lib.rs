//! The demo in Rocket. `adapter.rs` is the file to copy.

mod adapter;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;

use rocket::config::{Ident, LogLevel, Shutdown};
use rocket::http::Status;
use rocket::shield::Shield;
use rocket::{Build, Catcher, Config, Request, Rocket, catcher};
use tokenfolio_demo::{Endpoint, PATH};

use crate::adapter::{UNKNOWN_METHOD, catchers, copy_response, request_parts, routes};

/// Creates the application, which listens at an address: the endpoint, and the demo's page at every other path.
#[must_use]
pub fn app(endpoint: Endpoint, address: SocketAddr) -> Rocket<Build> {
    let config = Config {
        address: address.ip(),
        port: address.port(),
        // Rocket sends no headers of its own if it has no name and an empty shield.
        ident: Ident::none(),
        // Rocket logs to standard output, where programs read the demo's first line.
        log_level: LogLevel::Off,
        // `main` handles signals.
        shutdown: Shutdown { ctrlc: false, signals: HashSet::new(), ..Shutdown::default() },
        ..Config::release_default()
    };
    let endpoint = Arc::new(endpoint);
    rocket::custom(config)
        .attach(Shield::new())
        .mount("/", routes(PATH, &endpoint))
        .register(PATH, catchers(PATH, &endpoint))
        .register("/", [Catcher::new(None, fallback)])
}

fn fallback<'r>(status: Status, request: &'r Request<'_>) -> catcher::BoxFuture<'r> {
    let method = match status {
        Status::BadRequest => UNKNOWN_METHOD,
        _ => request.method().as_str(),
    };
    let response = tokenfolio_demo::fallback(&request_parts(request, method));
    Box::pin(async { Ok(copy_response(response)) })
}

#[cfg(test)]
mod tests {
    use http::Response;

    use crate::adapter::copy_response;

    #[test]
    fn every_challenge_is_copied() {
        let challenges = ["Bearer realm=\"api\"", "Basic realm=\"api\""];
        let response = Response::builder().header("www-authenticate", challenges[0]);
        let response = response.header("www-authenticate", challenges[1]).body(Vec::new()).expect("a response");
        let copy = copy_response(response);
        assert!(copy.headers().get("www-authenticate").eq(challenges));
    }
}
