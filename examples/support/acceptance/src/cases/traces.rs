//! `traceparent`: W3C Trace Context, section 3.2.

use http::Method;

use super::get;
use crate::PATH;
use crate::case::Case;
use crate::expected::Expected::{BadPage, MethodNotAllowed, NotFound, Unauthorized};

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
const TRACEPARENT: &str = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

pub(super) fn cases() -> Vec<Case> {
    let ignored = |value: &str| get(value, Unauthorized(None)).header(format!("traceparent: {value}"));
    let known = |case: Case| case.header(TRACEPARENT).with_trace_id(TRACE_ID);
    let new = |method, target: &str, expected| Case::new("a trace", method, target, expected).authorized();
    vec![
        known(get("a trace of 401", Unauthorized(None))),
        known(new(Method::GET, "/api/v1/me/tokens?page=0", BadPage("is zero"))),
        known(new(Method::POST, PATH, MethodNotAllowed)),
        known(new(Method::GET, "/nowhere", NotFound("/nowhere"))),
        known(new(Method::HEAD, "/nowhere", NotFound("/nowhere"))),
        get("a later version", Unauthorized(None))
            .header("traceparent: 01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra")
            .with_trace_id(TRACE_ID),
        ignored("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01extra"),
        ignored("00-00000000000000000000000000000000-b7ad6b7169203331-01"),
        ignored("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"),
        ignored("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ignored("00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01"),
        ignored("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"),
        ignored("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011"),
        ignored("00-<script>alert(1)</script>0000000-b7ad6b7169203331-01"),
        ignored(&"0".repeat(3_000)),
        get("two traces", Unauthorized(None)).header(TRACEPARENT).header(TRACEPARENT),
    ]
}
