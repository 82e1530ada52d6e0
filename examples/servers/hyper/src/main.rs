//! Serves the endpoint with bare hyper, over demo data, until ctrl-c or SIGTERM. From the root of the repository:
//!
//! ```text
//! cargo example hyper -- --port 3000
//! ```
//!
//! It prints the same as the other servers, and takes the same arguments: see the example of axum.

use std::error::Error;
use std::sync::Arc;

use tokenfolio_demo::{Arguments, Demo, stop_signal};
use tokenfolio_hyper::{PATIENCE, serve, service};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let Demo { listener, endpoint, announcement, uses } = Demo::start(Arguments::read()).await?;
    let listener = TcpListener::from_std(listener)?;
    let endpoint = Arc::new(endpoint);
    let stop = stop_signal()?;
    announcement.print()?;
    serve(listener, PATIENCE, stop, |peer| service(Arc::clone(&endpoint), peer)).await;
    uses.finish().await
}
