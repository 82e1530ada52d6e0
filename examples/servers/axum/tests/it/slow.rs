//! Slow clients: the server closes their connections, and continues to serve other clients.

use std::future;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use tokenfolio_axum::{app, serve};
use tokenfolio_demo::{Arguments, Demo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// The server's timeout for a client, in these tests.
const CLIENT_TIMEOUT: Duration = Duration::from_millis(500);
/// The time after which a test fails if the server hangs.
const HANG: Duration = Duration::from_secs(60);

async fn start() -> SocketAddr {
    let arguments = Arguments::parse_from(["axum", "--port", "0", "--store", "memory"]);
    let demo = Demo::start(arguments).await.expect("a free port, and memory");
    let listener = TcpListener::from_std(demo.listener).expect("a non-blocking socket");
    let address = listener.local_addr().expect("it listens");
    tokio::spawn(serve(app(demo.endpoint), listener, CLIENT_TIMEOUT, future::pending()));
    address
}

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("the server listens")
}

/// Waits until the server closes the connection, and returns the bytes that it sent.
async fn end_of(stream: &mut TcpStream) -> Vec<u8> {
    let mut sent = Vec::new();
    // A reset also counts as closed.
    drop(timeout(HANG, stream.read_to_end(&mut sent)).await.expect("it is closed"));
    sent
}

/// Sends requests on new connections until the server responds to one. On a busy machine, the server may close some of
/// these connections too, because this client is too slow.
async fn is_served(address: SocketAddr) {
    let sending = async {
        loop {
            let mut stream = connect(address).await;
            drop(stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await);
            if end_of(&mut stream).await.starts_with(b"HTTP/1.1 200 OK\r\n") {
                break;
            }
        }
    };
    timeout(HANG, sending).await.expect("other clients are served");
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed() {
    let address = start().await;
    let mut silent = connect(address).await;
    is_served(address).await;
    assert_eq!(end_of(&mut silent).await, b"");
}

#[tokio::test]
async fn a_connection_that_stops_sending_is_closed() {
    let address = start().await;
    for begin in ["G", "GET / HTTP/1.1\r\nhost: a\r\n", "PRI * HTTP/2.0\r\n"] {
        let mut stream = connect(address).await;
        stream.write_all(begin.as_bytes()).await.expect("the server reads");
        is_served(address).await;
        end_of(&mut stream).await;
    }
    let mut idle = connect(address).await;
    idle.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.expect("the server reads");
    end_of(&mut idle).await;
}

#[tokio::test]
async fn a_connection_with_endless_headers_is_closed() {
    let address = start().await;
    let mut stream = connect(address).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nx: ").await.expect("the server reads");
    let sending = async {
        while stream.write_all(b"a").await.is_ok() {
            sleep(CLIENT_TIMEOUT / 10).await;
        }
    };
    timeout(HANG, sending).await.expect("the server closes it");
    is_served(address).await;
}

#[tokio::test]
async fn the_connection_of_a_client_that_does_not_read_is_closed() {
    let address = start().await;
    let mut stream = connect(address).await;
    let sending = async { while stream.write_all(b"GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n").await.is_ok() {} };
    timeout(HANG, sending).await.expect("the server closes it");
    is_served(address).await;
}
