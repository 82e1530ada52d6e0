//! Serves a page and, on other origins, the endpoint with the CORS middleware of `docs/guides/cors.md`.
//!
//! It prints a line of JSON: the URL of a page, and the URLs of the endpoint with axum and with actix-web. `.ci/cors` lists
//! tokens from the page in a browser.

use std::error::Error;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::{App, HttpServer};
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use chrono::DateTime;
use serde_json::json;
use tokenfolio::{
    AccessToken, Authenticated, Authenticator, BearerToken, ListTokens, MemoryStore, Pagination, StoreError,
};

#[path = "../../../../servers/actix-web/src/adapter.rs"]
mod actix_web_adapter;
#[path = "../../../../servers/axum/src/adapter.rs"]
mod axum_adapter;

mod axum_cors {
    include!(concat!(env!("OUT_DIR"), "/cors/src/cors.rs"));
}

mod actix_web_cors {
    include!(concat!(env!("OUT_DIR"), "/cors/src/cors_2.rs"));
}

const PATH: &str = "/api/v1/me/tokens";

/// Accepts one secret.
struct OneSecret;

impl Authenticator for OneSecret {
    type Owner = i64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<i64>>, StoreError> {
        let token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
        Ok((secret.secret() == "for-tests-only").then_some(Authenticated::new(7, token)))
    }
}

/// Creates the endpoint over 41 tokens.
fn endpoint(url: &str) -> Result<ListTokens<MemoryStore<i64>, OneSecret>, Box<dyn Error>> {
    let tokens = (1..=41).map(|id| (7, AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)));
    Ok(ListTokens::new(tokens.collect(), OneSecret, Pagination::new(url)?).with_link_header())
}

fn listen() -> Result<(TcpListener, String), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let origin = format!("http://{}", listener.local_addr()?);
    Ok((listener, origin))
}

async fn serve(listener: TcpListener, app: Router) -> Result<(), Box<dyn Error>> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    Ok(axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?)
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (page_listener, page) = listen()?;
    let (axum_listener, axum_origin) = listen()?;
    let (actix_web_listener, actix_web_origin) = listen()?;

    let page_app = Router::new().route("/", get(async || Html("<!doctype html><title>Tokens</title>")));
    let axum_url = format!("{axum_origin}{PATH}");
    let axum_app = axum_adapter::routes(PATH, endpoint(&axum_url)?).layer(axum_cors::cors(page.parse()?));
    let actix_web_url = format!("{actix_web_origin}{PATH}");
    let actix_web_endpoint = Arc::new(endpoint(&actix_web_url)?);
    let origin = page.clone();
    let actix_web_server = HttpServer::new(move || {
        let routes = actix_web_adapter::routes(PATH, Arc::clone(&actix_web_endpoint));
        App::new().configure(routes).wrap(actix_web_cors::cors(&origin))
    });
    let actix_web_server = actix_web_server.workers(1).disable_signals().listen(actix_web_listener)?.run();

    println!("{}", json!({ "page": page, "axum": axum_url, "actix-web": actix_web_url }));
    let page_server = serve(page_listener, page_app);
    let axum_server = serve(axum_listener, axum_app);
    tokio::try_join!(page_server, axum_server, async { Ok(actix_web_server.await?) })?;
    Ok(())
}
