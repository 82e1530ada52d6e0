//! Clients that mean no good: each is refused, cut off or served in the end, takes little memory, and keeps nobody else
//! waiting.

use http::Method;
use serde_json::Value;

use crate::PATH;
use crate::connection::Answer;
use crate::server::{Server, request};

/// How much memory a client may take. What it sends or does not read comes to more.
const MOST: u64 = 24 << 20;

/// Leaves requests unfinished after any number of bytes, and finishes them when others were answered.
#[track_caller]
pub fn unfinished_requests_keep_nobody_waiting(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let request = request(&Method::GET, &server.announced.good, PATH);
    let unfinished: Vec<_> = (0..request.len())
        .map(|length| {
            let mut connection = server.connect();
            connection.send(&request[..length]);
            (connection, &request[length..])
        })
        .collect();
    is_served(&server);
    for (mut connection, rest) in unfinished {
        connection.send(rest);
        // Where it took too long it is closed.
        let status = connection.answer().map(|answer| answer.status().as_u16());
        assert!(matches!(status, Some(200 | 408) | None), "{status:?} before {rest:?}");
    }
    server.stop();
}

/// Sends heads that do not end: as one target, as one field, and as ever more fields.
#[track_caller]
pub fn endless_heads_are_refused(binary: &str) {
    const CHUNK: usize = 64 * 1024;
    let server = Server::start(binary, &["--store", "memory"]);
    let before = server.resident();
    for (begin, repeated) in
        [("GET /", "a"), ("GET / HTTP/1.1\r\nhost: a\r\nx: ", "a"), ("GET / HTTP/1.1\r\n", "x: y\r\n")]
    {
        let mut connection = server.connect();
        connection.send(begin);
        let chunk = repeated.repeat(CHUNK / repeated.len());
        let mut sent = 0;
        while connection.send(&chunk) {
            sent += chunk.len() as u64;
            assert!(sent < 2 * MOST, "the server reads on: {begin:?}, {repeated:?}");
        }
        is_refused(connection.answer());
        is_served(&server);
    }
    let growth = server.resident().saturating_sub(before);
    assert!(growth < MOST, "it took {growth} bytes to refuse");
    server.stop();
}

/// Sends garbage after requests that are none: these are answered first.
#[track_caller]
pub fn requests_before_garbage_are_answered(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    for garbage in [&b"\0\x01\x02\r\n\r\n"[..], b"\xff\xfe\xfd / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n: a\r\n\r\n"] {
        let mut connection = server.connect();
        let requests = (2..=4).map(|page| page_request(&server, page)).collect::<String>();
        connection.send([requests.as_bytes(), garbage].concat());
        assert_eq!([(); 3].map(|()| connection.answer().map(|answer| current_page(&answer))), [2, 3, 4].map(Some));
        is_refused(connection.answer());
        is_served(&server);
    }
    server.stop();
}

/// Sends requests and reads nothing until the server reads no more. Then all are answered, in their order.
#[track_caller]
pub fn answers_that_nobody_reads_do_not_pile_up(binary: &str) {
    /// With the field that pads them, more than the system keeps between the two. Their answers are three times as much.
    const REQUESTS: usize = 12_000;
    let server = Server::start(binary, &["--store", "memory"]);
    is_served(&server);
    let before = server.resident();
    let padding = format!("\r\nx: {}\r\n\r\n", "a".repeat(2_000));
    let padded = |at| page_request(&server, number(at)).replace("\r\n\r\n", &padding);
    let (length, requests) = (padded(0).len(), (0..REQUESTS).map(padded).collect::<String>());
    let mut connection = server.connect();
    let sent = connection.send_until_stuck(requests.as_bytes());
    assert!(sent < requests.len(), "the server reads on");
    let growth = server.resident().saturating_sub(before);
    assert!(growth < MOST, "{growth} bytes wait to be read");
    is_served(&server);

    // actix-web may close before it has answered the last of them.
    let answered = if server.framework == "actix-web" { 100 } else { sent / length };
    let answers = (0..answered).map_while(|at| Some((at, connection.answer()?)));
    let in_order = answers.take_while(|(at, answer)| current_page(answer) == number(*at)).count();
    assert_eq!(in_order, answered);
    server.stop();
}

/// Numbers pages, with one digit each, so that all requests are of the same length.
fn number(at: usize) -> u64 {
    at as u64 % 9 + 1
}

fn page_request(server: &Server, page: u64) -> String {
    request(&Method::GET, &server.announced.good, &format!("{PATH}?page={page}"))
}

#[track_caller]
fn is_served(server: &Server) {
    assert_eq!(server.get(&server.announced.good, PATH).status(), 200);
}

#[track_caller]
fn is_refused(answer: Option<Answer>) {
    let status = answer.map(|answer| answer.status().as_u16());
    assert!(status.is_none_or(|status| [400, 414, 431].contains(&status)), "{status:?}");
}

#[track_caller]
fn current_page(answer: &Answer) -> u64 {
    let page: Value = serde_json::from_slice(answer.body()).expect("a page");
    page["meta"]["current_page"].as_u64().expect("a page has a number")
}
