use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::MockConnectInfo;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use chrono::DateTime;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokenfolio::{
    AccessToken, AllowedIps, Authenticator, BearerToken, ListTokens, MemoryStore, OwnedToken, PageUrls, StoreError,
};
use tower::ServiceExt;

const PATH: &str = "/api/v1/me/tokens";

/// Knows one secret, of a token that only one address may use.
struct OneSecret;

impl Authenticator for OneSecret {
    type Owner = i64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<OwnedToken<i64>>, StoreError> {
        let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
        token.allowed_ips = AllowedIps::parse(["203.0.113.7"]).ok();
        Ok((secret.secret() == "7|secret").then_some(OwnedToken { owner: 7, token }))
    }
}

fn app_for(peer: [u8; 4]) -> Router {
    let store = MemoryStore::new();
    for id in 1..=21 {
        store.insert(7, AccessToken::new(id, "CI", DateTime::UNIX_EPOCH));
    }
    let urls = PageUrls::new("https://api.example.com/api/v1/me/tokens").expect("a well-formed URL");
    let app = tokenfolio_axum::app(ListTokens::new(Arc::new(store), Arc::new(OneSecret), urls));
    app.layer(MockConnectInfo(SocketAddr::from((peer, 40_000))))
}

async fn send(method: Method, uri: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::builder().method(method).uri(uri).header("authorization", "Bearer 7|secret");
    answer(app_for([203, 0, 113, 7]), request.body(Body::empty()).expect("a well-formed request")).await
}

async fn answer(app: Router, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let Ok(response): Result<Response<Body>, _> = app.oneshot(request).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body in memory").to_bytes();
    (parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn a_page_is_answered() {
    let (status, headers, body) = send(Method::GET, "/api/v1/me/tokens?page=2").await;
    assert_eq!(status, 200);
    assert_eq!(headers["content-type"], "application/json");
    let page: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(page["data"][0]["id"], 21);
    assert_eq!(page["links"]["prev"], "https://api.example.com/api/v1/me/tokens?page=1");
}

#[tokio::test]
async fn a_malformed_page_is_a_problem() {
    let (status, headers, body) = send(Method::GET, "/api/v1/me/tokens?page=0").await;
    assert_eq!(status, 400);
    assert_eq!(headers["content-type"], "application/problem+json");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["errors"][0]["parameter"], "page");
}

#[tokio::test]
async fn a_caller_without_credentials_is_challenged() {
    let request = Request::get(PATH).body(Body::empty()).unwrap();
    let (status, headers, body) = answer(app_for([203, 0, 113, 7]), request).await;
    assert_eq!(status, 401);
    assert_eq!(headers["www-authenticate"], r#"Bearer realm="api""#);
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["instance"], PATH);
}

#[tokio::test]
async fn the_address_of_the_peer_is_handed_over() {
    let request = Request::get(PATH).header("authorization", "Bearer 7|secret");
    let (status, ..) = answer(app_for([203, 0, 113, 8]), request.body(Body::empty()).unwrap()).await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    for uri in ["/api/v1/me/tokens", "/api/v1/me/tokens?page=0", "/nowhere"] {
        let (get_status, get_headers, get_body) = send(Method::GET, uri).await;
        let (head_status, head_headers, head_body) = send(Method::HEAD, uri).await;
        assert_eq!((get_status, &get_headers), (head_status, &head_headers), "{uri}");
        assert_eq!(head_headers["content-length"], get_body.len().to_string(), "{uri}");
        assert_eq!(head_body, "", "{uri}");
    }
}

#[tokio::test]
async fn other_methods_are_refused_by_the_library() {
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
        let (status, headers, body) = send(method.parse().unwrap(), PATH).await;
        assert_eq!(status, 405, "{method}");
        assert_eq!(headers["allow"], "GET, HEAD", "{method}");
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["title"], "Method Not Allowed", "{method}");
    }
}

#[tokio::test]
async fn what_is_nowhere_is_a_problem_too() {
    for uri in ["/nowhere", "/api/v1/me/tokens/", "/api/v1/me", "/api/v1/me/tokens/1"] {
        let (status, headers, body) = send(Method::GET, uri).await;
        assert_eq!(status, 404);
        assert_eq!(headers["content-type"], "application/problem+json");
        let expected = json!({"type": "about:blank", "title": "Not Found", "status": 404, "instance": uri});
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
    }
}
