//! Hostile clients. They cannot block other clients or fill the server's memory.

use http::Method;
use serde_json::Value;

use crate::PATH;
use crate::connection::Response;
use crate::server::{Server, request};

/// The limit for the memory that a client can use. The checks send more, or leave more unread.
const MAX_MEMORY: u64 = 24 << 20;

/// Sends each prefix of a request on a connection of its own. Expects that the server responds to another client, and
/// then sends the rest of each request.
#[track_caller]
pub fn unfinished_requests_do_not_block_others(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let request = request(&Method::GET, &server.startup_message.good, PATH);
    let unfinished: Vec<_> = (0..request.len())
        .map(|length| {
            let mut connection = server.connect();
            connection.send(&request[..length]);
            (connection, &request[length..])
        })
        .collect();
    expect_served(&server);
    for (mut connection, rest) in unfinished {
        connection.send(rest);
        // The server may close a connection after a timeout.
        let status = connection.read_response().map(|response| response.status().as_u16());
        assert!(matches!(status, Some(200 | 408) | None), "{status:?} before {rest:?}");
    }
    server.stop();
}

/// Sends an endless target, an endless header, and endlessly many headers.
#[track_caller]
pub fn endless_requests_are_rejected(binary: &str) {
    const CHUNK: usize = 64 * 1024;
    let server = Server::start(binary, &["--store", "memory"]);
    let before = server.resident_memory();
    for (start, repeated) in
        [("GET /", "a"), ("GET / HTTP/1.1\r\nhost: a\r\nx: ", "a"), ("GET / HTTP/1.1\r\n", "x: y\r\n")]
    {
        let mut connection = server.connect();
        connection.send(start);
        let chunk = repeated.repeat(CHUNK / repeated.len());
        let mut sent = 0;
        while connection.send(&chunk) {
            sent += chunk.len() as u64;
            assert!(sent < 2 * MAX_MEMORY, "the server keeps reading: {start:?}, {repeated:?}");
        }
        expect_rejected(connection.read_response());
        expect_served(&server);
    }
    let growth = server.resident_memory().saturating_sub(before);
    assert!(growth < MAX_MEMORY, "rejecting took {growth} bytes of memory");
    server.stop();
}

/// Sends garbage after valid requests, which are answered first.
#[track_caller]
pub fn requests_before_garbage_are_answered(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    for garbage in [&b"\0\x01\x02\r\n\r\n"[..], b"\xff\xfe\xfd / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n: a\r\n\r\n"] {
        let mut connection = server.connect();
        let requests = (2..=4).map(|page| page_request(&server, page)).collect::<String>();
        connection.send([requests.as_bytes(), garbage].concat());
        assert_eq!(
            [(); 3].map(|()| connection.read_response().map(|response| current_page(&response))),
            [2, 3, 4].map(Some)
        );
        expect_rejected(connection.read_response());
        expect_served(&server);
    }
    server.stop();
}

/// Sends requests without reading responses until the server stops reading. Then all are answered, in order.
#[track_caller]
pub fn unread_responses_do_not_fill_the_memory(binary: &str) {
    /// The padded requests exceed the socket buffers. Their responses are three times as long.
    const REQUESTS: usize = 12_000;
    let server = Server::start(binary, &["--store", "memory"]);
    expect_served(&server);
    let before = server.resident_memory();
    let padding = format!("\r\nx: {}\r\n\r\n", "a".repeat(2_000));
    let padded = |index| page_request(&server, page_number(index)).replace("\r\n\r\n", &padding);
    let length = padded(0).len();
    let requests: String = (0..REQUESTS).map(padded).collect();
    let mut connection = server.connect();
    let sent = connection.send_until_blocked(requests.as_bytes());
    assert!(sent < requests.len(), "the server keeps reading");
    let growth = server.resident_memory().saturating_sub(before);
    assert!(growth < MAX_MEMORY, "unread responses take {growth} bytes of memory");
    expect_served(&server);

    // actix-web may close the connection before it has sent the last responses.
    let answered = if server.framework == "actix-web" { 100 } else { sent / length };
    let responses = (0..answered).map_while(|index| Some((index, connection.read_response()?)));
    let in_order = responses.take_while(|(index, response)| current_page(response) == page_number(*index)).count();
    assert_eq!(in_order, answered);
    server.stop();
}

/// Returns a page number of one digit, so that all requests have the same length.
fn page_number(index: usize) -> u64 {
    index as u64 % 9 + 1
}

fn page_request(server: &Server, page: u64) -> String {
    request(&Method::GET, &server.startup_message.good, &format!("{PATH}?page={page}"))
}

#[track_caller]
fn expect_served(server: &Server) {
    assert_eq!(server.get(&server.startup_message.good, PATH).status(), 200);
}

#[track_caller]
fn expect_rejected(response: Option<Response>) {
    let status = response.map(|response| response.status().as_u16());
    assert!(status.is_none_or(|status| [400, 414, 431].contains(&status)), "{status:?}");
}

#[track_caller]
fn current_page(response: &Response) -> u64 {
    let page: Value = serde_json::from_slice(response.body()).expect("a page");
    page["meta"]["current_page"].as_u64().expect("a page has a number")
}
