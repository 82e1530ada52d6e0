//! One connection and several requests, whose answers must not run into each other.

use http::{Method, StatusCode};
use serde_json::Value;

use crate::PATH;
use crate::connection::{Answer, Connection};
use crate::server::{Server, request};

/// Sends requests of every kind one after the other on one connection.
#[track_caller]
pub fn requests_share_a_connection(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let mut connection = server.connect();
    for page in 2..=5 {
        connection.send(request(&Method::HEAD, &server.announced.good, &format!("{PATH}?page={page}")));
        let head = connection.answer_to(&Method::HEAD).expect("the connection is kept");
        connection.send(request(&Method::GET, &server.announced.good, &format!("{PATH}?page={page}")));
        let get = answer(&mut connection);
        assert_eq!(head.headers()["content-length"], get.body().len().to_string());
        assert_eq!(current_page(&get), page);
        for (method, target, status) in
            [(Method::DELETE, PATH, 405), (Method::GET, "/nowhere", 404), (Method::GET, "/", 200)]
        {
            connection.send(request(&method, &server.announced.good, target));
            assert_eq!(answer(&mut connection).status(), status, "{method} {target}");
        }
    }
    server.stop();
}

/// Sends requests without waiting for the answers, which come in the same order.
#[track_caller]
pub fn requests_may_come_at_once(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let mut connection = server.connect();
    let both: String =
        [2, 3].map(|page| request(&Method::GET, &server.announced.good, &format!("{PATH}?page={page}"))).concat();
    connection.send(both);
    assert_eq!([2, 3].map(|_| current_page(&answer(&mut connection))), [2, 3]);
    server.stop();
}

/// Sends a request byte by byte.
#[track_caller]
pub fn a_request_may_come_in_pieces(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let mut connection = server.connect();
    for byte in request(&Method::GET, &server.announced.good, &format!("{PATH}?page=2")).bytes() {
        connection.send([byte]);
    }
    assert_eq!(current_page(&answer(&mut connection)), 2);
    server.stop();
}

#[track_caller]
fn answer(connection: &mut Connection) -> Answer {
    connection.answer().expect("the connection is kept")
}

#[track_caller]
fn current_page(answer: &Answer) -> u64 {
    assert_eq!(answer.status(), StatusCode::OK);
    let page: Value = serde_json::from_slice(answer.body()).expect("a page");
    page["meta"]["current_page"].as_u64().expect("a page has a number")
}
