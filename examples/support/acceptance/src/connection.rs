//! A connection that can send arbitrary bytes.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use http::Method;

use crate::leak_detector::LeakDetector;
use crate::server::{OPERATION_TIMEOUT, request};

/// A complete response.
pub type Response = http::Response<Vec<u8>>;

/// The maximum number of headers in a response. The example servers send fewer.
const MAX_HEADERS: usize = 32;

/// A connection to a server. Its methods panic if the connection fails.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    /// Received bytes that are not yet part of a response.
    received: Vec<u8>,
    /// Checks every response.
    leak_detectors: Arc<[LeakDetector; 2]>,
}

impl Connection {
    #[track_caller]
    pub(crate) fn open(address: SocketAddr, leak_detectors: Arc<[LeakDetector; 2]>) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(OPERATION_TIMEOUT)).expect("a duration that is not zero");
        Self { stream, received: Vec::new(), leak_detectors }
    }

    /// Requests a target with a secret. Returns `None` if the server closes the connection instead.
    ///
    /// # Panics
    ///
    /// Panics if the server sends anything other than a response.
    #[track_caller]
    pub fn get(&mut self, secret: &str, target: &str) -> Option<Response> {
        self.send(request(&Method::GET, secret, target));
        self.read_response()
    }

    /// Sends bytes. Returns whether the connection is still open, because the server may close it while rejecting them.
    #[track_caller]
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        match self.stream.write_all(bytes.as_ref()) {
            Err(error) if is_disconnect(&error) => false,
            sent => {
                sent.expect("the server reads");
                true
            }
        }
    }

    /// Sends bytes until the server stops reading, and returns how many were sent.
    #[track_caller]
    pub(crate) fn send_until_blocked(&mut self, bytes: &[u8]) -> usize {
        self.stream.set_write_timeout(Some(Duration::from_millis(500))).expect("a duration that is not zero");
        let mut sent = 0;
        while sent < bytes.len() {
            match self.stream.write(&bytes[sent..]) {
                Err(error) if is_interruption(&error) => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break,
                more => sent += more.expect("the server reads"),
            }
        }
        sent
    }

    /// Reads the next response. Returns `None` if the server closes the connection instead.
    #[track_caller]
    pub(crate) fn read_response(&mut self) -> Option<Response> {
        self.read_response_to(&Method::GET)
    }

    /// Reads the next response to a request with this method. A response to HEAD has no body, despite its length.
    #[track_caller]
    pub(crate) fn read_response_to(&mut self, method: &Method) -> Option<Response> {
        let (head_length, mut response) = loop {
            match parse_head(&self.received) {
                Some(parsed) => break parsed,
                None if self.read_more() => {}
                None => {
                    let rest = String::from_utf8_lossy(&self.received);
                    assert!(rest.is_empty(), "an incomplete response head: {rest}");
                    return None;
                }
            }
        };
        let head = self.received.drain(..head_length).collect::<Vec<_>>();
        // Without a length, the end of the connection ends the body.
        let body_length = match response.headers().get(http::header::CONTENT_LENGTH) {
            _ if method == Method::HEAD => 0,
            Some(length) => length.to_str().ok().and_then(|text| text.parse().ok()).expect("the length is a number"),
            None => usize::MAX,
        };
        while self.received.len() < body_length && self.read_more() {}
        assert!(self.received.len() >= body_length || body_length == usize::MAX, "the connection ends within a body");
        response.body_mut().extend(self.received.drain(..body_length.min(self.received.len())));
        for detector in &*self.leak_detectors {
            detector.expect_no_leak(&head);
            detector.expect_no_leak(response.body());
        }
        Some(response)
    }

    /// Reads more bytes. Returns false at the end of the connection.
    #[track_caller]
    fn read_more(&mut self) -> bool {
        let mut chunk = [0; 16 * 1024];
        let read = loop {
            match self.stream.read(&mut chunk) {
                Err(error) if is_interruption(&error) => {}
                Err(error) if is_disconnect(&error) => return false,
                read => break read.expect("the server responds"),
            }
        };
        self.received.extend(&chunk[..read]);
        read > 0
    }
}

/// Returns whether a signal interrupted a call. Linux does not restart a call on a socket that has a timeout (`signal(7)`).
fn is_interruption(error: &io::Error) -> bool {
    error.kind() == ErrorKind::Interrupted
}

fn is_disconnect(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)
}

/// Parses the head of a response, if it is complete, and returns its length.
#[track_caller]
fn parse_head(bytes: &[u8]) -> Option<(usize, Response)> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = head.parse(bytes).expect("a well-formed response") else { return None };
    let mut response = http::Response::builder().status(head.code.expect("a complete head has a status"));
    for header in head.headers {
        response = response.header(header.name, header.value);
    }
    Some((length, response.body(Vec::new()).expect("a parsed head is well-formed")))
}
