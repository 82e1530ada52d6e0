//! Other paths, and other spellings of the endpoint's path.

use http::Method;

use crate::case::Case;
use crate::expected::Expected::{self, Fallback, NotFound, Page};

const UNKNOWN: [&str; 10] = [
    "/nowhere",
    "/api/v1/me",
    "/api/v1/me/tokens/",
    "/api/v1/me/tokens/1",
    "/api/v1/me/tokens.json",
    "/API/v1/me/tokens",
    "/api/v1/me/tokens%2F",
    "/api/v1/me%2Ftokens",
    "/api//v1/me/tokens",
    "/%3Cscript%3E",
];

pub(super) fn cases() -> Vec<Case> {
    let case = |method, target: &str, expected: Expected| Case::new(target, method, target, expected).authorized();
    let unknown = |method: Method| UNKNOWN.map(|path| case(method.clone(), path, NotFound(path)));
    let mut cases: Vec<_> = unknown(Method::GET).into_iter().chain(unknown(Method::DELETE)).collect();
    let files = ["/", "/page.js", "/page.css", "/openapi.json"];
    let files = files.map(|path| [Method::GET, Method::HEAD, Method::POST].map(|method| (method, path)));
    cases.extend(files.into_iter().flatten().map(|(method, path)| case(method, path, Fallback(path))));
    cases.extend([
        case(Method::GET, "/nowhere?page=2", NotFound("/nowhere")),
        case(Method::GET, "/api/v1/me/%74okens", NotFound("/api/v1/me/%74okens")),
        case(Method::GET, "http://evil.example/api/v1/me/tokens?page=2", Page(2)),
    ]);
    cases
}
