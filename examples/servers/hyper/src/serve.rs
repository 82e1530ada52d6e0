//! The loop that accepts connections, with timeouts and a graceful shutdown. It does not depend on tokenfolio.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::service::Service;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::{select, time};
use tokio_io_timeout::TimeoutStream;

/// The timeout of the example servers for a client that does not send or receive.
pub const CLIENT_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves connections until `shutdown` is ready, and then finishes the requests in progress.
///
/// `service` creates the service for one peer. The first bytes of a connection decide between HTTP/1 and HTTP/2. A
/// connection is closed if the headers of a request take longer than `timeout`, or if no byte is read or written for
/// that long.
pub async fn serve<S, B>(
    listener: TcpListener,
    timeout: Duration,
    shutdown: impl Future<Output = ()>,
    service: impl Fn(SocketAddr) -> S,
) where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send> + Send + 'static,
    B: Body<Data: Send, Error: Error + Send + Sync> + Send + 'static,
{
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new()).header_read_timeout(timeout);
    server.http2().timer(TokioTimer::new());
    let connections = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let mut stream = TimeoutStream::new(stream);
                stream.set_read_timeout(Some(timeout));
                stream.set_write_timeout(Some(timeout));
                let stream = TokioIo::new(Box::pin(stream));
                let connection = server.serve_connection(stream, service(peer)).into_owned();
                tokio::spawn(connections.watch(connection));
            }
            // The client has disconnected, or the process has no free file descriptors. The pause lets other
            // connections end.
            Err(_) => time::sleep(Duration::from_millis(100)).await,
        }
    }
    drop(listener);
    connections.shutdown().await;
}
