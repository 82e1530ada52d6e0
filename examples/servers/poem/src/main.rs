//! Serves the endpoint with poem, over demo data, until ctrl-c or SIGTERM. From the root of the repository:
//!
//! ```text
//! cargo example poem -- --port 3000
//! ```
//!
//! It prints the same lines as the other servers and takes the same arguments. See the example for axum.

use poem::Server;
use poem::listener::TcpAcceptor;
use tokenfolio_demo::{Arguments, Demo, shutdown_signal};
use tokenfolio_poem::app;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Demo { listener, endpoint, startup_message, usage_writer } = Demo::start(Arguments::read()).await?;
    let acceptor = TcpAcceptor::from_std(listener)?;
    let shutdown = shutdown_signal()?;
    startup_message.print()?;
    Server::new_with_acceptor(acceptor).run_with_graceful_shutdown(app(endpoint), shutdown, None).await?;
    usage_writer.finish().await
}
