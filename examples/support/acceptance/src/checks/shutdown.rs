//! The graceful shutdown. The server finishes requests in progress, closes idle connections, and exits with 0.

use std::thread;

use http::Method;

use crate::PATH;
use crate::connection::{Connection, Response};
use crate::server::{Server, request};

/// Shuts a server down after it has read the first part of a request.
#[track_caller]
pub fn requests_in_progress_are_answered_before_a_shutdown(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let request = request(&Method::GET, &server.startup_message.good, PATH);
    let (start, end) = request.split_at(request.len() - 2);
    let mut in_progress = server.connect();
    in_progress.send(start);
    // When the server has responded to the requests on this idle connection, it has also read the first part of the
    // request in progress. When it closes the idle connection, it has noticed the shutdown.
    let mut idle = server.connect();
    for _ in 0..50 {
        idle.send(&request);
        assert_eq!(idle.read_response().map(|response| response.status().as_u16()), Some(200));
    }
    server.request_shutdown();
    assert!(idle.read_response().is_none());

    in_progress.send(end);
    let status = in_progress.read_response().map(|response| response.status().as_u16());
    // actix-web drops an incomplete request.
    let expected = if server.framework == "actix-web" { None } else { Some(200) };
    assert_eq!(status, expected);
    assert_eq!(server.wait().code(), Some(0));
}

/// Shuts a server down while clients send requests.
#[track_caller]
pub fn responses_are_complete_during_a_shutdown(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let request = request(&Method::GET, &server.startup_message.good, &format!("{PATH}?page=2"));
    let mut connections = [(); 4].map(|()| server.connect());
    let mut send = |connection: &mut Connection| {
        connection.send(&request);
        connection.read_response()
    };
    let first = connections.each_mut().map(&mut send);
    let status = thread::scope(|scope| {
        for (mut connection, first) in connections.into_iter().zip(&first) {
            let request = &request;
            scope.spawn(move || {
                loop {
                    connection.send(request);
                    match connection.read_response() {
                        Some(response) => assert_eq!(Some(response.body()), first.as_ref().map(Response::body)),
                        None => break,
                    }
                }
            });
        }
        server.request_shutdown();
        server.wait()
    });
    assert!(first.iter().flatten().all(|response| response.status() == 200));
    assert_eq!(status.code(), Some(0));
}

/// Shuts a server down while connections are open and idle.
#[track_caller]
pub fn idle_connections_do_not_delay_a_shutdown(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let mut used = server.connect();
    used.send(request(&Method::GET, &server.startup_message.good, PATH));
    assert_eq!(used.read_response().map(|response| response.status().as_u16()), Some(200));
    let _unused = server.connect();
    server.stop();
    assert!(used.read_response().is_none());
}
