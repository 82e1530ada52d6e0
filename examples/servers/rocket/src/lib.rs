//! The demo in Rocket. `adapter.rs` is the file to copy.

mod adapter;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use rocket::config::{Ident, LogLevel, Shutdown};
use rocket::http::Status;
use rocket::shield::Shield;
use rocket::{Build, Catcher, Config, Ignite, Request, Rocket, async_trait, catcher};
use tokenfolio_demo::{Endpoint, Fallback, PATH};

use crate::adapter::{UNKNOWN_METHOD, catchers, copy_response, request_parts, routes};

/// Creates the application, which listens at an address: the endpoint, and the demo's fallback for all other paths.
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
    let fallback = FallbackHandler(Fallback::new(endpoint.openapi().to_string()));
    let endpoint = Arc::new(endpoint);
    rocket::custom(config)
        .attach(Shield::new())
        .mount("/", routes(PATH, &endpoint))
        .register(PATH, catchers(PATH, &endpoint))
        .register("/", [Catcher::new(None, fallback)])
}

/// Serves an application until `shutdown` is ready.
///
/// # Errors
///
/// Fails if the port is taken, or if connections cannot be closed.
pub async fn serve(app: Rocket<Ignite>, shutdown: impl Future<Output = ()>) -> Result<(), rocket::Error> {
    let handle = app.shutdown();
    let mut launch = pin!(app.launch());
    let launched = tokio::select! {
        launched = &mut launch => launched,
        () = shutdown => {
            // The shutdown starts here, because Rocket is not being polled now. If another task started the shutdown
            // during a poll, connections would still be open, and Rocket could mistake the end of the server for a
            // failure.
            handle.notify();
            launch.await
        }
    };
    launched.map(drop)
}

#[derive(Clone)]
struct FallbackHandler(Fallback);

#[async_trait]
impl catcher::Handler for FallbackHandler {
    async fn handle<'r>(&self, status: Status, request: &'r Request<'_>) -> catcher::Result<'r> {
        let method = match status {
            Status::BadRequest => UNKNOWN_METHOD,
            _ => request.method().as_str(),
        };
        Ok(copy_response(self.0.respond(&request_parts(request, method))))
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use http::Response;
    use rocket::fairing::AdHoc;
    use tokio::sync::oneshot;
    use tokio::time::sleep;

    use super::*;

    #[test]
    fn every_challenge_is_copied() {
        let challenges = ["Bearer realm=\"api\"", "Basic realm=\"api\""];
        let response = Response::builder().header("www-authenticate", challenges[0]);
        let response = response.header("www-authenticate", challenges[1]).body(Vec::new()).expect("a response");
        let copy = copy_response(response);
        assert!(copy.headers().get("www-authenticate").eq(challenges));
    }

    /// Polls a future continuously, so that other threads run while it is polled.
    async fn busily<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|context| {
            context.waker().wake_by_ref();
            future.as_mut().poll(context)
        })
        .await
    }

    /// Creates an application that sends a message when it listens. It does not wait for open connections.
    async fn app(address: SocketAddr, listens: oneshot::Sender<()>) -> Rocket<Ignite> {
        let shutdown = Shutdown { ctrlc: false, signals: HashSet::new(), grace: 0, mercy: 0, ..Shutdown::default() };
        let config = Config {
            address: address.ip(),
            port: address.port(),
            log_level: LogLevel::Off,
            shutdown,
            ..Config::release_default()
        };
        let liftoff = AdHoc::on_liftoff("listens", |_| Box::pin(async { listens.send(()).unwrap_or_default() }));
        rocket::custom(config).attach(liftoff).ignite().await.expect("an application")
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_shutdown_that_begins_while_rocket_is_polled_is_no_failure() {
        for round in 0..200 {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let address = listener.local_addr().expect("an address");
            drop(listener);
            let (listens, is_listening) = oneshot::channel();
            // In another thread, like a signal.
            let shutdown = tokio::spawn(async move {
                is_listening.await.expect("it listens");
                let connection = TcpStream::connect(address).expect("it listens");
                sleep(Duration::from_millis(5)).await;
                connection
            });
            let app = app(address, listens).await;
            let served = busily(serve(app, async { drop(shutdown.await) })).await;
            assert!(served.is_ok(), "round {round}");
        }
    }
}
