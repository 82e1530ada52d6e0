//! Serves the endpoint with actix-web, over demo data, until ctrl-c or SIGTERM. From the root of the repository:
//!
//! ```text
//! cargo example actix-web -- --port 3000
//! ```
//!
//! It prints the same lines as the other servers and takes the same arguments. See the example for axum.

use std::sync::Arc;

use actix_web::{App, HttpServer};
use tokenfolio_actix_web::app;
use tokenfolio_demo::{Arguments, Demo, shutdown_signal};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Demo { listener, endpoint, startup_message, usage_writer } = Demo::start(Arguments::read()).await?;
    let endpoint = Arc::new(endpoint);
    let server = HttpServer::new(move || App::new().configure(app(Arc::clone(&endpoint))));
    let server = server.listen(listener)?.shutdown_signal(shutdown_signal()?);
    startup_message.print()?;
    server.run().await?;
    usage_writer.finish().await
}
