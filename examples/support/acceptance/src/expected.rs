//! The response that a case expects.

use http::StatusCode;
use serde_json::{Value, json};
use tokenfolio::{Page, Pagination, TokenResource};

use crate::connection::Response;
use crate::exchange::Exchange;
use crate::snapshot::Snapshot;
use crate::{PATH, TOKENS};

/// An expected response.
#[derive(Clone, Debug)]
pub(crate) enum Expected {
    /// This page of the owner of 293 tokens.
    Page(u64),
    /// The only page of the owner of one token.
    Single,
    /// 401, with this error in the challenge, or without one.
    Unauthorized(Option<&'static str>),
    /// 400, because `page` is invalid for this reason.
    BadPage(&'static str),
    /// 405.
    MethodNotAllowed,
    /// 404, with this path as its instance.
    NotFound(&'static str),
    /// The response of the demo's fallback for this path.
    Fallback(&'static str),
    /// A rejection by the framework: one of these statuses, or a closed connection.
    Rejected(&'static [u16]),
}

impl Expected {
    /// Returns whether the endpoint sends the response.
    pub(crate) fn is_from_endpoint(&self) -> bool {
        !matches!(self, Self::NotFound(_) | Self::Fallback(_) | Self::Rejected(_))
    }

    /// Returns the expected response, or `None` if the framework rejects the request.
    pub(crate) fn snapshot(&self, exchange: &Exchange) -> Option<Snapshot> {
        Some(match self {
            Self::Page(page) => page_of_tokens(exchange, *page, TOKENS, 1),
            Self::Single => page_of_tokens(exchange, 1, 1, TOKENS + 1),
            Self::Unauthorized(error) => {
                let error = error.map(|error| format!(r#", error="{error}""#)).unwrap_or_default();
                let challenge = format!(r#"Bearer realm="api"{error}"#);
                let problem = problem(exchange, StatusCode::UNAUTHORIZED, PATH, Some("Authentication failed"), None);
                problem.with_header("www-authenticate", &challenge)
            }
            Self::BadPage(reason) => {
                let detail = format!("must be a whole number from 1 to 9223372036854775807, but {reason}");
                // The order of the members depends on the features of `serde_json`, for the library and for `json!`.
                let errors = json!([{"parameter": "page", "detail": detail}]);
                let detail = format!("`page` {detail}");
                problem(exchange, StatusCode::BAD_REQUEST, PATH, Some(&detail), Some(&errors))
            }
            Self::MethodNotAllowed => {
                let problem = problem(exchange, StatusCode::METHOD_NOT_ALLOWED, PATH, None, None);
                problem.with_header("allow", "GET, HEAD")
            }
            Self::NotFound(path) => problem(exchange, StatusCode::NOT_FOUND, path, None, None),
            Self::Fallback(path) => {
                let request = http::Request::builder().method(&exchange.method).uri(*path).body(());
                let (parts, ()) = request.expect("a path of a case").into_parts();
                // `Server::description` checks the description. Only the headers are checked here.
                let received = exchange.response.as_ref().map(Response::body).map(Vec::as_slice).unwrap_or_default();
                Snapshot::of(&tokenfolio_demo::Fallback::new(String::from_utf8_lossy(received)).respond(&parts))
            }
            Self::Rejected(_) => return None,
        })
    }
}

/// Returns the response with a problem of the given members.
fn problem(
    exchange: &Exchange,
    status: StatusCode,
    instance: &str,
    detail: Option<&str>,
    errors: Option<&Value>,
) -> Snapshot {
    let title = status.canonical_reason().expect("a registered status");
    let code = status.as_u16();
    let detail = detail.map(|detail| format!(r#","detail":"{detail}""#)).unwrap_or_default();
    let trace_id = exchange.case.trace_id.map(|id| format!(r#","trace_id":"{id}""#)).unwrap_or_default();
    let errors = errors.map(|errors| format!(r#","errors":{errors}"#)).unwrap_or_default();
    let body = format!(
        r#"{{"type":"about:blank","title":"{title}","status":{code}{detail},"instance":"{instance}"{errors}{trace_id}}}"#
    );
    Snapshot::new(status, "application/problem+json", body)
}

/// Returns the page that the library writes for the received rows. Their ids must be the expected ones, counted from
/// `first_id`. Otherwise, returns a snapshot that no response equals.
fn page_of_tokens(exchange: &Exchange, page: u64, total: u64, first_id: u64) -> Snapshot {
    let read = |response: &Response| serde_json::from_slice::<Page<TokenResource>>(response.body()).ok();
    let rows = exchange.response.as_ref().and_then(read).map(|page| page.data).unwrap_or_default();
    let pagination = Pagination::new(&format!("{}{PATH}", exchange.url)).expect("an origin and a path");
    let request = pagination.request(&format!("page={page}")).expect("a page of a case");
    let before = request.offset().min(total);
    let end = request.offset().saturating_add(request.per_page().get().into()).min(total);
    let ids = rows.iter().map(|token| token.id.0.unsigned_abs());
    if !ids.eq(first_id + before..first_id + end) {
        return Snapshot::new(StatusCode::OK, "application/json", format!("rows {} to {end}", before + 1));
    }
    let mut body = Vec::new();
    request.paginate(rows, total).write_tokens(&mut body);
    let body = String::from_utf8(body).expect("JSON is UTF-8");
    Snapshot::new(StatusCode::OK, "application/json", body)
}
