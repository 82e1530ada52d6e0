//! A connection on which any bytes can be sent.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use http::Method;

use crate::leak_detector::Untold;
use crate::server::{PATIENCE, request};

/// A whole answer.
pub type Answer = http::Response<Vec<u8>>;

/// More than any of our servers sends.
const MOST_FIELDS: usize = 32;

/// A connection to a server. Whatever goes wrong on it is a failed test.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    /// What has arrived and is not yet part of an answer.
    read: Vec<u8>,
    /// What no answer may hold.
    untold: Arc<[Untold; 2]>,
}

impl Connection {
    #[track_caller]
    pub(crate) fn open(address: SocketAddr, untold: Arc<[Untold; 2]>) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a duration that is not zero");
        Self { stream, read: Vec::new(), untold }
    }

    /// Asks for a target with a secret; `None` if the server closes the connection instead.
    ///
    /// # Panics
    ///
    /// If what comes back is no answer.
    #[track_caller]
    pub fn get(&mut self, secret: &str, target: &str) -> Option<Answer> {
        self.send(request(&Method::GET, secret, target));
        self.answer()
    }

    /// Sends bytes, and tells whether the server took them: one that has refused the beginning need not take the end.
    #[track_caller]
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        match self.stream.write_all(bytes.as_ref()) {
            Err(error) if is_hung_up(&error) => false,
            sent => {
                sent.expect("the server reads");
                true
            }
        }
    }

    /// Sends bytes until nobody has taken any for a while, and returns how many were sent.
    #[track_caller]
    pub(crate) fn send_until_stuck(&mut self, bytes: &[u8]) -> usize {
        self.stream.set_write_timeout(Some(Duration::from_millis(500))).expect("a duration that is not zero");
        let mut sent = 0;
        while sent < bytes.len() {
            match self.stream.write(&bytes[sent..]) {
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break,
                more => sent += more.expect("the server takes what it can"),
            }
        }
        sent
    }

    /// Reads the next answer; `None` if the server has closed the connection instead.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        self.answer_to(&Method::GET)
    }

    /// Reads the next answer, knowing that it is one to this method: to HEAD there is no body, whatever its length.
    #[track_caller]
    pub(crate) fn answer_to(&mut self, method: &Method) -> Option<Answer> {
        let (length, mut answer) = loop {
            match parse_head(&self.read) {
                Some(parsed) => break parsed,
                None if self.read_more() => {}
                None => {
                    assert!(self.read.is_empty(), "half a head: {}", String::from_utf8_lossy(&self.read));
                    return None;
                }
            }
        };
        let head = self.read.drain(..length).collect::<Vec<_>>();
        // Without a length it would be the end of the connection that ends a body.
        let length = match answer.headers().get(http::header::CONTENT_LENGTH) {
            _ if method == Method::HEAD => 0,
            Some(length) => length.to_str().ok().and_then(|text| text.parse().ok()).expect("a length is a number"),
            None => usize::MAX,
        };
        while self.read.len() < length && self.read_more() {}
        assert!(self.read.len() >= length || length == usize::MAX, "the connection ends within a body");
        answer.body_mut().extend(self.read.drain(..length.min(self.read.len())));
        for untold in &*self.untold {
            untold.expect_none_in(&head);
            untold.expect_none_in(answer.body());
        }
        Some(answer)
    }

    /// Reads what has arrived, or waits for it; false at the end of the connection.
    #[track_caller]
    fn read_more(&mut self) -> bool {
        let mut chunk = [0; 16 * 1024];
        match self.stream.read(&mut chunk) {
            Err(error) if is_hung_up(&error) => false,
            read => {
                let read = read.expect("the server answers");
                self.read.extend(&chunk[..read]);
                read > 0
            }
        }
    }
}

fn is_hung_up(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)
}

/// Reads the head of an answer, if all of it is there, and tells its length.
#[track_caller]
fn parse_head(bytes: &[u8]) -> Option<(usize, Answer)> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(length) = head.parse(bytes).expect("a well-formed answer") else { return None };
    let mut answer = http::Response::builder().status(head.code.expect("a whole head has a status"));
    for field in head.headers {
        answer = answer.header(field.name, field.value);
    }
    Some((length, answer.body(Vec::new()).expect("a parsed head is well-formed")))
}
