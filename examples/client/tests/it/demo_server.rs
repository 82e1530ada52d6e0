//! The axum server with its demo data, in a thread.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;

use serde::Deserialize;
use tokenfolio_demo::{Arguments, Demo, PATH, StoreChoice};
use tokio::net::TcpListener;

/// A part of the server's startup message.
#[derive(Deserialize)]
pub(crate) struct StartupMessage {
    url: String,
    pub(crate) good: String,
    pub(crate) expired: String,
    pub(crate) single: String,
}

impl StartupMessage {
    /// Returns the URL of the list.
    pub(crate) fn list_url(&self) -> String {
        format!("{}{PATH}", self.url)
    }
}

/// Starts a server on a free port. It runs until the tests end.
#[track_caller]
pub(crate) fn start() -> StartupMessage {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let arguments = Arguments {
                port: 0,
                base: None,
                store: StoreChoice::Memory,
                lenient: false,
                trusted_proxies: Vec::new(),
            };
            let demo = Demo::start(arguments).await.expect("the demo starts");
            sender.send(serde_json::to_value(&demo.startup_message).expect("it is JSON")).expect("a test waits");
            let listener = TcpListener::from_std(demo.listener).expect("it does not block");
            let app = tokenfolio_axum::app(demo.endpoint).into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, app).await.expect("it serves until the tests end");
        });
    });
    serde_json::from_value(receiver.recv().expect("the server starts")).expect("a startup message")
}
