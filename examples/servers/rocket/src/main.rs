//! Serves the endpoint with Rocket, over demo data, until ctrl-c or SIGTERM. From the root of the repository:
//!
//! ```text
//! cargo example rocket -- --port 3000
//! ```
//!
//! It prints the same as the other servers, and takes the same arguments: see the example of axum.
//!
//! Rocket opens its socket itself. The one that is open is closed first, so that the port is known, and the announcement
//! is printed when Rocket has it again; if somebody else is faster, the server ends with an error.

use std::error::Error;

use rocket::fairing::AdHoc;
use tokenfolio_demo::{Arguments, Demo, shutdown_signal};
use tokenfolio_rocket::app;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let Demo { listener, endpoint, startup_message, usage_writer } = Demo::start(Arguments::read()).await?;
    let address = listener.local_addr()?;
    drop(listener);
    let stop = shutdown_signal()?;
    let liftoff = AdHoc::on_liftoff("startup message", move |rocket| {
        Box::pin(async move {
            if startup_message.print().is_err() {
                rocket.shutdown().notify();
            }
        })
    });
    let rocket = app(endpoint, address).attach(liftoff).ignite().await?;
    let shutdown = rocket.shutdown();
    tokio::spawn(async move {
        stop.await;
        shutdown.notify();
    });
    drop(rocket.launch().await?);
    usage_writer.finish().await
}
