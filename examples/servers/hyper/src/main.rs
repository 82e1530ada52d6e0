//! Serves the endpoint with hyper only, over demo data, until ctrl-c or SIGTERM. From the root of the repository:
//!
//! ```text
//! cargo example hyper -- --port 3000
//! ```
//!
//! It prints the same lines as the other servers and takes the same arguments. See the example for axum.

use std::sync::Arc;

use tokenfolio_demo::{Arguments, Demo, Fallback, shutdown_signal};
use tokenfolio_hyper::{CLIENT_TIMEOUT, serve, service};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Demo { listener, endpoint, startup_message, usage_writer } = Demo::start(Arguments::read()).await?;
    let listener = TcpListener::from_std(listener)?;
    let fallback = Fallback::new(endpoint.openapi().to_string());
    let endpoint = Arc::new(endpoint);
    let shutdown = shutdown_signal()?;
    startup_message.print()?;
    serve(listener, CLIENT_TIMEOUT, shutdown, |peer| service(Arc::clone(&endpoint), fallback.clone(), peer)).await;
    usage_writer.finish().await
}
