use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::connect_info::MockConnectInfo;
use axum::http::{Request, Response};
use chrono::DateTime;
use http_body_util::BodyExt;
use serde_json::Value;
use tokenfolio::{
    AccessToken, AllowedIps, Authenticated, Authenticator, BearerToken, ListTokens, MemoryStore, Pagination, StoreError,
};
use tokenfolio_demo::PATH;
use tower::ServiceExt;

/// Finds one secret. Its token is allowed from one address.
struct OneSecret;

impl Authenticator for OneSecret {
    type Owner = i64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<i64>>, StoreError> {
        let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
        token.allowed_ips = AllowedIps::parse(["203.0.113.7"]).ok();
        Ok((secret.secret() == "7|secret").then_some(Authenticated::new(7, token)))
    }
}

fn app_for(peer: [u8; 4]) -> Router {
    let store = MemoryStore::new();
    for id in 1..=21 {
        store.insert(7, AccessToken::new(id, "CI", DateTime::UNIX_EPOCH));
    }
    let pagination = Pagination::new("https://api.example.com/api/v1/me/tokens").expect("a well-formed URL");
    let app = tokenfolio_axum::app(ListTokens::new(Arc::new(store), Arc::new(OneSecret), pagination));
    app.layer(MockConnectInfo(SocketAddr::from((peer, 40_000))))
}

async fn response_to(peer: [u8; 4]) -> Response<Bytes> {
    send(app_for(peer), &format!("{PATH}?page=2")).await
}

async fn send(app: Router, target: &str) -> Response<Bytes> {
    let request = Request::get(target).header("authorization", "Bearer 7|secret");
    let request = request.body(Body::empty()).expect("a well-formed request");
    let Ok(response) = app.oneshot(request).await;
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.expect("a body in memory").to_bytes())
}

#[tokio::test]
async fn a_page_is_returned_without_a_socket() {
    let response = response_to([203, 0, 113, 7]).await;
    assert_eq!(response.status(), 200);
    let page: Value = serde_json::from_slice(response.body()).expect("a page");
    assert_eq!(page["data"][0]["id"], 21);
    assert_eq!(page["links"]["prev"], "https://api.example.com/api/v1/me/tokens?page=1");
}

#[tokio::test]
async fn the_address_of_the_peer_reaches_the_endpoint() {
    assert_eq!(response_to([203, 0, 113, 8]).await.status(), 401);
}

#[tokio::test]
async fn a_nested_endpoint_shows_the_path_that_was_requested() {
    let app = Router::new().nest("/outer", Router::new().nest("/inner", app_for([203, 0, 113, 7])));
    let target = format!("/outer/inner{PATH}");
    let problem = send(app.clone(), &format!("{target}?page=0")).await;
    let problem: Value = serde_json::from_slice(problem.body()).expect("a problem");
    assert_eq!(problem["instance"], target);
    let page = send(app, &format!("{target}?page=2")).await;
    let page: Value = serde_json::from_slice(page.body()).expect("a page");
    assert_eq!(page["data"][0]["id"], 21);
}
