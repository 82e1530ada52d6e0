//! A problem as an HTTP response.

use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{Response, StatusCode};

use crate::problem::phrase::phrase;
use crate::problem::{ABOUT_BLANK, Problem};
use crate::text::digits::{self, Digits, TEN_TO_THE_EIGHTH};

/// The challenge of a 401 without a challenge of its own (RFC 9110, section 15.5.2).
const DEFAULT_CHALLENGE: HeaderValue = HeaderValue::from_static(r#"Bearer realm="api""#);

/// The `Cache-Control` of every response, which is for one client only.
pub(crate) const PRIVATE_NO_STORE: HeaderValue = HeaderValue::from_static("private, no-store");

/// Returns the header value with the length of a body.
///
/// Most problems have a length of three digits, whose header value is static and does not allocate. `HeaderValue::from`
/// allocates twice for a number.
pub(crate) fn content_length(body: &[u8]) -> HeaderValue {
    if let Some(digits) = digits::three(body.len()) {
        return HeaderValue::from_static(digits);
    }
    match body.len() as u64 {
        number @ 1..TEN_TO_THE_EIGHTH => {
            let Digits { bytes, len } = digits::up_to_eight(number);
            HeaderValue::from_bytes(&bytes[..len]).expect("digits are visible ASCII")
        }
        number => number.into(),
    }
}

impl From<Problem> for Response<Vec<u8>> {
    /// Creates the response.
    ///
    /// A problem without a status, or with a status below 400, becomes 500 in the status line and in the body. A status
    /// below 400 does not mean an error, and some of these change how a client reads the rest of the connection.
    ///
    /// A status from 600 to 999 is sent unchanged. Clients treat it as a 5xx (RFC 9110, section 15).
    fn from(mut problem: Problem) -> Self {
        let status = problem.replace_status_below_400();
        let mut body = Vec::new();
        problem.write_json(&mut body);
        let mut headers = problem.0.headers;
        // RFC 9457, section 3: the media type has no parameters.
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(Problem::MEDIA_TYPE));
        headers.insert(CONTENT_LENGTH, content_length(&body));
        // `HeaderMap::entry` is not used, because it would move the header value through two more calls.
        if !headers.contains_key(CACHE_CONTROL) {
            headers.insert(CACHE_CONTROL, PRIVATE_NO_STORE);
        }
        if status == StatusCode::UNAUTHORIZED && !headers.contains_key(WWW_AUTHENTICATE) {
            headers.insert(WWW_AUTHENTICATE, DEFAULT_CHALLENGE);
        }
        let mut response = Self::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}

impl Problem {
    /// Returns the response, with any type of body that can be created from bytes. `Response::from` does the same with a
    /// `Vec<u8>`.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{Response, StatusCode};
    /// use tokenfolio::Problem;
    ///
    /// /// The body of a framework.
    /// struct Body(Vec<u8>);
    ///
    /// impl From<Vec<u8>> for Body {
    ///     fn from(bytes: Vec<u8>) -> Self {
    ///         Self(bytes)
    ///     }
    /// }
    ///
    /// let response: Response<Body> = Problem::new(StatusCode::NOT_FOUND).into_response();
    /// assert_eq!(response.status(), StatusCode::NOT_FOUND);
    /// assert_eq!(response.body().0, br#"{"type":"about:blank","title":"Not Found","status":404}"#);
    /// ```
    #[must_use]
    pub fn into_response<B: From<Vec<u8>>>(self) -> Response<B> {
        Response::from(self).map(B::from)
    }

    /// Returns the status of the response. If the status of the problem differs, it is replaced.
    fn replace_status_below_400(&mut self) -> StatusCode {
        match self.status() {
            Some(status) if status.as_u16() >= 400 => return status,
            // The title of `about:blank` is the phrase of the status (RFC 9457, section 4.2.1).
            Some(status) if self.type_uri() == ABOUT_BLANK && self.title() == Some(phrase(status)) => {
                self.0.title = Some(phrase(StatusCode::INTERNAL_SERVER_ERROR).into());
            }
            _ => {}
        }
        self.0.status = Some(StatusCode::INTERNAL_SERVER_ERROR);
        StatusCode::INTERNAL_SERVER_ERROR
    }
}
