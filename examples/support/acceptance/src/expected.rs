//! The whole of an answer, to be compared with one that came.

use std::num::NonZeroU32;

use http::StatusCode;
use serde_json::json;
use tokenfolio::{Page, PageRequest, PageUrls, Paginator, TokenResource};
use tokenfolio_demo::fallback;

use crate::connection::Answer;
use crate::exchange::Exchange;
use crate::{PATH, TOKENS};

/// What is to be answered.
#[derive(Clone, Debug)]
pub(crate) enum Expected {
    /// This page of the owner of 293 tokens.
    Page(u64),
    /// The only page of the owner of one token.
    Single,
    /// A refusal of the credentials: with this error in the challenge, or none.
    Unauthorized(Option<&'static str>),
    /// A refusal of the page, for this reason.
    BadPage(&'static str),
    /// A refusal of the method.
    MethodNotAllowed,
    /// A refusal of the path, named in this spelling.
    NotFound(&'static str),
    /// What the demo serves beside the endpoint at this path.
    Elsewhere(&'static str),
    /// A refusal by the framework, with one of these statuses, or by closing the connection.
    Refused(&'static [u16]),
}

/// A status, the fields that the library sets, and a body.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Whole {
    pub(crate) status: StatusCode,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Expected {
    /// Tells whether it is the endpoint that is to answer.
    pub(crate) fn is_of_endpoint(&self) -> bool {
        !matches!(self, Self::NotFound(_) | Self::Elsewhere(_) | Self::Refused(_))
    }

    /// Writes out the answer that is expected; none where it is not the endpoint's.
    pub(crate) fn whole(&self, exchange: &Exchange) -> Option<Whole> {
        let instance = match self {
            Self::NotFound(path) => path,
            _ => PATH,
        };
        let problem = |status: u16, members: &str, field: Option<(&str, &str)>| {
            let status = StatusCode::from_u16(status).expect("a known status");
            let title = status.canonical_reason().expect("a known status");
            let trace_id = exchange.case.trace_id.map(|id| format!(r#","trace_id":"{id}""#)).unwrap_or_default();
            let (detail, extensions) = members.split_once('|').unwrap_or((members, ""));
            let code = status.as_u16();
            let body = format!(
                r#"{{"type":"about:blank","title":"{title}","status":{code}{detail},"instance":"{instance}"{trace_id}{extensions}}}"#
            );
            Whole::new(status, "application/problem+json", body, field)
        };
        Some(match self {
            Self::Page(page) => whole_page(exchange, *page, TOKENS),
            Self::Single => whole_page(exchange, 1, 1),
            Self::Unauthorized(error) => {
                let error = error.map(|error| format!(r#", error="{error}""#)).unwrap_or_default();
                let challenge = format!(r#"Bearer realm="api"{error}"#);
                problem(401, r#","detail":"Authentication failed""#, Some(("www-authenticate", &challenge)))
            }
            Self::BadPage(reason) => {
                let detail = format!("must be a whole number from 1 to 9223372036854775807, but {reason}");
                // The order within is that of the `serde_json` in use, and not promised.
                let errors = json!([{"parameter": "page", "detail": detail}]);
                let errors = format!(r#","errors":{errors}"#);
                problem(400, &format!(r#","detail":"`page` {detail}"|{errors}"#), None)
            }
            Self::MethodNotAllowed => problem(405, "", Some(("allow", "GET, HEAD"))),
            Self::NotFound(_) => problem(404, "", None),
            Self::Elsewhere(path) => {
                let request = http::Request::builder().method(&exchange.method).uri(*path).body(());
                let (parts, ()) = request.expect("a path of the table").into_parts();
                Whole::of(&fallback(&parts))
            }
            Self::Refused(_) => return None,
        })
    }
}

/// Writes out the page that came as the library would write it, if its rows are those of the page.
fn whole_page(exchange: &Exchange, page: u64, total: u64) -> Whole {
    const PER_PAGE: NonZeroU32 = NonZeroU32::new(20).expect("20 is not zero");
    let read = |answer: &Answer| serde_json::from_slice::<Page<TokenResource>>(answer.body()).ok();
    let rows = exchange.answer.as_ref().and_then(read).map(|page| page.data).unwrap_or_default();
    let request = PageRequest::new(page, PER_PAGE).expect("a page of the table");
    let (from, to) = (request.offset().min(total), (request.offset().saturating_add(20)).min(total));
    let ids = rows.iter().map(|token| token.id.0.unsigned_abs());
    if !ids.eq(from + 1..=to) {
        return Whole::new(StatusCode::OK, "application/json", format!("rows {} to {to}", from + 1), None);
    }
    let urls = PageUrls::new(&format!("{}{PATH}", exchange.url)).expect("an origin and a path");
    let mut body = Vec::new();
    Paginator::new(rows, total, request, urls).write_tokens(&mut body);
    let body = String::from_utf8(body).expect("JSON is text");
    Whole::new(StatusCode::OK, "application/json", body, None)
}

impl Whole {
    fn new(status: StatusCode, media_type: &str, body: String, field: Option<(&str, &str)>) -> Self {
        let length = body.len().to_string();
        let ours =
            [("cache-control", "private, no-store"), ("content-length", length.as_str()), ("content-type", media_type)];
        let mut fields: Vec<_> =
            ours.into_iter().chain(field).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        fields.sort();
        Self { status, fields, body }
    }

    /// Reads the answer that came, without the two fields that a server adds to what an adapter answers.
    pub(crate) fn of(answer: &Answer) -> Self {
        let is_ours = |name: &str| !["connection", "date"].contains(&name);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let fields = answer.headers().iter().filter(|(name, _)| is_ours(name.as_str()));
        let mut fields: Vec<_> =
            fields.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
        fields.sort();
        Self { status: answer.status(), fields, body: text(answer.body()) }
    }
}
