//! A compiled server as a process of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use http::Method;
use serde::Deserialize;

use crate::connection::{Answer, Connection};

/// How long anything may take before it counts as a hang. Nothing that goes well comes near it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What the first line of a server's output holds, and nothing else.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announced {
    /// Where the server listens: an origin, which its links begin with unless told otherwise.
    pub url: String,
    /// A secret that is accepted, of an owner of 293 tokens.
    pub good: String,
    /// The secret of a token that has expired.
    pub expired: String,
    /// The secret of a token that is revoked.
    pub revoked: String,
    /// A secret that is accepted from this machine alone, of an owner of this one token.
    pub single: String,
    /// The secret of a token that only callers from elsewhere may use.
    pub ip_denied: String,
}

/// A running server. It is killed if a test fails before it stops.
#[derive(Debug)]
pub struct Server {
    process: Child,
    output: BufReader<ChildStdout>,
    pub(crate) framework: String,
    pub(crate) announced: Announced,
    /// The lines after the first.
    pub(crate) commands: [String; 3],
}

impl Server {
    /// Starts the binary on a free port, with these arguments beside.
    ///
    /// # Panics
    ///
    /// If it does not start, or prints anything else than an announcement.
    #[must_use]
    #[track_caller]
    pub fn start(binary: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(binary);
        command.args(["--port", "0"]).args(arguments).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the server starts");
        let mut output = BufReader::new(process.stdout.take().expect("a pipe was asked for"));
        let mut line = || {
            let mut line = String::new();
            output.read_line(&mut line).expect("the output is text");
            line.trim_end().to_owned()
        };
        let announced = serde_json::from_str(&line()).expect("the first line is the announcement");
        let commands = [line(), line(), line()];
        let framework = Path::new(binary).file_stem().expect("a binary has a name").to_string_lossy().into_owned();
        Self { process, output, framework, announced, commands }
    }

    /// Returns what the server said of itself.
    #[must_use]
    pub fn announced(&self) -> &Announced {
        &self.announced
    }

    /// Opens a connection.
    #[track_caller]
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address())
    }

    /// Asks for a target with a secret, on a connection of its own.
    #[track_caller]
    pub(crate) fn get(&self, secret: &str, target: &str) -> Answer {
        self.send(&Method::GET, secret, target)
    }

    /// Sends a request with a secret, on a connection of its own.
    #[track_caller]
    pub(crate) fn send(&self, method: &Method, secret: &str, target: &str) -> Answer {
        let mut connection = self.connect();
        connection.send(request(method, secret, target));
        connection.answer_to(method).expect("the server answers")
    }

    /// Asks the server to end, and leaves it to finish.
    #[track_caller]
    pub(crate) fn ask_to_stop(&self) {
        let kill = format!("kill -TERM {}", self.process.id());
        let killed = Command::new("sh").args(["-c", &kill]).status().expect("a shell");
        assert!(killed.success(), "the server has ended before");
    }

    /// Waits until the server has ended, and tells how. It must have printed no more than its announcement.
    #[track_caller]
    pub(crate) fn ended(mut self) -> ExitStatus {
        let start = Instant::now();
        let status = loop {
            match self.process.try_wait().expect("the process is ours") {
                Some(status) => break status,
                None => thread::sleep(Duration::from_millis(10)),
            }
            assert!(start.elapsed() < PATIENCE, "the server does not end");
        };
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("the output is text");
        assert_eq!(rest, "", "the server printed more than its announcement");
        status
    }

    /// Stops the server, which must end well.
    #[track_caller]
    pub(crate) fn stop(self) {
        self.ask_to_stop();
        assert_eq!(self.ended().code(), Some(0));
    }

    fn address(&self) -> SocketAddr {
        let authority = self.announced.url.strip_prefix("http://").expect("the server speaks plain HTTP");
        authority.parse().expect("the server is at an address")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended if the test went well, and then this does nothing.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Writes a request with a secret.
pub(crate) fn request(method: &Method, secret: &str, target: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {secret}\r\n\r\n")
}
