//! The demo's page, and the 404 of every other path.

use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use tokenfolio::Problem;

/// The page may use its own script and style, and send requests to this server. Markup inside the data cannot run or
/// send anything.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// A file inside the program.
struct File {
    path: &'static str,
    media_type: &'static str,
    content: &'static str,
}

const FILES: [File; 4] = [
    File { path: "/", media_type: "text/html; charset=utf-8", content: include_str!("page/index.html") },
    File { path: "/page.css", media_type: "text/css; charset=utf-8", content: include_str!("page/page.css") },
    File { path: "/page.js", media_type: "text/javascript; charset=utf-8", content: include_str!("page/page.js") },
    File { path: "/openapi.json", media_type: "application/json", content: include_str!("../../../../openapi.json") },
];

/// Answers a request for any path except [`PATH`](crate::PATH), with any method.
///
/// `/` is a page that lists tokens, and `/openapi.json` the description of the endpoint. Other paths are a problem with
/// status 404.
#[must_use]
pub fn fallback(parts: &Parts) -> Response<Vec<u8>> {
    let file = FILES.iter().find(|file| file.path == parts.uri.path());
    let mut response = match (file, &parts.method) {
        (Some(file), &Method::GET | &Method::HEAD) => file.into(),
        (Some(_), _) => Problem::method_not_allowed(&[Method::GET, Method::HEAD]).with_request(parts).into(),
        (None, _) => Response::from(Problem::new(StatusCode::NOT_FOUND).with_request(parts)),
    };
    // RFC 9110, section 9.3.2: the headers of GET, and no body.
    if parts.method == Method::HEAD {
        response.body_mut().clear();
    }
    response
}

impl From<&File> for Response<Vec<u8>> {
    fn from(file: &File) -> Self {
        let mut response = Self::new(file.content.into());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.media_type));
        headers.insert(CONTENT_LENGTH, file.content.len().into());
        // There is no `ETag`, and the next build may have other content.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}
