//! A compiled server as a process of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fs, thread};

use http::Method;
use serde::Deserialize;
use tempfile::NamedTempFile;

use crate::connection::{Answer, Connection};
use crate::leak_detector::Untold;

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

impl Announced {
    fn secrets(&self) -> [&str; 5] {
        [&self.good, &self.expired, &self.revoked, &self.single, &self.ip_denied].map(String::as_str)
    }
}

/// A running server. It is killed when it is dropped, if it has not ended before. By then it must have printed no more
/// than its announcement, and no secret or digest into its log, which is the standard error.
#[derive(Debug)]
pub struct Server {
    process: Child,
    output: BufReader<ChildStdout>,
    log: NamedTempFile,
    /// Secrets and digests, then causes.
    untold: Arc<[Untold; 2]>,
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
        // A file, unlike a pipe, never keeps the server waiting for somebody to read it.
        let log = NamedTempFile::new().expect("a temporary folder");
        command.args(["--port", "0"]).args(arguments).stdout(Stdio::piped());
        command.stderr(log.reopen().expect("the file is there"));
        let mut process = command.spawn().expect("the server starts");
        let mut output = BufReader::new(process.stdout.take().expect("a pipe was asked for"));
        let mut line = || {
            let mut line = String::new();
            output.read_line(&mut line).expect("the output is text");
            line.trim_end().to_owned()
        };
        let announced: Announced = serde_json::from_str(&line()).unwrap_or_else(|error| {
            panic!("the first line is no announcement: {error}\n{}", logged(&log));
        });
        let commands = [line(), line(), line()];
        let framework = Path::new(binary).file_stem().expect("a binary has a name").to_string_lossy().into_owned();
        let paths = arguments.iter().filter_map(|argument| argument.strip_prefix("sqlite:"));
        let untold = Arc::new([Untold::secrets(announced.secrets()), Untold::causes(paths)]);
        Self { process, output, log, untold, framework, announced, commands }
    }

    /// Returns what the server said of itself.
    #[must_use]
    pub fn announced(&self) -> &Announced {
        &self.announced
    }

    /// Opens a connection.
    ///
    /// # Panics
    ///
    /// If the server takes none.
    #[must_use]
    #[track_caller]
    pub fn connect(&self) -> Connection {
        Connection::open(self.address(), Arc::clone(&self.untold))
    }

    /// Adds secrets that are not to be told either. They are looked for in answers on connections that are opened after.
    ///
    /// # Panics
    ///
    /// If a secret is too short to be told from other text.
    pub fn expect_untold(&mut self, secrets: &[String]) {
        let all = self.announced.secrets().into_iter().chain(secrets.iter().map(String::as_str));
        Arc::make_mut(&mut self.untold)[0] = Untold::secrets(all);
    }

    /// Returns how many bytes of memory the server has at the moment, as Linux counts them.
    ///
    /// # Panics
    ///
    /// If the server has ended.
    #[must_use]
    #[track_caller]
    pub fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("Linux tells");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the server runs");
        let kilobytes = line.trim_end_matches("kB").trim();
        kilobytes.parse::<u64>().expect("Linux counts in kB") * 1024
    }

    /// Asks for a target with a secret, on a connection of its own.
    ///
    /// # Panics
    ///
    /// If there is no answer, or it tells what it may not.
    #[must_use]
    #[track_caller]
    pub fn get(&self, secret: &str, target: &str) -> Answer {
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

    /// Returns what the server has logged so far.
    pub(crate) fn log(&self) -> String {
        logged(&self.log)
    }

    /// Waits until the server has ended, and tells how.
    #[track_caller]
    pub(crate) fn ended(mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            match self.process.try_wait().expect("the process is ours") {
                Some(status) => break status,
                None => thread::sleep(Duration::from_millis(10)),
            }
            assert!(start.elapsed() < PATIENCE, "the server does not end");
        }
    }

    /// Stops the server, which must end well.
    ///
    /// # Panics
    ///
    /// If it does not, or if it has printed more than its announcement.
    #[track_caller]
    pub fn stop(self) {
        self.ask_to_stop();
        assert_eq!(self.ended().code(), Some(0));
    }

    fn address(&self) -> SocketAddr {
        let authority = self.announced.url.strip_prefix("http://").expect("the server speaks plain HTTP");
        authority.parse().expect("the server is at an address")
    }
}

fn logged(log: &NamedTempFile) -> String {
    fs::read(log.path()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).expect("the log is there")
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended if the test went well, and then this does nothing.
        drop(self.process.kill());
        drop(self.process.wait());
        let log = self.log();
        if thread::panicking() {
            eprint!("{log}");
            return;
        }
        self.untold[0].expect_none_in(log);
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("the output is text");
        assert_eq!(rest, "", "the server printed more than its announcement");
    }
}

/// Writes a request with a secret.
pub(crate) fn request(method: &Method, secret: &str, target: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {secret}\r\n\r\n")
}
