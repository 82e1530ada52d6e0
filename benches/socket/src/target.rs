//! A measured URL, and the response that it must return.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;

use tokenfolio::Problem;

use crate::database::{self, Clock};
use crate::{BoxError, PATH, page};

/// The `Authorization` header that the endpoint in memory accepts.
pub(crate) const AUTHORIZATION: &str = "Bearer for-benches-only";
/// The middle page of the owner in a database.
const DATABASE_PAGE: u64 = database::TOKENS / page::PER_PAGE as u64 / 2;

/// A URL that `wrk` requests.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) server: &'static str,
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    /// The path and the query.
    pub(crate) path: String,
    /// The value of the `Authorization` header.
    pub(crate) authorization: Option<&'static str>,
    expected_status: u16,
    expected_body: Vec<u8>,
    /// The time that the database takes, if the target has a database.
    pub(crate) clock: Option<Arc<Clock>>,
}

/// Returns a constant body, the measured page and a 401. They have no address yet.
pub(crate) fn in_memory(server: &'static str) -> Result<[Target; 3], BoxError> {
    let ok = Target {
        server,
        name: "ours in memory",
        address: (Ipv4Addr::UNSPECIFIED, 0).into(),
        path: format!("{PATH}?page={}", page::PAGE),
        authorization: Some(AUTHORIZATION),
        expected_status: 200,
        expected_body: page_body(page::PAGE, page::TOTAL)?,
        clock: None,
    };
    let constant = Target { name: CONSTANT, ..ok.clone() };
    let mut body = Vec::new();
    Problem::unauthorized(PATH).write_json(&mut body);
    let unauthorized =
        Target { name: "our 401", authorization: None, expected_status: 401, expected_body: body, ..ok.clone() };
    Ok([constant, ok, unauthorized])
}

/// Returns a page of the owner in a database. It has no address yet.
pub(crate) fn over_database(name: &'static str, clock: Arc<Clock>) -> Result<Target, BoxError> {
    let [_, ok, _] = in_memory("axum")?;
    Ok(Target {
        name,
        path: format!("{PATH}?page={DATABASE_PAGE}"),
        authorization: Some(database::AUTHORIZATION),
        expected_body: page_body(DATABASE_PAGE, database::TOKENS)?,
        clock: Some(clock),
        ..ok
    })
}

/// Returns the body of a page of the tokens from 1 to `total`.
pub(crate) fn page_body(number: u64, total: u64) -> Result<Vec<u8>, BoxError> {
    let request = page::pagination().request(&format!("page={number}"))?;
    let first = i64::try_from(request.offset())? + 1;
    let tokens = (first..first + i64::from(page::PER_PAGE)).map(page::token);
    let tokens = tokens.map(|token| token.into_resource(page::now())).collect();
    let mut body = Vec::new();
    request.paginate(tokens, total).write_tokens(&mut body);
    Ok(body)
}

/// The name of the variant that others are compared with.
const CONSTANT: &str = "a constant body";

impl Target {
    pub(crate) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    pub(crate) fn at(self, address: SocketAddr) -> Self {
        Self { address, ..self }
    }

    pub(crate) fn is_constant(&self) -> bool {
        self.name == CONSTANT
    }

    pub(crate) fn expects_success(&self) -> bool {
        self.expected_status < 400
    }

    /// Sends one request, and checks the status and the body.
    pub(crate) fn check(&self) -> Result<(), BoxError> {
        let mut stream = TcpStream::connect(self.address)?;
        let authorization = self.authorization.map(|value| format!("authorization: {value}\r\n")).unwrap_or_default();
        write!(stream, "GET {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{authorization}\r\n", self.path)?;
        let mut response = Vec::new();
        stream.read_to_end(&mut response)?;
        let status = format!("HTTP/1.1 {} ", self.expected_status);
        if !response.starts_with(status.as_bytes()) || !response.ends_with(&self.expected_body) {
            let response = String::from_utf8_lossy(&response);
            let expected = String::from_utf8_lossy(&self.expected_body);
            return Err(
                format!("{} {}: expected {status}and {expected}, got {response}", self.server, self.name).into()
            );
        }
        Ok(())
    }
}
