//! The variants with axum.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use tokenfolio::{Authenticator, ListQuery, ListTokens, MemoryStore, TokenStore};
use tokio::net::TcpListener;

use crate::database::{Clock, Databases, Timed};
use crate::target::{self, Target};
use crate::{BoxError, PATH, endpoint, naive, page};

#[path = "../../../examples/servers/axum/src/adapter.rs"]
mod adapter;

/// Serves each variant at a separate address.
pub(crate) async fn start(databases: &Databases) -> Result<Vec<Target>, BoxError> {
    let [constant, ok, unauthorized] = target::in_memory("axum")?;
    let body = Bytes::from(target::page_body(page::PAGE, page::TOTAL)?);
    let constant_route = get(async |State(body): State<Bytes>| json(body));
    let constant_address = serve(Router::new().route(PATH, constant_route).with_state(body)).await?;
    let naive_address = serve(Router::new().route(PATH, get(naive)).with_state(Arc::new(endpoint::store()))).await?;
    let ours = serve(adapter::routes(PATH, endpoint::endpoint())).await?;
    let (sqlite, sqlite_clock) = Timed::new(databases.sqlite.clone());
    let (postgres, postgres_clock) = Timed::new(databases.postgres.clone());
    Ok(vec![
        constant.at(constant_address),
        ok.clone().named("the naive endpoint").at(naive_address),
        ok.at(ours),
        unauthorized.at(ours),
        over_database("ours over SQLite", sqlite, sqlite_clock).await?,
        over_database("ours over PostgreSQL", postgres, postgres_clock).await?,
    ])
}

async fn over_database<S>(name: &'static str, store: Timed<S>, clock: Arc<Clock>) -> Result<Target, BoxError>
where
    S: TokenStore<Owner = i64> + Authenticator<Owner = i64> + Clone + 'static,
{
    let now = page::now();
    let endpoint = ListTokens::new(store.clone(), store, page::pagination()).with_clock(move || now);
    let address = serve(adapter::routes(PATH, endpoint)).await?;
    Ok(target::over_database(name, clock)?.at(address))
}

/// Serves an application until the process ends, and returns its address.
async fn serve(app: Router) -> Result<SocketAddr, BoxError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

/// The endpoint of a user without this crate, for any page. It does not check the status of the token.
async fn naive(
    State(store): State<Arc<MemoryStore<u64>>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, StatusCode> {
    let presented = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if presented != Some(target::AUTHORIZATION) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let query = query.unwrap_or_default();
    let number = query.split('&').find_map(|parameter| parameter.strip_prefix("page="));
    let number: u64 = number.unwrap_or("1").parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    let per_page = u64::from(page::PER_PAGE);
    let query = ListQuery::new(endpoint::OWNER).with_offset((number - 1) * per_page);
    let list = store.list(&query).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let now = page::now();
    let rows = list.tokens.into_iter().map(|token| naive::Token::new(&token.into_resource(now))).collect();
    let envelope = naive::envelope(rows, page::BASE, number, per_page, list.total);
    let body = serde_json::to_vec(&envelope).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(json(body.into()))
}

fn json(body: Bytes) -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "private, no-store")], body).into_response()
}
