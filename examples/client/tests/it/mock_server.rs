//! A server on a free port that answers as a test wants.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// A server that answers whatever it is told to. It ends with the tests.
pub(crate) struct Site {
    pub(crate) origin: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// Starts a server. `answer` is given its origin and the target of a request, and returns a whole response.
    #[track_caller]
    pub(crate) fn start(mut answer: impl FnMut(&str, &str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let site = Self { origin: origin.clone(), requests: requests.clone() };
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let head = read_head(&stream);
                let target = head.split(' ').nth(1).unwrap_or_default();
                let response = answer(&origin, target);
                requests.lock().expect("no one panics with it").push(head);
                // A client that has had enough has gone.
                drop(stream.write_all(response.as_bytes()));
            }
        });
        site
    }

    /// Starts a server that always gives this answer.
    #[track_caller]
    pub(crate) fn always(response: impl Into<String>) -> Self {
        let response = response.into();
        Self::start(move |_, _| response.clone())
    }

    pub(crate) fn url(&self, target: &str) -> String {
        format!("{}{target}", self.origin)
    }

    /// The heads of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no one panics with it").clone()
    }

    /// The targets of the requests so far.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.requests().iter().filter_map(|head| Some(head.split(' ').nth(1)?.to_owned())).collect()
    }
}

/// Reads a request up to its empty line; nothing, if there is none to read.
pub(crate) fn read_head(stream: impl Read) -> String {
    let lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// A whole response; the connection ends with it. Further fields may stand in `media_type`.
pub(crate) fn response(status: &str, media_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// A page of one token.
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
