//! The graceful stop: what is under way is finished, what is idle does not hold the server up, and it ends with 0.

use std::thread;

use http::Method;

use crate::PATH;
use crate::connection::{Answer, Connection};
use crate::server::{Server, request};

/// Stops a server while half of a request has come.
#[track_caller]
pub fn requests_under_way_are_answered_before_the_end(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let request = request(&Method::GET, &server.announced.good, PATH);
    let (begin, end) = request.split_at(request.len() - 2);
    let mut under_way = server.connect();
    under_way.send(begin);
    // Much else, so that the server has surely read the half before it is asked to end; and it has surely heard that
    // when it closes this connection.
    let mut idle = server.connect();
    for _ in 0..50 {
        idle.send(&request);
        assert_eq!(idle.answer().map(|answer| answer.status().as_u16()), Some(200));
    }
    server.ask_to_stop();
    assert!(idle.answer().is_none());

    under_way.send(end);
    let status = under_way.answer().map(|answer| answer.status().as_u16());
    // It takes for a request only what has come whole.
    let expected = if server.framework == "actix-web" { None } else { Some(200) };
    assert_eq!(status, expected);
    assert_eq!(server.ended().code(), Some(0));
}

/// Stops a server while clients ask and ask: what they get is whole, to the last answer.
#[track_caller]
pub fn answers_are_whole_to_the_last(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let request = request(&Method::GET, &server.announced.good, &format!("{PATH}?page=2"));
    let mut connections = [(); 4].map(|()| server.connect());
    let mut ask = |connection: &mut Connection| {
        connection.send(&request);
        connection.answer()
    };
    let first = connections.each_mut().map(&mut ask);
    let status = thread::scope(|scope| {
        for (mut connection, first) in connections.into_iter().zip(&first) {
            let request = &request;
            scope.spawn(move || {
                loop {
                    connection.send(request);
                    match connection.answer() {
                        Some(answer) => assert_eq!(Some(answer.body()), first.as_ref().map(Answer::body)),
                        None => break,
                    }
                }
            });
        }
        server.ask_to_stop();
        server.ended()
    });
    assert!(first.iter().flatten().all(|answer| answer.status() == 200));
    assert_eq!(status.code(), Some(0));
}

/// Stops a server with connections that are kept open and say nothing.
#[track_caller]
pub fn idle_connections_do_not_keep_the_server(binary: &str) {
    let server = Server::start(binary, &["--store", "memory"]);
    let mut used = server.connect();
    used.send(request(&Method::GET, &server.announced.good, PATH));
    assert_eq!(used.answer().map(|answer| answer.status().as_u16()), Some(200));
    let _silent = server.connect();
    server.stop();
    assert!(used.answer().is_none());
}
