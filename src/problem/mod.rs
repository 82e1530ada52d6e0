//! Problem details (RFC 9457).

pub(crate) mod event;
mod extension;
pub(crate) mod extension_name;
mod from_error;
mod instance;
mod json;
mod phrase;
mod query_details;
pub(crate) mod response;
pub(crate) mod trace_id;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use http::header::{
    ALLOW, HeaderMap, HeaderName, HeaderValue, LINK, PROXY_AUTHENTICATE, SET_COOKIE, VARY, WWW_AUTHENTICATE,
};
use http::request::Parts;
use http::{Method, StatusCode};
use serde_json::Value;
use url::Url;

use crate::problem::extension_name::ExtensionName;
use crate::problem::phrase::phrase;
use crate::problem::query_details::{ERRORS, QueryDetails};
use crate::problem::trace_id::TraceId;
use crate::text::{reference, repair};

/// The type of a problem that has no more meaning than its status (RFC 9457, section 4.2.1).
const ABOUT_BLANK: &str = "about:blank";
const TRACE_ID: &str = "trace_id";

/// The headers that a response can have more than once (RFC 9110, sections 5.3 and 11.6.1, and RFC 6265, section 3).
static REPEATABLE_HEADERS: [HeaderName; 5] = [LINK, PROXY_AUTHENTICATE, SET_COOKIE, VARY, WWW_AUTHENTICATE];

/// Problem details: why a request failed, for the client's program and for people.
///
/// A problem has the size of one pointer, so `Result<T, Problem>` is cheap to return. The cause is only for the
/// service's own log. [`with_source`](Self::with_source) sets the cause, and [`source`](Error::source) returns it. The
/// cause is never serialized, so it cannot reach the client.
///
/// A problem converts to an [`http::Response`] with its status, media type and headers. By default, the response has
/// `Cache-Control: private, no-store`, and a 401 has the challenge `Bearer realm="api"`. A header that is set with
/// [`with_header`](Self::with_header) replaces its default. A status below 400 becomes 500 in a response. `Serialize`
/// writes the status unchanged.
///
/// # Examples
///
/// ```
/// use http::{Response, StatusCode};
/// use tokenfolio::Problem;
///
/// let problem = Problem::new(StatusCode::NOT_FOUND).with_detail("no such list").with_instance("/lists/7");
/// let response: Response<Vec<u8>> = problem.into();
///
/// assert_eq!(response.status(), 404);
/// assert_eq!(response.headers()["content-type"], Problem::MEDIA_TYPE);
/// assert_eq!(
///     String::from_utf8_lossy(response.body()),
///     r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"no such list","instance":"/lists/7"}"#
/// );
/// ```
///
/// A service can define a type of problem, with members of its own:
///
/// ```
/// use std::error::Error;
///
/// use http::StatusCode;
/// use tokenfolio::{ExtensionName, Problem};
///
/// const BALANCE: ExtensionName = ExtensionName::from_static("balance");
///
/// # fn main() -> Result<(), tokenfolio::TraceIdError> {
/// let problem = Problem::new(StatusCode::FORBIDDEN)
///     .with_type("/problems/out-of-credit")
///     .with_title("The account is out of credit")
///     .with_detail("The balance is 30, and the call costs 50")
///     .with_extension(BALANCE, 30)
///     .with_trace_id(&"b4f5aa7a".parse()?)
///     .with_source("account 7 is locked");
///
/// assert_eq!(problem.to_string(), "403 The account is out of credit: The balance is 30, and the call costs 50");
/// assert_eq!(problem.source().map(ToString::to_string).as_deref(), Some("account 7 is locked"));
/// # Ok(())
/// # }
/// ```
///
/// A client reads it, and resolves its references against the URL of the request:
///
/// ```
/// use tokenfolio::Problem;
/// use url::Url;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let problem = Problem::from_slice(
///     br#"{
///         "type": "/problems/out-of-credit",
///         "title": "The account is out of credit",
///         "detail": "The balance is 30, and the call costs 50",
///         "instance": "/calls/12",
///         "trace_id": "b4f5aa7a",
///         "balance": 30
///     }"#,
/// )?;
/// assert_eq!(problem.title(), Some("The account is out of credit"));
/// assert_eq!(problem.detail(), Some("The balance is 30, and the call costs 50"));
/// assert_eq!(problem.status(), None);
///
/// let request = Url::parse("https://api.example.com/v1/calls")?;
/// assert_eq!(problem.type_uri(), "/problems/out-of-credit");
/// assert_eq!(problem.type_url(&request), Some(Url::parse("https://api.example.com/problems/out-of-credit")?));
/// assert_eq!(problem.instance(), Some("/calls/12"));
/// assert_eq!(problem.instance_url(&request), Some(Url::parse("https://api.example.com/calls/12")?));
///
/// assert_eq!(problem.trace_id(), Some("b4f5aa7a"));
/// assert_eq!(problem.extension("balance"), Some(&30.into()));
/// let names: Vec<_> = problem.extensions().map(|(name, _value)| name).collect();
/// assert_eq!(names, ["trace_id", "balance"]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "ProblemDetails")]
#[doc(alias = "RFC 7807")]
pub struct Problem(pub(crate) Box<Content>);

/// The content of a problem.
#[derive(Default)]
pub(crate) struct Content {
    /// `None` is `about:blank`.
    pub(crate) type_uri: Option<Box<str>>,
    pub(crate) title: Option<Cow<'static, str>>,
    pub(crate) status: Option<StatusCode>,
    pub(crate) detail: Option<Cow<'static, str>>,
    /// The error of a query. The detail and the extension `errors` come from it, unless they are set.
    query: Option<Box<QueryDetails>>,
    pub(crate) instance: Option<Box<str>>,
    pub(crate) extensions: Vec<(Cow<'static, str>, Value)>,
    headers: HeaderMap,
    source: Option<Source>,
}

/// The cause of a problem.
enum Source {
    Boxed(Box<dyn Error + Send + Sync>),
    Static(&'static (dyn Error + Send + Sync)),
}

impl Problem {
    /// The media type of a problem.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";

    /// Creates a problem with a status, the type `about:blank`, and the phrase of the status as its title (RFC 9457, section
    /// 4.2.1).
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self(Box::new(Content { title: Some(phrase(status).into()), status: Some(status), ..Content::default() }))
    }

    /// Creates the problem of a request that could not be authenticated.
    ///
    /// The problem is the same for every cause, because a client that is not authenticated must not learn the cause.
    ///
    /// # Examples
    ///
    /// ```
    /// let problem = tokenfolio::Problem::unauthorized("/api/v1/me/tokens");
    /// assert_eq!(problem.to_string(), "401 Unauthorized: Authentication failed");
    /// ```
    #[must_use]
    pub fn unauthorized(instance: &str) -> Self {
        Self::unauthorized_without_instance().with_instance(instance)
    }

    /// Creates the problem of [`unauthorized`](Self::unauthorized) without an instance.
    /// [`with_request`](Self::with_request) sets the instance later.
    pub(crate) fn unauthorized_without_instance() -> Self {
        Self::new(StatusCode::UNAUTHORIZED).with_detail("Authentication failed")
    }

    /// Creates the problem of a method that the resource does not allow. `allowed` has the methods that it does allow.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{Method, Response};
    /// use tokenfolio::Problem;
    ///
    /// let response = Response::from(Problem::method_not_allowed(&[Method::GET, Method::HEAD]));
    /// assert_eq!(response.status(), 405);
    /// assert_eq!(response.headers()["allow"], "GET, HEAD");
    /// ```
    #[must_use]
    pub fn method_not_allowed(allowed: &[Method]) -> Self {
        let allowed: Vec<_> = allowed.iter().map(Method::as_str).collect();
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED);
        // RFC 9110, section 15.5.6. A method is a token, so the list is always a header value.
        match HeaderValue::try_from(allowed.join(", ")) {
            Ok(allowed) => problem.with_header(ALLOW, allowed),
            Err(_) => problem,
        }
    }

    /// Reads a problem from JSON. It is tolerant, as RFC 9457, sections 3.1 and 3.2, require.
    ///
    /// A standard member of the wrong type is ignored. The last of duplicate members wins. The following are not errors
    /// either:
    ///
    /// - an extension that nests more than 16 arrays and objects is ignored;
    /// - a lone surrogate escape and a byte that is not UTF-8 are read as U+FFFD;
    /// - a number that no `f64` holds, such as `1e999`, is read as the finite number nearest to it;
    /// - a byte order mark is skipped.
    ///
    /// The time and the memory are linear in the length of `json`, and a stack of 64 KiB is enough. `Deserialize` also
    /// ignores deep extensions. But it fails for the other three, because serde_json rejects them first.
    ///
    /// # Errors
    ///
    /// Fails if `json` is not JSON, or is not an object.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Problem;
    ///
    /// # fn main() -> serde_json::Result<()> {
    /// let problem = Problem::from_slice(br#"{"status":403,"title":["x"],"balance":30}"#)?;
    /// assert_eq!(problem.type_uri(), "about:blank");
    /// assert_eq!(problem.title(), None);
    /// assert_eq!(problem.extension("balance"), Some(&30.into()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_slice(json: &[u8]) -> serde_json::Result<Self> {
        repair::from_slice(json)
    }

    /// Returns whether the value of a `Content-Type` header is the media type of a problem.
    ///
    /// The comparison ignores case and parameters (RFC 9110, section 8.3.1).
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Problem;
    ///
    /// assert!(Problem::is_media_type(b"application/problem+json; charset=utf-8"));
    /// assert!(!Problem::is_media_type(b"application/json"));
    /// ```
    #[must_use]
    pub fn is_media_type(content_type: &[u8]) -> bool {
        media_type(content_type).eq_ignore_ascii_case(Self::MEDIA_TYPE.as_bytes())
    }

    /// Sets the type: a URI reference that identifies this kind of problem.
    ///
    /// Characters that a URI reference cannot contain are escaped. Also set the title of the type, by
    /// [`with_title`](Self::with_title).
    #[must_use]
    pub fn with_type(mut self, type_uri: &str) -> Self {
        self.0.type_uri = Some(reference::escape(type_uri).into());
        self
    }

    /// Sets the title, which should be the same for all problems of a type.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<Cow<'static, str>>) -> Self {
        self.0.title = Some(title.into());
        self
    }

    /// Sets the detail: an explanation of this occurrence, for a person.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Sets the instance: a URI reference that identifies this occurrence, such as the path of the request.
    ///
    /// Characters that a URI reference cannot contain are escaped. A path that begins with `//` would be a reference to
    /// another host, so it gets a `/.` before it (RFC 3986, sections 3.3 and 4.2).
    ///
    /// # Examples
    ///
    /// ```
    /// use http::StatusCode;
    /// use tokenfolio::Problem;
    ///
    /// let problem = Problem::new(StatusCode::NOT_FOUND).with_instance("//evil.example/x");
    /// assert_eq!(problem.instance(), Some("/.//evil.example/x"));
    /// ```
    #[must_use]
    pub fn with_instance(mut self, instance: &str) -> Self {
        self.0.instance = Some(instance::to_reference(instance));
        self
    }

    /// Sets the identifier of the request, as the extension `trace_id`.
    ///
    /// `trace_id` precedes the other extensions, except the `errors` of a [`QueryError`](crate::QueryError).
    #[must_use]
    pub fn with_trace_id(mut self, trace_id: &TraceId) -> Self {
        self.0.extensions.retain(|(name, _)| name != TRACE_ID);
        self.0.extensions.insert(0, (TRACE_ID.into(), trace_id.as_str().into()));
        self
    }

    /// Describes the request: sets its path as the instance, and its trace id if it has one.
    ///
    /// [`TraceId::from_request_parts`] finds the trace id. [`authenticate`](crate::authenticate) and
    /// [`ListTokens`](crate::ListTokens) call this method for their problems. Call it for every other problem of your
    /// service.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::StatusCode;
    /// use tokenfolio::Problem;
    ///
    /// # fn main() -> http::Result<()> {
    /// let request = http::Request::get("/lists/7?page=2")
    ///     .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    ///     .body(())?;
    /// let problem = Problem::new(StatusCode::NOT_FOUND).with_request(&request.into_parts().0);
    /// assert_eq!(problem.instance(), Some("/lists/7"));
    /// assert_eq!(problem.trace_id(), Some("0af7651916cd43dd8448eb211c80319c"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_request(mut self, parts: &Parts) -> Self {
        self.0.instance = Some(instance::to_reference(parts.uri.path()));
        match TraceId::from_request_parts(parts) {
            Some(trace_id) => self.with_trace_id(&trace_id),
            None => self,
        }
    }

    /// Sets an extension member. It replaces a member of the same name.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::StatusCode;
    /// use tokenfolio::{ExtensionName, Problem};
    ///
    /// const BALANCE: ExtensionName = ExtensionName::from_static("balance");
    ///
    /// let problem = Problem::new(StatusCode::FORBIDDEN).with_extension(BALANCE, 30);
    /// assert_eq!(problem.extension("balance"), Some(&30.into()));
    /// ```
    #[must_use]
    pub fn with_extension(mut self, name: ExtensionName, value: impl Into<Value>) -> Self {
        let value = value.into();
        match self.0.extensions.iter_mut().find(|(known, _)| *known == name.0) {
            Some((_, known)) => *known = value,
            None => self.0.extensions.push((name.0, value)),
        }
        self
    }

    /// Sets a header of the response.
    ///
    /// It replaces a header of the same name. `Link`, `Proxy-Authenticate`, `Set-Cookie`, `Vary` and `WWW-Authenticate` can
    /// occur more than once, and are added to the headers of the same name (RFC 9110, section 5.3).
    ///
    /// The response always has the `Content-Type` and the `Content-Length` of the problem, so these two cannot be set.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::header::{HeaderValue, WWW_AUTHENTICATE};
    /// use tokenfolio::{Challenge, Problem};
    ///
    /// let problem = Problem::unauthorized("/api/v1/me/tokens")
    ///     .with_header(WWW_AUTHENTICATE, Challenge::default().to_header())
    ///     .with_header(WWW_AUTHENTICATE, HeaderValue::from_static(r#"Basic realm="api""#));
    /// let response = http::Response::from(problem);
    /// let challenges: Vec<_> = response.headers().get_all(WWW_AUTHENTICATE).iter().collect();
    /// assert_eq!(challenges, [r#"Bearer realm="api""#, r#"Basic realm="api""#]);
    /// ```
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if REPEATABLE_HEADERS.contains(&name) {
            self.0.headers.append(name, value);
        } else {
            self.0.headers.insert(name, value);
        }
        self
    }

    /// Sets the cause, which is only for logs.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(Source::Boxed(source.into()));
        self
    }

    /// Sets a cause that is static. Does not allocate.
    pub(crate) fn with_static_source(mut self, source: &'static (dyn Error + Send + Sync)) -> Self {
        self.0.source = Some(Source::Static(source));
        self
    }

    /// Returns the type as it is written, or `about:blank` if it is not set.
    ///
    /// A type can be a relative reference, which [`type_url`](Self::type_url) resolves.
    #[must_use]
    pub fn type_uri(&self) -> &str {
        self.0.type_uri.as_deref().unwrap_or(ABOUT_BLANK)
    }

    /// Resolves the type against the URL of the request. `None` if the type is not a URI reference.
    #[must_use]
    pub fn type_url(&self, request: &Url) -> Option<Url> {
        request.join(self.type_uri()).ok()
    }

    /// Returns the title.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    /// Returns the status of the problem.
    ///
    /// It is advisory: if the status of the response differs, use the status of the response (RFC 9457, section 3.1.2).
    /// A status below 400 becomes 500 in a response.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns the detail.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        let query = self.0.query.as_deref();
        self.0.detail.as_deref().or_else(|| query.map(QueryDetails::detail))
    }

    /// Returns the instance as it is written.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.0.instance.as_deref()
    }

    /// Resolves the instance against the URL of the request. `None` if it is not set, or is not a URI reference.
    #[must_use]
    pub fn instance_url(&self, request: &Url) -> Option<Url> {
        request.join(self.instance()?).ok()
    }

    /// Returns the identifier of the request, if the problem has one.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.extension(TRACE_ID)?.as_str()
    }

    /// Returns an extension member.
    #[must_use]
    pub fn extension(&self, name: &str) -> Option<&Value> {
        self.extensions().find_map(|(known, value)| (known == name).then_some(value))
    }

    /// Returns the extension members, in order.
    pub fn extensions(&self) -> impl Iterator<Item = (&str, &Value)> {
        let errors = self.unset_errors().and_then(QueryDetails::errors).map(|errors| (ERRORS, errors));
        errors.into_iter().chain(self.0.extensions.iter().map(|(name, value)| (&**name, value)))
    }

    /// Returns the details of the query, unless the extension `errors` was set explicitly.
    fn unset_errors(&self) -> Option<&QueryDetails> {
        let query = self.0.query.as_deref()?;
        let is_set = self.0.extensions.iter().any(|(name, _)| name == ERRORS);
        (!is_set).then_some(query)
    }
}

/// Returns the media type in the value of a `Content-Type` header, without its parameters.
pub(crate) fn media_type(content_type: &[u8]) -> &[u8] {
    content_type.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.0.status.as_ref().map(StatusCode::as_str);
        match (status, self.title()) {
            (Some(status), Some(title)) => write!(f, "{status} {title}")?,
            (Some(status), None) => f.write_str(status)?,
            (None, Some(title)) => f.write_str(title)?,
            (None, None) => f.write_str(self.type_uri())?,
        }
        match self.detail() {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Problem {
    /// Prints only values that the client may see.
    ///
    /// Then a problem that is printed into a response by mistake does not reveal the cause.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Content { title, status, instance, headers, .. } = &*self.0;
        let extensions: Vec<_> = self.extensions().collect();
        f.debug_struct("Problem")
            .field("type", &self.type_uri())
            .field("title", title)
            .field("status", status)
            .field("detail", &self.detail())
            .field("instance", instance)
            .field("extensions", &extensions)
            .field("headers", headers)
            .finish_non_exhaustive()
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match (&self.0.source, &self.0.query) {
            (Some(Source::Boxed(source)), _) => Some(&**source),
            (Some(Source::Static(source)), _) => Some(*source),
            (None, Some(query)) => Some(&query.error),
            (None, None) => None,
        }
    }
}
