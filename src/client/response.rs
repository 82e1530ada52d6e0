//! Reads a response as a page, or returns why it is not a page.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::client::page::Page;
use crate::problem::{self, Problem};

impl<T: DeserializeOwned> Page<T> {
    /// Reads the page from a response with a complete body.
    ///
    /// A page is a 200 with a JSON media type (`application/json`, or one that ends with `+json`) or without a media
    /// type. [`from_slice`](Self::from_slice) reads it. A body with the media type of problems is a problem, with any
    /// status.
    ///
    /// The last of several `Content-Type` headers wins, as in most clients (RFC 9110, section 8.3).
    ///
    /// # Errors
    ///
    /// - [`Malformed`](ResponseError::Malformed): the status and the media type announce a page or a problem, but the
    ///   body cannot be read as one;
    /// - [`Problem`](ResponseError::Problem): the service sent a problem;
    /// - [`Unexpected`](ResponseError::Unexpected): any other status or media type. A proxy between client and service
    ///   can send it.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{Response, StatusCode};
    /// use tokenfolio::{Page, Problem, ResponseError, TokenResource};
    ///
    /// # fn main() -> http::Result<()> {
    /// let page = Response::builder().header("content-type", "application/json").body(
    ///     r#"{
    ///         "data": [],
    ///         "links": {"first": "/t?page=1", "last": "/t?page=1", "prev": null, "next": null},
    ///         "meta": {"current_page": 1, "from": null, "last_page": 1, "path": "/t", "per_page": 20, "total": 0}
    ///     }"#,
    /// )?;
    /// assert!(Page::<TokenResource>::from_response(&page).is_ok_and(|page| page.data.is_empty()));
    ///
    /// let unauthorized: Response<Vec<u8>> = Problem::unauthorized("/api/v1/me/tokens").into();
    /// let error = Page::<TokenResource>::from_response(&unauthorized).unwrap_err();
    /// assert_eq!(error.status(), StatusCode::UNAUTHORIZED);
    /// assert!(matches!(error, ResponseError::Problem { problem, .. } if problem.detail().is_some()));
    ///
    /// let login = Response::builder().header("content-type", "text/html").body("<h1>Log in</h1>")?;
    /// let error = Page::<TokenResource>::from_response(&login).unwrap_err();
    /// assert_eq!(error.to_string(), r#"expected a page or a problem, but found 200 OK with "text/html""#);
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_response<B: AsRef<[u8]>>(response: &Response<B>) -> Result<Self, ResponseError> {
        let status = response.status();
        let body = response.body().as_ref();
        let malformed = |error| ResponseError::Malformed { status, error };
        match response.headers().get_all(CONTENT_TYPE).iter().next_back() {
            Some(content_type) if Problem::is_media_type(content_type.as_bytes()) => {
                let problem = Problem::from_slice(body).map_err(malformed)?;
                Err(ResponseError::Problem { status, problem })
            }
            content_type if status == StatusCode::OK && content_type.is_none_or(is_json) => {
                Self::from_slice(body).map_err(malformed)
            }
            content_type => Err(ResponseError::Unexpected { status, content_type: content_type.cloned() }),
        }
    }
}

fn is_json(content_type: &HeaderValue) -> bool {
    let media_type = problem::media_type(content_type.as_bytes()).to_ascii_lowercase();
    // RFC 6839, section 3.1.
    media_type == b"application/json" || media_type.ends_with(b"+json")
}

/// Why a response is not a page.
///
/// Every variant has the status of the response. The status in the body of a problem can differ (RFC 9457, section 3.1.2).
///
/// # Examples
///
/// ```
/// use http::Response;
/// use tokenfolio::{Page, ResponseError};
///
/// /// Returns whether the same request can succeed later.
/// fn is_temporary(error: &ResponseError) -> bool {
///     matches!(error.status().as_u16(), 429 | 502..=504)
/// }
///
/// # fn main() -> http::Result<()> {
/// let response = Response::builder().status(502).header("content-type", "text/html").body("<h1>Bad Gateway</h1>")?;
/// let error = Page::<u8>::from_response(&response).unwrap_err();
/// assert!(is_temporary(&error));
/// assert!(matches!(error, ResponseError::Unexpected { content_type: Some(_), .. }));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// The body is not the page or the problem that the status and the media type announce.
    #[error("{status} with a malformed body: {error}")]
    Malformed {
        /// The status of the response.
        status: StatusCode,
        /// The mistake in the body, and its position.
        error: serde_json::Error,
    },
    /// The body is a problem. [`Problem::type_url`] and [`Problem::instance_url`] resolve its relative references.
    #[error("{}{problem}", leading(*status, problem))]
    Problem {
        /// The status of the response.
        status: StatusCode,
        /// The problem. Its own status can differ.
        problem: Problem,
    },
    /// The body is not a page, and not a problem.
    #[error("expected a page or a problem, but found {status} with {}", quoted(content_type.as_ref()))]
    Unexpected {
        /// The status of the response.
        status: StatusCode,
        /// The `Content-Type` of the response, if it has one.
        content_type: Option<HeaderValue>,
    },
}

impl ResponseError {
    /// Returns the status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Malformed { status, .. } | Self::Problem { status, .. } | Self::Unexpected { status, .. } => *status,
        }
    }
}

/// Returns the prefix of a problem's text: the status, or nothing if the text already begins with the status.
fn leading(status: StatusCode, problem: &Problem) -> String {
    if problem.status() == Some(status) { String::new() } else { format!("{status}: ") }
}

fn quoted(content_type: Option<&HeaderValue>) -> String {
    content_type.map_or_else(|| "no Content-Type".to_owned(), |content_type| format!("{content_type:?}"))
}
