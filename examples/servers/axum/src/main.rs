//! Serves the endpoint with axum, over demo data, until ctrl-c or SIGTERM. It finishes requests in progress.
//!
//! From the root of the repository:
//!
//! ```text
//! cargo example axum -- --port 3000 --store sqlite:/tmp/demo.db
//! ```
//!
//! The first line that it prints is JSON: the server's URL, and the secrets of five tokens. The next three lines are
//! commands to paste into a shell:
//!
//! ```text
//! curl -H 'Authorization: Bearer 1|..' 'http://127.0.0.1:3000/api/v1/me/tokens'          # 200, page 1 of 15
//! curl -H 'Authorization: Bearer 1|..' 'http://127.0.0.1:3000/api/v1/me/tokens?page=8'   # 200, a page in the middle
//! curl -i -H 'Authorization: Bearer 1|..' 'http://127.0.0.1:3000/api/v1/me/tokens'       # 401, an expired token
//! ```
//!
//! A page is `{"data":[{"id":1,"name":"Production Deploy",..},..],"links":{..},"meta":{..}}`. A rejection is
//! `{"type":"about:blank","title":"Unauthorized","status":401,..}`. `--help` lists the other arguments.

use tokenfolio_axum::{app, serve};
use tokenfolio_demo::{Arguments, Demo, shutdown_signal};
use tokenfolio_hyper::CLIENT_TIMEOUT;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Demo { listener, endpoint, startup_message, usage_writer } = Demo::start(Arguments::read()).await?;
    let listener = TcpListener::from_std(listener)?;
    let shutdown = shutdown_signal()?;
    startup_message.print()?;
    serve(app(endpoint), listener, CLIENT_TIMEOUT, shutdown).await;
    usage_writer.finish().await
}
