//! The demo's page, the description of the endpoint, and a 404 for every other path.

use std::sync::Arc;

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

/// Responds to requests for any path except [`PATH`](crate::PATH). A clone is cheap.
#[derive(Clone, Debug)]
pub struct Fallback {
    description: Arc<str>,
}

impl Fallback {
    /// Creates the fallback of an endpoint with this OpenAPI description.
    #[must_use]
    pub fn new(description: impl Into<Arc<str>>) -> Self {
        Self { description: description.into() }
    }

    /// Returns the response to a request, with any method.
    ///
    /// `/` returns a page that lists tokens, and `/openapi.json` returns the description of the endpoint. Other paths
    /// return a problem with status 404.
    #[must_use]
    pub fn respond(&self, parts: &Parts) -> Response<Vec<u8>> {
        let mut response = match (self.file(parts.uri.path()), &parts.method) {
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

    fn file(&self, path: &str) -> Option<File<'_>> {
        let (media_type, content) = match path {
            "/" => ("text/html; charset=utf-8", include_str!("page/index.html")),
            "/page.css" => ("text/css; charset=utf-8", include_str!("page/page.css")),
            "/page.js" => ("text/javascript; charset=utf-8", include_str!("page/page.js")),
            "/openapi.json" => ("application/json", &*self.description),
            _ => return None,
        };
        Some(File { media_type, content })
    }
}

struct File<'f> {
    media_type: &'static str,
    content: &'f str,
}

impl From<File<'_>> for Response<Vec<u8>> {
    fn from(file: File<'_>) -> Self {
        let mut response = Self::new(file.content.into());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.media_type));
        headers.insert(CONTENT_LENGTH, file.content.len().into());
        // The next build may have other content, and a browser could not detect that, because there is no `ETag`.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}
