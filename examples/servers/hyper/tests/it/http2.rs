use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http2;
use hyper::{Method, Request, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokenfolio_acceptance::Server;
use tokenfolio_demo::PATH;
use tokio::net::TcpStream;

#[tokio::test]
async fn requests_share_an_http_2_connection() {
    let server = Server::start(env!("CARGO_BIN_EXE_hyper"), &["--store", "memory"]);
    let message = server.startup_message();
    let address = message.url.strip_prefix("http://").unwrap();
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    tokio::spawn(connection);
    let mut lengths = Vec::new();
    for method in [Method::GET, Method::HEAD] {
        let request = Request::builder()
            .method(&method)
            .uri(format!("{}{PATH}?page=2", message.url))
            .header("authorization", format!("Bearer {}", message.good));
        let response = sender.send_request(request.body(Empty::<Bytes>::new()).unwrap()).await.unwrap();
        assert_eq!((response.status().as_u16(), response.version()), (200, Version::HTTP_2));
        lengths.push(response.headers()["content-length"].clone());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        match method {
            Method::HEAD => assert!(body.is_empty()),
            _ => assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["meta"]["current_page"], 2),
        }
    }
    assert_eq!(lengths[0], lengths[1]);
}
