//! Serves the endpoint with salvo, over demo data, until ctrl-c or SIGTERM. From the root of the repository:
//!
//! ```text
//! cargo example salvo -- --port 3000
//! ```
//!
//! It prints the same lines as the other servers and takes the same arguments. See the example for axum.
//!
//! During a shutdown, salvo accepts no more connections. The operating system rejects new connections only after the
//! process has ended.

use std::time::Duration;

use salvo::Server;
use salvo::conn::tcp::TcpAcceptor;
use salvo::fuse::FuseConfig;
use tokenfolio_demo::{Arguments, Demo, shutdown_signal};
use tokenfolio_salvo::app;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Demo { listener, endpoint, startup_message, usage_writer } = Demo::start(Arguments::read()).await?;
    let acceptor = TcpAcceptor::try_from(TcpListener::from_std(listener)?)?;
    // An idle connection delays the shutdown for this long. The default is 30 seconds.
    let fuse = FuseConfig::default().with_http1_header_timeout(Duration::from_secs(5));
    let server = Server::new(acceptor).fuse_config(fuse);
    let shutdown = shutdown_signal()?;
    let handle = server.handle();
    tokio::spawn(async move {
        shutdown.await;
        handle.stop_graceful(None);
    });
    startup_message.print()?;
    server.try_serve(app(endpoint)).await?;
    usage_writer.finish().await
}
