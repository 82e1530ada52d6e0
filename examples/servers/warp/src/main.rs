//! Serves the endpoint with warp, over demo data, until ctrl-c or SIGTERM. From the root of the repository:
//!
//! ```text
//! cargo example warp -- --port 3000
//! ```
//!
//! It prints the same lines as the other servers and takes the same arguments. See the example for axum.

use tokenfolio_demo::{Arguments, Demo, shutdown_signal};
use tokenfolio_warp::app;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Demo { listener, endpoint, startup_message, usage_writer } = Demo::start(Arguments::read()).await?;
    let listener = TcpListener::from_std(listener)?;
    let shutdown = shutdown_signal()?;
    startup_message.print()?;
    warp::serve(app(endpoint)).incoming(listener).graceful(shutdown).run().await;
    usage_writer.finish().await
}
