//! The URL of page n.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::sync::Arc;

use crate::page::base_url::{self, BaseUrlError};
use crate::text::percent;
use crate::text::query::{self, Parameter};

/// The maximum length of the parameters in a link, in bytes, unless a service sets another one. A page has about twenty
/// links and a `Link` header four, and proxies reject a long header.
const DEFAULT_MAX_QUERY_LEN: usize = 1024;

/// Writes the URL of any page: the endpoint's public URL, the preserved parameters, and the page, which is last.
///
/// The base is configured and never taken from a request: a client controls the `Host` and `Forwarded` headers, and could
/// choose where links lead.
///
/// Every URL is valid by RFC 3986. The parameters in it have at most 1,024 bytes unless
/// [`with_max_query_len`](Self::with_max_query_len) sets another limit.
///
/// # Examples
///
/// ```
/// use tokenfolio::PageUrls;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let urls = PageUrls::new("https://api.example.com/v1/tokens/")?;
/// assert_eq!(urls.path(), "https://api.example.com/v1/tokens");
/// assert_eq!(urls.url(2), "https://api.example.com/v1/tokens?page=2");
///
/// let urls = PageUrls::new("/v1/tokens")?.with_query_string("page=7&sort=-id")?.with_parameters([("q", "a b")])?;
/// assert_eq!(urls.url(2), "/v1/tokens?sort=-id&q=a%20b&page=2");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PageUrls {
    /// The part that is the same for every request. Clones share it.
    endpoint: Arc<Endpoint>,
    /// The other parameters as they are written, each followed by `&`.
    query: String,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Endpoint {
    path: String,
    page_name: Cow<'static, str>,
    /// The page parameter as it is written, up to its number.
    page_parameter: Cow<'static, str>,
    /// As it is written, with its `#`.
    fragment: String,
    max_query_len: usize,
}

impl PageUrls {
    /// Creates the URLs of an endpoint from its whole public URL, or from an absolute path, in which case the links begin
    /// with `/` too.
    ///
    /// A base that is valid by RFC 3986 stays byte for byte, without trailing slashes; a lone `/` stays. A host name in
    /// another script becomes punycode, and a path in another script is percent-encoded.
    ///
    /// # Errors
    ///
    /// Fails if the base is
    ///
    /// - not a whole `http` or `https` URL with a host, and not a path that begins with one `/`;
    /// - a URL with a user name or password, because every client would see it;
    /// - a URL with a query or a fragment, because a page could not be appended to it;
    /// - a URL with a character that no URL can hold, or with a `%` that does not begin an escape, because it is not clear
    ///   what was meant.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{BaseUrlError, PageUrls};
    ///
    /// # fn main() -> Result<(), tokenfolio::BaseUrlError> {
    /// assert_eq!(PageUrls::new("https://bücher.example/é")?.path(), "https://xn--bcher-kva.example/%C3%A9");
    /// assert_eq!(PageUrls::new("/100%"), Err(BaseUrlError::PercentSign));
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(base: &str) -> Result<Self, BaseUrlError> {
        let endpoint = Endpoint {
            path: base_url::parse(base)?,
            page_name: Cow::Borrowed("page"),
            page_parameter: Cow::Borrowed("page="),
            fragment: String::new(),
            max_query_len: DEFAULT_MAX_QUERY_LEN,
        };
        Ok(Self { endpoint: Arc::new(endpoint), query: String::new() })
    }

    /// Sets the name of the page parameter. A preserved parameter of that name is dropped.
    #[must_use]
    pub fn with_page_name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        let endpoint = Arc::make_mut(&mut self.endpoint);
        endpoint.page_name = name.into();
        endpoint.page_parameter = format!("{}=", percent::encode(&endpoint.page_name)).into();
        let mut query = String::new();
        for parameter in query::parameters(&self.query) {
            if !parameter.is_or_is_in(&endpoint.page_name) {
                query += parameter.as_str();
                query.push('&');
            }
        }
        self.query = query;
        self
    }

    /// Sets the maximum length of the parameters before the page, in bytes as they are written, for the parameters that
    /// are added from now on.
    #[must_use]
    pub fn with_max_query_len(mut self, max: usize) -> Self {
        Arc::make_mut(&mut self.endpoint).max_query_len = max;
        self
    }

    /// Preserves the parameters of a raw query string in every link, except the page.
    ///
    /// The parameters stay byte for byte and in order, duplicates and parameters without a value included. Only
    /// characters that a URL cannot hold are escaped, such as `[` and a `%` that does not begin an escape. An array under
    /// the name of the page (`page[]=2`) is dropped too.
    ///
    /// # Errors
    ///
    /// Fails if all preserved parameters together are longer than the limit, because every link repeats them.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::PageUrls;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let urls = PageUrls::new("/t")?;
    /// assert_eq!(urls.clone().with_query_string("tag[]=50%&page=9")?.url(2), "/t?tag%5B%5D=50%25&page=2");
    ///
    /// let error = urls.with_query_string(&"x".repeat(1025)).unwrap_err();
    /// assert_eq!(error.to_string(), "links can preserve at most 1024 bytes of query parameters");
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "withQueryString")]
    pub fn with_query_string(self, raw: &str) -> Result<Self, QueryLengthError> {
        self.preserving(raw, |_| true)
    }

    /// Preserves the parameters of a raw query string that have this name.
    ///
    /// # Errors
    ///
    /// Fails as [`with_query_string`](Self::with_query_string) does.
    pub fn with_preserved_parameter(self, raw: &str, name: &str) -> Result<Self, QueryLengthError> {
        self.preserving(raw, |parameter| parameter.is(name))
    }

    fn preserving(mut self, raw: &str, is_preserved: impl Fn(Parameter<'_>) -> bool) -> Result<Self, QueryLengthError> {
        for parameter in query::parameters(raw) {
            if is_preserved(parameter) && !parameter.is_or_is_in(self.page_name()) {
                self.push_parameter(&percent::escape_query(parameter.as_str()))?;
            }
        }
        Ok(self)
    }

    /// Sets parameters, encoded by RFC 3986 (a space is `%20`).
    ///
    /// A parameter replaces others of its name at the position of the first one, or is appended. The last duplicate wins.
    /// The page cannot be set: its name is ignored.
    ///
    /// # Errors
    ///
    /// Fails as [`with_query_string`](Self::with_query_string) does.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::PageUrls;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let urls = PageUrls::new("/t")?.with_query_string("sort=id&q=x")?;
    /// assert_eq!(urls.with_parameters([("sort", "-id"), ("all", "")])?.url(2), "/t?sort=-id&q=x&all=&page=2");
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "appends")]
    pub fn with_parameters<N, V>(
        mut self,
        parameters: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, QueryLengthError>
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let parameters: Vec<_> = parameters.into_iter().collect();
        // By name, each parameter as it is written. `None` once it is in the query.
        let mut unwritten = HashMap::new();
        for (name, value) in &parameters {
            let (name, value) = (name.as_ref(), value.as_ref());
            if name != self.page_name() {
                let written = format!("{}={}", percent::encode(name), percent::encode(value));
                unwritten.insert(name.as_bytes(), Some(written));
            }
        }
        let query = mem::take(&mut self.query);
        for parameter in query::parameters(&query) {
            match unwritten.get_mut(&*parameter.name()).map(Option::take) {
                Some(Some(written)) => self.push_parameter(&written)?,
                Some(None) => {}
                None => self.push_parameter(parameter.as_str())?,
            }
        }
        for (name, _) in &parameters {
            if let Some(written) = unwritten.get_mut(name.as_ref().as_bytes()).and_then(Option::take) {
                self.push_parameter(&written)?;
            }
        }
        Ok(self)
    }

    /// Appends a parameter as it is written.
    fn push_parameter(&mut self, parameter: &str) -> Result<(), QueryLengthError> {
        let max = self.endpoint.max_query_len;
        if self.query.len() + parameter.len() > max {
            return Err(QueryLengthError { max });
        }
        self.query += parameter;
        self.query.push('&');
        Ok(())
    }

    /// Sets the fragment that every link ends with. Characters that a URL cannot hold are escaped. An empty text is no
    /// fragment.
    #[must_use]
    pub fn with_fragment(mut self, fragment: &str) -> Self {
        Arc::make_mut(&mut self.endpoint).fragment = match fragment {
            "" => String::new(),
            _ => format!("#{}", percent::escape_query(fragment)),
        };
        self
    }

    /// Returns the URL of the list as the envelope shows it: without trailing slashes, query or fragment.
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

    /// Returns the parts of every URL before the number of the page.
    pub(crate) fn before_page(&self) -> [&str; 4] {
        [&self.endpoint.path, "?", &self.query, &self.endpoint.page_parameter]
    }

    /// Returns the part of every URL after the number of the page.
    pub(crate) fn after_page(&self) -> &str {
        &self.endpoint.fragment
    }

    /// Returns a value that displays the URL of a page.
    pub(crate) fn page(&self, page: u64) -> PageUrl<'_> {
        PageUrl { urls: self, page }
    }
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

/// The parameters that every link would repeat are longer than the limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("links can preserve at most {max} bytes of query parameters")]
pub struct QueryLengthError {
    max: usize,
}
