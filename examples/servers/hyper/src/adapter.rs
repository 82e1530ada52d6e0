//! The endpoint in hyper, without a framework: [`service`] is what answers, and [`serve`] the loop that a framework
//! would bring.
//!
//! A request of hyper's is one of the `http` crate, which is what the library takes, so that nothing is converted.
//! HTTP/1 and HTTP/2 are told apart by their first bytes. On HTTP/1, hyper answers a head by itself that is malformed
//! (400) or too large (414, 431): these have no body.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Body, Bytes, Incoming};
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokenfolio_demo::{Endpoint, route};
use tokio::net::TcpListener;
use tokio::{select, time};
use tokio_io_timeout::TimeoutStream;

/// Makes what answers the requests of one peer.
#[must_use]
pub fn service(
    endpoint: Arc<Endpoint>,
    peer: SocketAddr,
) -> impl Service<Request<Incoming>, Response = Response<Full<Bytes>>, Error = Infallible, Future: Send> {
    service_fn(move |request: Request<Incoming>| {
        let endpoint = Arc::clone(&endpoint);
        async move {
            let (parts, _) = request.into_parts();
            Ok(route(&endpoint, &parts, Some(peer.ip())).await.map(Full::from))
        }
    })
}

/// How long the servers wait for a client.
pub const CLIENT_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves connections until `stop` is ready, each by a service made for its peer, and then waits for the requests that
/// are under way.
///
/// A connection is closed where a head is not whole after `patience`, or where for so long nothing comes or nothing is
/// taken.
pub async fn serve<S, B>(
    listener: TcpListener,
    patience: Duration,
    stop: impl Future<Output = ()>,
    service: impl Fn(SocketAddr) -> S,
) where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send> + Send + 'static,
    B: Body<Data: Send, Error: Error + Send + Sync> + Send + 'static,
{
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new()).header_read_timeout(patience);
    server.http2().timer(TokioTimer::new());
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let mut stream = TimeoutStream::new(stream);
                stream.set_read_timeout(Some(patience));
                stream.set_write_timeout(Some(patience));
                let stream = TokioIo::new(Box::pin(stream));
                let connection = server.serve_connection(stream, service(peer)).into_owned();
                tokio::spawn(connections.watch(connection));
            }
            // The caller is gone, or there are no file handles left, and then others must end first.
            Err(_) => time::sleep(Duration::from_millis(100)).await,
        }
    }
    drop(listener);
    connections.shutdown().await;
}
