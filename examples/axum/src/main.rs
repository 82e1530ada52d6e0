//! Serves the demo data with axum until SIGTERM or ctrl-c; requests that are under way then end in peace.

use std::error::Error;
use std::net::SocketAddr;

use tokenfolio_axum::app;
use tokenfolio_demo::{Arguments, Demo, stop_signal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let stop = stop_signal()?;
    let Demo { listener, endpoint, announcement } = Demo::start(Arguments::read()).await?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    announcement.print()?;
    let service = app(endpoint).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await?;
    Ok(())
}
