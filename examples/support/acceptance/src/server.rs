//! A compiled server as a child process.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fs, thread};

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokenfolio_openapi::Description;

use crate::PATH;
use crate::connection::{Connection, Response};
use crate::leak_detector::LeakDetector;

/// The time limit for a response, a shutdown, or the writing of usage. A correct server needs far less.
pub(crate) const OPERATION_TIMEOUT: Duration = Duration::from_secs(60);

/// The first line of a server's output: its URL and its secrets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartupMessage {
    /// The server's origin.
    pub url: String,
    /// A valid secret, of an owner with 293 tokens.
    pub good: String,
    /// The secret of a token that has expired.
    pub expired: String,
    /// The secret of a token that is revoked.
    pub revoked: String,
    /// A secret that is valid only from this machine, of an owner with one token.
    pub single: String,
    /// The secret of a token that is not allowed from this machine.
    pub ip_denied: String,
}

impl StartupMessage {
    fn secrets(&self) -> [&str; 5] {
        [&self.good, &self.expired, &self.revoked, &self.single, &self.ip_denied].map(String::as_str)
    }
}

/// A running server. Dropping it kills the process, and checks that it printed only the startup message and that its
/// log, the standard error, contains no secret or digest.
#[derive(Debug)]
pub struct Server {
    process: Child,
    output: BufReader<ChildStdout>,
    log: NamedTempFile,
    /// For secrets and digests, and for causes.
    leak_detectors: Arc<[LeakDetector; 2]>,
    pub(crate) framework: String,
    pub(crate) startup_message: StartupMessage,
    /// The lines after the startup message.
    pub(crate) commands: [String; 3],
}

impl Server {
    /// Starts the binary on a free port, with these additional arguments.
    ///
    /// # Panics
    ///
    /// Panics if the server does not start, or prints anything other than a startup message.
    #[must_use]
    #[track_caller]
    pub fn start(binary: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(binary);
        // A file never blocks the server, as a full pipe would.
        let log = NamedTempFile::new().expect("a temporary folder");
        command.args(["--port", "0"]).args(arguments).stdout(Stdio::piped());
        command.stderr(log.reopen().expect("the file is there"));
        let mut process = command.spawn().expect("the server starts");
        let mut output = BufReader::new(process.stdout.take().expect("standard output is a pipe"));
        let mut line = || {
            let mut line = String::new();
            output.read_line(&mut line).expect("the output is text");
            line.trim_end().to_owned()
        };
        let startup_message: StartupMessage = serde_json::from_str(&line()).unwrap_or_else(|error| {
            panic!("the first line is not a startup message: {error}\n{}", read_log(&log));
        });
        let commands = [line(), line(), line()];
        let framework = Path::new(binary).file_stem().expect("a binary has a name").to_string_lossy().into_owned();
        let paths = arguments.iter().filter_map(|argument| argument.strip_prefix("sqlite:"));
        let leak_detectors =
            Arc::new([LeakDetector::for_secrets(startup_message.secrets()), LeakDetector::for_causes(paths)]);
        Self { process, output, log, leak_detectors, framework, startup_message, commands }
    }

    /// Returns the server's startup message.
    #[must_use]
    pub fn startup_message(&self) -> &StartupMessage {
        &self.startup_message
    }

    /// Opens a connection.
    ///
    /// # Panics
    ///
    /// Panics if the server does not accept it.
    #[must_use]
    #[track_caller]
    pub fn connect(&self) -> Connection {
        Connection::open(self.address(), Arc::clone(&self.leak_detectors))
    }

    /// Adds secrets that must not leak. They apply to connections that are opened afterwards, and to the log.
    ///
    /// # Panics
    ///
    /// Panics if a secret is too short to distinguish it from other text.
    pub fn add_secrets(&mut self, secrets: &[String]) {
        let all = self.startup_message.secrets().into_iter().chain(secrets.iter().map(String::as_str));
        Arc::make_mut(&mut self.leak_detectors)[0] = LeakDetector::for_secrets(all);
    }

    /// Returns the server's resident memory in bytes.
    ///
    /// # Panics
    ///
    /// Panics if the server has ended.
    #[must_use]
    #[track_caller]
    pub fn resident_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("Linux has a status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the server runs");
        let kilobytes = line.trim_end_matches("kB").trim();
        kilobytes.parse::<u64>().expect("Linux counts in kB") * 1024
    }

    /// Requests a target with a secret, on a new connection.
    ///
    /// # Panics
    ///
    /// Panics if there is no response, or if the response leaks a secret or a cause.
    #[must_use]
    #[track_caller]
    pub fn get(&self, secret: &str, target: &str) -> Response {
        self.send(&Method::GET, secret, target)
    }

    /// Sends a request with a secret, on a new connection.
    #[track_caller]
    pub(crate) fn send(&self, method: &Method, secret: &str, target: &str) -> Response {
        let mut connection = self.connect();
        connection.send(request(method, secret, target));
        connection.read_response_to(method).expect("the server responds")
    }

    /// Returns the description of the endpoint that the server sends.
    #[track_caller]
    pub(crate) fn description(&self) -> Description {
        let response = self.get(&self.startup_message.good, "/openapi.json");
        let document: Value = serde_json::from_slice(response.body()).expect("the description is JSON");
        assert_eq!(document["servers"], json!([{"url": self.startup_message.url}]));
        let description = Description::new(document);
        assert_eq!(description.path_item().0, PATH);
        description
    }

    /// Sends SIGTERM to the server.
    #[track_caller]
    pub(crate) fn request_shutdown(&self) {
        let kill = format!("kill -TERM {}", self.process.id());
        let killed = Command::new("sh").args(["-c", &kill]).status().expect("a shell");
        assert!(killed.success(), "the server is still running");
    }

    /// Returns the log so far.
    pub(crate) fn log(&self) -> String {
        read_log(&self.log)
    }

    /// Waits until the server has ended, and returns its exit status.
    #[track_caller]
    pub(crate) fn wait(mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            match self.process.try_wait().expect("the process is ours") {
                Some(status) => break status,
                None => thread::sleep(Duration::from_millis(10)),
            }
            assert!(start.elapsed() < OPERATION_TIMEOUT, "the server does not end");
        }
    }

    /// Shuts the server down.
    ///
    /// # Panics
    ///
    /// Panics if it does not exit with 0, or if it has printed more than the startup message.
    #[track_caller]
    pub fn stop(self) {
        self.request_shutdown();
        assert_eq!(self.wait().code(), Some(0));
    }

    fn address(&self) -> SocketAddr {
        let authority = self.startup_message.url.strip_prefix("http://").expect("the server speaks plain HTTP");
        authority.parse().expect("the server is at an address")
    }
}

fn read_log(log: &NamedTempFile) -> String {
    fs::read(log.path()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).expect("the log is there")
}

impl Drop for Server {
    fn drop(&mut self) {
        // This does nothing if the server has already ended, as after a successful test.
        drop(self.process.kill());
        drop(self.process.wait());
        let log = self.log();
        if thread::panicking() {
            eprint!("{log}");
            return;
        }
        self.leak_detectors[0].expect_no_leak(log);
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("the output is text");
        assert_eq!(rest, "", "the server printed more than its startup message");
    }
}

/// Returns a request with a secret.
pub(crate) fn request(method: &Method, secret: &str, target: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {secret}\r\n\r\n")
}
