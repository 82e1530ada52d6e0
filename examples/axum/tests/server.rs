//! The server as a user has it: started, asked over a socket, and stopped.
#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A running server, which is killed if a test fails.
struct Server {
    process: Child,
    announced: Value,
    lines: Vec<String>,
}

struct Answer {
    status: u16,
    headers: ureq::http::HeaderMap,
    body: String,
}

impl Answer {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_axum"))
            .args(["--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let announced = serde_json::from_str(&lines.next().unwrap()).unwrap();
        let lines = lines.by_ref().take(3).collect();
        Self { process, announced, lines }
    }

    fn said(&self, member: &str) -> &str {
        self.announced[member].as_str().unwrap()
    }

    fn request(&self, method: &str, target: &str, secret: Option<&str>) -> Answer {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{target}", self.said("url")));
        if let Some(secret) = secret {
            request = request.header("authorization", format!("Bearer {secret}"));
        }
        let (parts, mut body) = agent.run(request.body(()).unwrap()).unwrap().into_parts();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body: body.read_to_string().unwrap() }
    }

    fn get(&self, target: &str, secret: &str) -> Answer {
        self.request("GET", target, Some(secret))
    }

    /// Asks the server to end, and returns its exit code.
    fn stop(mut self) -> Option<i32> {
        assert!(Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap().success());
        self.process.wait().unwrap().code()
    }

    /// Walks all pages along `next`, and returns the ids.
    fn walk(&self, secret: &str) -> Vec<i64> {
        let mut ids = Vec::new();
        let mut next = Some(TOKENS.to_owned());
        while let Some(target) = next {
            let page = self.get(&target, secret).json();
            ids.extend(page["data"].as_array().unwrap().iter().map(|token| token["id"].as_i64().unwrap()));
            next = page["links"]["next"].as_str().map(|url| url.strip_prefix(self.said("url")).unwrap().to_owned());
        }
        ids
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
    }
}

const TOKENS: &str = "/api/v1/me/tokens";

/// What must be so whatever the store.
fn check(server: &Server) {
    let all: Vec<_> = (1..=293).collect();
    assert_eq!(server.walk(server.said("good")), all);
    assert_eq!(server.walk(server.said("single")).len(), 1);

    let page = server.get(TOKENS, server.said("good"));
    assert_eq!((page.status, &page.headers["content-type"]), (200, &"application/json".parse().unwrap()));
    assert_eq!(page.headers["cache-control"], "private, no-store");
    let meta = &page.json()["meta"];
    assert_eq!((meta["total"].as_u64(), meta["last_page"].as_u64()), (Some(293), Some(15)));

    let refused = server.get(TOKENS, "unknown");
    for member in ["expired", "revoked", "ip_denied"] {
        let answer = server.get(TOKENS, server.said(member));
        assert_eq!((answer.status, &answer.body), (401, &refused.body), "{member}");
        let challenge = r#"Bearer realm="api", error="invalid_token""#;
        assert_eq!(answer.headers["www-authenticate"], challenge, "{member}");
    }
    let nobody = server.request("GET", TOKENS, None);
    assert_eq!((nobody.status, &nobody.headers["www-authenticate"]), (401, &r#"Bearer realm="api""#.parse().unwrap()));

    let head = server.request("HEAD", TOKENS, Some(server.said("good")));
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.headers["content-length"], page.body.len().to_string());
    let post = server.request("POST", TOKENS, None);
    assert_eq!((post.status, &post.headers["allow"]), (405, &"GET, HEAD".parse().unwrap()));
    let elsewhere = server.get("/nowhere?x", "unknown");
    assert_eq!((elsewhere.status, elsewhere.json()["instance"].as_str()), (404, Some("/nowhere")));
    assert_eq!(elsewhere.headers["content-type"], "application/problem+json");
}

#[test]
fn the_database_in_memory_is_served_and_the_server_ends_in_peace() {
    let server = Server::start(&[]);
    check(&server);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_store_in_memory_is_served() {
    check(&Server::start(&["--store", "memory"]));
}

#[test]
fn a_database_file_is_served_again_with_new_secrets() {
    let directory = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", directory.path().join("tokens.db").display());
    let first = Server::start(&["--store", &store]);
    check(&first);
    let old = first.said("good").to_owned();
    assert_eq!(first.stop(), Some(0));

    let second = Server::start(&["--store", &store]);
    check(&second);
    assert_eq!(second.get(TOKENS, &old).status, 401);
}

#[test]
fn the_lines_for_a_person_are_three_calls_of_curl() {
    let server = Server::start(&[]);
    assert_eq!(server.lines.len(), 3);
    for line in &server.lines {
        assert!(line.starts_with("curl ") && line.contains(server.said("url")), "{line}");
    }
}

#[test]
fn a_malformed_page_is_refused_unless_the_server_is_lenient() {
    let strict = Server::start(&[]);
    let answer = strict.get("/api/v1/me/tokens?page=02", strict.said("good"));
    assert_eq!((answer.status, answer.json()["errors"][0]["parameter"].as_str()), (400, Some("page")));

    let lenient = Server::start(&["--lenient"]);
    let answer = lenient.get("/api/v1/me/tokens?page=02", lenient.said("good"));
    assert_eq!((answer.status, answer.json()["meta"]["current_page"].as_u64()), (200, Some(1)));
}

#[test]
fn links_begin_with_the_base() {
    let server = Server::start(&["--base", "https://api.example.com/prefix"]);
    let page = server.get(TOKENS, server.said("good")).json();
    assert_eq!(page["links"]["first"], "https://api.example.com/prefix/api/v1/me/tokens?page=1");
}

#[test]
fn every_number_survives_a_client_that_counts_in_doubles() {
    let server = Server::start(&[]);
    for page in 1..=15 {
        let page = server.get(&format!("{TOKENS}?page={page}"), server.said("good")).json();
        for token in page["data"].as_array().unwrap() {
            assert!(token["usage_count"].as_u64().unwrap() < 1 << 53);
        }
    }
}
