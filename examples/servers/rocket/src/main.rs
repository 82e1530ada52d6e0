//! Serves the endpoint with Rocket, over demo data, until ctrl-c or SIGTERM. From the root of the repository:
//!
//! ```text
//! cargo example rocket -- --port 3000
//! ```
//!
//! It prints the same lines as the other servers and takes the same arguments. See the example for axum.
//!
//! Rocket opens its socket itself. `main` closes the demo's socket and gives Rocket its port. The startup message is printed
//! when Rocket listens. If another process takes the port in between, the server ends with an error.

use rocket::fairing::AdHoc;
use tokenfolio_demo::{Arguments, Demo, shutdown_signal};
use tokenfolio_rocket::{app, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Demo { listener, endpoint, startup_message, usage_writer } = Demo::start(Arguments::read()).await?;
    let address = listener.local_addr()?;
    drop(listener);
    let shutdown = shutdown_signal()?;
    let liftoff = AdHoc::on_liftoff("startup message", move |rocket| {
        Box::pin(async move {
            if startup_message.print().is_err() {
                rocket.shutdown().notify();
            }
        })
    });
    let app = app(endpoint, address).attach(liftoff).ignite().await?;
    serve(app, shutdown).await?;
    usage_writer.finish().await
}
