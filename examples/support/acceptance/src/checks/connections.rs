//! Several requests on one connection.

use http::{Method, StatusCode};
use serde_json::Value;

use crate::PATH;
use crate::connection::{Connection, Response};
use crate::server::{Server, request};

/// Sends different requests one after the other on one connection.
#[track_caller]
pub fn a_connection_serves_several_requests(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let mut connection = server.connect();
    for page in 2..=5 {
        connection.send(request(&Method::HEAD, &server.startup_message.good, &format!("{PATH}?page={page}")));
        let head = connection.read_response_to(&Method::HEAD).expect("the connection stays open");
        connection.send(request(&Method::GET, &server.startup_message.good, &format!("{PATH}?page={page}")));
        let get = read_response(&mut connection);
        assert_eq!(head.headers()["content-length"], get.body().len().to_string());
        assert_eq!(current_page(&get), page);
        for (method, target, status) in
            [(Method::DELETE, PATH, 405), (Method::GET, "/nowhere", 404), (Method::GET, "/", 200)]
        {
            connection.send(request(&method, &server.startup_message.good, target));
            assert_eq!(read_response(&mut connection).status(), status, "{method} {target}");
        }
    }
    server.stop();
}

/// Sends two requests before it reads the responses.
#[track_caller]
pub fn pipelined_requests_are_answered_in_order(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let mut connection = server.connect();
    let both: String =
        [2, 3].map(|page| request(&Method::GET, &server.startup_message.good, &format!("{PATH}?page={page}"))).concat();
    connection.send(both);
    assert_eq!([2, 3].map(|_| current_page(&read_response(&mut connection))), [2, 3]);
    server.stop();
}

/// Sends a request byte by byte.
#[track_caller]
pub fn a_request_can_arrive_byte_by_byte(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let mut connection = server.connect();
    for byte in request(&Method::GET, &server.startup_message.good, &format!("{PATH}?page=2")).bytes() {
        connection.send([byte]);
    }
    assert_eq!(current_page(&read_response(&mut connection)), 2);
    server.stop();
}

#[track_caller]
fn read_response(connection: &mut Connection) -> Response {
    connection.read_response().expect("the connection stays open")
}

#[track_caller]
fn current_page(response: &Response) -> u64 {
    assert_eq!(response.status(), StatusCode::OK);
    let page: Value = serde_json::from_slice(response.body()).expect("a page");
    page["meta"]["current_page"].as_u64().expect("a page has a number")
}
