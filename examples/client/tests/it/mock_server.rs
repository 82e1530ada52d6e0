//! A mock server on a free port.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// A server whose responses a test defines. It runs until the tests end.
pub(crate) struct MockServer {
    pub(crate) origin: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl MockServer {
    /// Starts a server. `respond` receives the origin and the target of a request, and returns the bytes of the response.
    #[track_caller]
    pub(crate) fn start(mut respond: impl FnMut(&str, &str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let server = Self { origin: origin.clone(), requests: requests.clone() };
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let head = read_head(&stream);
                let target = head.split(' ').nth(1).unwrap_or_default();
                let response = respond(&origin, target);
                requests.lock().expect("no thread panics with this lock").push(head);
                // The client may have closed the connection.
                drop(stream.write_all(response.as_bytes()));
            }
        });
        server
    }

    /// Starts a server that always sends this response.
    #[track_caller]
    pub(crate) fn always(response: impl Into<String>) -> Self {
        let response = response.into();
        Self::start(move |_, _| response.clone())
    }

    pub(crate) fn url(&self, target: &str) -> String {
        format!("{}{target}", self.origin)
    }

    /// Returns the heads of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no thread panics with this lock").clone()
    }

    /// Returns the targets of the requests so far.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.requests().iter().filter_map(|head| Some(head.split(' ').nth(1)?.to_owned())).collect()
    }
}

/// Reads a request up to its empty line. Returns an empty string if the client has closed the connection.
pub(crate) fn read_head(stream: impl Read) -> String {
    let lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns a response that closes the connection. `media_type` can contain further header lines.
pub(crate) fn response(status: &str, media_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// Returns a page of one token.
pub(crate) fn page(number: u64, next: Option<&str>) -> String {
    let name = format!("token {number}");
    page_of(&[token(&name)], number, next)
}

pub(crate) fn page_of(tokens: &[Value], number: u64, next: Option<&str>) -> String {
    let meta = json!({"current_page": number, "last_page": 9, "path": "/t", "per_page": 1, "total": 9});
    response("200 OK", "application/json", &json!({"data": tokens, "links": {"next": next}, "meta": meta}).to_string())
}

pub(crate) fn token(name: &str) -> Value {
    json!({"id": 1, "name": name, "status": "active", "usage_count": 0, "created_at": "2024-03-01T18:11:00Z"})
}
