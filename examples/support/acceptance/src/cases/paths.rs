//! Paths beside the endpoint's, and the forms in which its own may come.

use http::Method;

use crate::case::Case;
use crate::expected::Expected::{self, Elsewhere, NotFound, Page};

const NOWHERE: [&str; 10] = [
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
    let nowhere = |method: Method| NOWHERE.map(|path| case(method.clone(), path, NotFound(path)));
    let mut cases: Vec<_> = nowhere(Method::GET).into_iter().chain(nowhere(Method::DELETE)).collect();
    let files = ["/", "/page.js", "/page.css", "/openapi.json"];
    let files = files.map(|path| [Method::GET, Method::HEAD, Method::POST].map(|method| (method, path)));
    cases.extend(files.into_iter().flatten().map(|(method, path)| case(method, path, Elsewhere(path))));
    cases.extend([
        case(Method::GET, "/nowhere?page=2", NotFound("/nowhere")),
        case(Method::GET, "/api/v1/me/%74okens", NotFound("/api/v1/me/%74okens")),
        case(Method::GET, "http://evil.example/api/v1/me/tokens?page=2", Page(2)),
    ]);
    cases
}
