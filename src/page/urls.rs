//! The URL of page n.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use url::Url;

use crate::text::percent;
use crate::text::query::{self, Parameter};

/// Writes the URL of any page: the endpoint's public URL, the parameters that are kept, and the page, which is last.
///
/// The base is configured, never taken from a request: a `Host` or `Forwarded` header is whatever the client says, and
/// links made from it lead wherever the client likes.
///
/// # Examples
///
/// ```
/// use tokenfolio::PageUrls;
///
/// # fn main() -> Result<(), tokenfolio::BaseUrlError> {
/// let urls = PageUrls::new("https://api.example.com/v1/tokens/")?;
/// assert_eq!(urls.path(), "https://api.example.com/v1/tokens");
/// assert_eq!(urls.url(2), "https://api.example.com/v1/tokens?page=2");
///
/// let urls = PageUrls::new("/v1/tokens")?.with_query_string("page=7&sort=-id").with_parameter("q", "a b");
/// assert_eq!(urls.url(2), "/v1/tokens?sort=-id&q=a%20b&page=2");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PageUrls {
    /// What an endpoint's pages have in common, whatever is asked for: clones share it.
    endpoint: Arc<Endpoint>,
    /// The kept parameters as they are written, each followed by `&`.
    query: String,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Endpoint {
    path: String,
    page_name: Cow<'static, str>,
    /// The page parameter as it is written, up to its number.
    page_parameter: Cow<'static, str>,
    /// With its `#`, as it is written.
    fragment: String,
}

impl PageUrls {
    /// Makes the URLs of an endpoint from its whole public URL, or from an absolute path alone, in which case the links
    /// begin with `/` too.
    ///
    /// The base is kept as given, less trailing slashes; a lone `/` stays.
    ///
    /// # Errors
    ///
    /// A base that is not a whole `http` or `https` URL with a host, nor a path that begins with one `/`. A base with a
    /// user name or password, which would be shown to everyone, or with a query or fragment of its own, to which no
    /// page could be appended. A base with a character that has no place in a URL; letters of other scripts are fine.
    pub fn new(base: &str) -> Result<Self, BaseUrlError> {
        check_base(base)?;
        let path = match base.trim_end_matches('/') {
            "" => "/",
            path => path,
        };
        let endpoint = Endpoint {
            path: path.to_owned(),
            page_name: Cow::Borrowed("page"),
            page_parameter: Cow::Borrowed("page="),
            fragment: String::new(),
        };
        Ok(Self { endpoint: Arc::new(endpoint), query: String::new() })
    }

    /// Sets the name of the page parameter; a kept parameter of that name is dropped.
    #[must_use]
    pub fn with_page_name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        let endpoint = Arc::make_mut(&mut self.endpoint);
        endpoint.page_name = name.into();
        endpoint.page_parameter = format!("{}=", percent::encode(&endpoint.page_name)).into();
        let preserved = query::parameters(&self.query).filter(|parameter| !parameter.is(&endpoint.page_name));
        self.query = write_parameters(preserved);
        self
    }

    /// Keeps the parameters of a raw query byte for byte, in order, duplicates and flags included, but for the page
    /// parameter. Only what would break a URL or a header is escaped.
    #[doc(alias = "withQueryString")]
    #[must_use]
    pub fn with_query_string(self, raw: &str) -> Self {
        self.preserving(raw, |_| true)
    }

    /// Keeps those parameters of a raw query that have this name.
    #[must_use]
    pub fn with_preserved_parameter(self, raw: &str, name: &str) -> Self {
        self.preserving(raw, |parameter| parameter.is(name))
    }

    fn preserving(mut self, raw: &str, is_preserved: impl Fn(Parameter<'_>) -> bool) -> Self {
        let preserved =
            query::parameters(raw).filter(|parameter| is_preserved(*parameter) && !parameter.is(self.page_name()));
        self.query += &write_parameters(preserved);
        self
    }

    /// Sets a parameter, encoded by RFC 3986 (a blank is `%20`). One of the same name is replaced where it first stands;
    /// otherwise it is appended. The page parameter cannot be set: its name is ignored.
    #[doc(alias = "appends")]
    #[must_use]
    pub fn with_parameter(mut self, name: &str, value: &str) -> Self {
        if name == self.page_name() {
            return self;
        }
        let mut new = Some(format!("{}={}&", percent::encode(name), percent::encode(value)));
        let mut query = String::with_capacity(self.query.len());
        for parameter in query::parameters(&self.query) {
            if parameter.is(name) {
                query.extend(new.take());
            } else {
                query += parameter.as_str();
                query.push('&');
            }
        }
        query.extend(new);
        self.query = query;
        self
    }

    /// Sets the fragment that every link ends with, escaped where a URL needs it. The empty text is no fragment.
    #[must_use]
    pub fn with_fragment(mut self, fragment: &str) -> Self {
        Arc::make_mut(&mut self.endpoint).fragment = match fragment {
            "" => String::new(),
            _ => format!("#{}", percent::escape_fragment(fragment)),
        };
        self
    }

    /// Returns the base as it is shown in the envelope: without trailing slashes, query or fragment.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.endpoint.path
    }

    /// Returns the name of the page parameter.
    #[must_use]
    pub fn page_name(&self) -> &str {
        &self.endpoint.page_name
    }

    /// Returns the URL of a page.
    #[must_use]
    pub fn url(&self, page: u64) -> String {
        self.page(page).to_string()
    }

    /// What stands before the page's number in every URL.
    pub(crate) fn before_page(&self) -> [&str; 4] {
        [&self.endpoint.path, "?", &self.query, &self.endpoint.page_parameter]
    }

    /// What stands after the page's number in every URL.
    pub(crate) fn after_page(&self) -> &str {
        &self.endpoint.fragment
    }

    /// Returns the URL of a page as something to write.
    pub(crate) fn page(&self, page: u64) -> PageUrl<'_> {
        PageUrl { urls: self, page }
    }
}

fn write_parameters<'a>(parameters: impl Iterator<Item = Parameter<'a>>) -> String {
    let mut query = String::new();
    for parameter in parameters {
        query += &percent::escape_query(parameter.as_str());
        query.push('&');
    }
    query
}

/// The URL of one page, written where it is needed.
#[derive(Clone, Copy)]
pub(crate) struct PageUrl<'u> {
    urls: &'u PageUrls,
    page: u64,
}

impl fmt::Display for PageUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.urls.before_page().into_iter().try_for_each(|part| f.write_str(part))?;
        write!(f, "{}{}", self.page, self.urls.after_page())
    }
}

fn check_base(base: &str) -> Result<(), BaseUrlError> {
    let is_foreign = |c: &char| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(*c);
    if let Some(foreign) = base.chars().find(is_foreign) {
        return Err(BaseUrlError::Character(foreign));
    }
    if base.starts_with("//") {
        return Err(BaseUrlError::NoScheme);
    }
    if base.contains('#') {
        return Err(BaseUrlError::Fragment);
    }
    if base.contains('?') {
        return Err(BaseUrlError::Query);
    }
    if base.starts_with('/') {
        return Ok(());
    }
    let Some((scheme, rest)) = base.split_once("://") else {
        return Err(BaseUrlError::Relative);
    };
    if !["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return Err(BaseUrlError::Scheme);
    }
    // Looked for in the text, because `url` forgets an empty user name, and skips slashes before the host.
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.contains('@') {
        return Err(BaseUrlError::Userinfo);
    }
    if authority.is_empty() {
        return Err(BaseUrlError::Malformed(url::ParseError::EmptyHost));
    }
    Url::parse(base).map(drop).map_err(BaseUrlError::Malformed)
}

/// Why a base URL was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// It has a character that no URL can hold.
    #[error("base URL has the character {0:?}, which must be percent-encoded")]
    Character(char),
    /// It has a fragment.
    #[error("base URL has a fragment, which is set on its own")]
    Fragment,
    /// It has no host, or one that is none, or a port that is none.
    #[error("base URL is malformed: {0}")]
    Malformed(url::ParseError),
    /// It begins with `//`, so that its scheme would be that of whatever page it is read on.
    #[error("base URL begins with `//`: expected a scheme before it, or one `/`")]
    NoScheme,
    /// It has a query.
    #[error("base URL has a query, whose parameters are set on their own")]
    Query,
    /// It is neither a whole URL nor an absolute path.
    #[error("base URL is relative: expected `http://`, `https://` or an absolute path")]
    Relative,
    /// It is of another scheme.
    #[error("base URL is neither `http` nor `https`")]
    Scheme,
    /// It has a user name or password.
    #[error("base URL has a user name or password, which every client would see")]
    Userinfo,
}
