//! Serves the endpoint as a tower service, over demo data, until ctrl-c or SIGTERM. From the root of the repository:
//!
//! ```text
//! cargo example tower -- --port 3000
//! ```
//!
//! It prints the same lines as the other servers and takes the same arguments. See the example for axum. The tests show
//! a call without a socket.

use http::Request;
use hyper_util::service::TowerToHyperService;
use tokenfolio_demo::{Arguments, Demo, shutdown_signal};
use tokenfolio_hyper::{CLIENT_TIMEOUT, serve};
use tokenfolio_tower::{Caller, app};
use tokio::net::TcpListener;
use tower::ServiceExt;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Demo { listener, endpoint, startup_message, usage_writer } = Demo::start(Arguments::read()).await?;
    let listener = TcpListener::from_std(listener)?;
    let app = app(endpoint);
    let shutdown = shutdown_signal()?;
    startup_message.print()?;
    serve(listener, CLIENT_TIMEOUT, shutdown, |peer| {
        let app = app.clone().map_request(move |mut request: Request<_>| {
            request.extensions_mut().insert(Caller(peer.ip()));
            request
        });
        TowerToHyperService::new(app)
    })
    .await;
    usage_writer.finish().await
}
