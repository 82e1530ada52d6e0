//! The compiled server as a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};

use serde::Deserialize;
use ureq::http::Response;

/// What the first line of the server's output holds, and nothing else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Announced {
    pub(crate) url: String,
    pub(crate) good: String,
    pub(crate) expired: String,
    pub(crate) revoked: String,
    pub(crate) single: String,
    pub(crate) ip_denied: String,
}

/// A running server; it is killed if a test fails before it stops.
pub(crate) struct Server {
    process: Child,
    pub(crate) announced: Announced,
    /// The lines after the first.
    pub(crate) commands: Vec<String>,
}

impl Server {
    /// Starts a server on a free port.
    #[track_caller]
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_axum"));
        command.args(["--port", "0"]).args(arguments).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the server starts");
        let output = process.stdout.take().expect("a pipe was asked for");
        let mut lines: Vec<_> =
            BufReader::new(output).lines().take(4).map(|line| line.expect("the output is text")).collect();
        let commands = lines.split_off(1);
        Self { process, announced: serde_json::from_str(&lines[0]).expect("the first line is the JSON"), commands }
    }

    /// Sends a request for a page, by a path and query, or by a whole URL as a link has it.
    #[track_caller]
    pub(crate) fn get(&self, secret: Option<&str>, target: &str) -> Response<String> {
        self.send("GET", secret, target)
    }

    #[track_caller]
    pub(crate) fn send(&self, method: &str, secret: Option<&str>, target: &str) -> Response<String> {
        let url = if target.starts_with('/') { format!("{}{target}", self.announced.url) } else { target.to_owned() };
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        if let Some(secret) = secret {
            request = request.header("authorization", format!("Bearer {secret}"));
        }
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = request.body(()).expect("a well-formed request");
        agent.run(request).expect("the server answers").map(|mut body| body.read_to_string().expect("the body is text"))
    }

    /// Asks the server to end, and waits until it has.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let kill = format!("kill -TERM {}", self.process.id());
        let killed = Command::new("sh").args(["-c", &kill]).status().expect("a shell");
        assert!(killed.success(), "the server has ended before");
        self.process.wait().expect("the server ends")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended if the test went well, and then this does nothing.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
