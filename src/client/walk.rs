//! The walk from page to page, for clients that send a secret with each request.
//!
//! A service writes the links, and a service may be broken, hijacked or hostile. So each link is compared with the URL
//! that the client requested. The numbers in a body are ignored, because they do not show whether the walk makes
//! progress. The documentation of [`PageWalk::advance`] describes a service with such numbers.

use std::collections::HashSet;
use std::fmt;

use url::Url;

use crate::client::links::PageLinks;
use crate::page::lenient::last_value;
use crate::page::number::lenient_page;

/// A walk from page to page over a list. It never leads to the same page or the same cursor twice.
///
/// The walk sends no requests: [`url`](Self::url) returns the URL that the client requests next.
///
/// [`advance`](Self::advance) accepts the next link of every kind of page, if it is safe to send the same credentials
/// to the link's URL. Limit the number of requests: a hostile service can invent a new page or a new cursor for each
/// request. The walk goes to numbered pages only in ascending order, up to
/// [`PageRequest::MAX_PAGE`](crate::PageRequest::MAX_PAGE).
///
/// # Examples
///
/// ```
/// use tokenfolio::{NextUrlError, Page, PageWalk};
/// use url::Url;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut walk = PageWalk::new(Url::parse("https://api.example.com/t")?);
/// let page: Page<u8> = serde_json::from_str(
///     r#"{
///         "data": [7, 8],
///         "links": {"first": "/t?page=1", "last": "/t?page=2", "prev": null, "next": "/t?page=2"},
///         "meta": {"current_page": 1, "from": 1, "last_page": 2, "path": "/t", "per_page": 2, "to": 2, "total": 3}
///     }"#,
/// )?;
/// assert!(walk.advance(&page.links)?);
/// assert_eq!(walk.url().as_str(), "https://api.example.com/t?page=2");
///
/// // If the service sends the same links again, the walk ends with an error.
/// assert_eq!(walk.advance(&page.links), Err(NextUrlError::NotAhead { asked: 2, next: 2 }));
/// # Ok(())
/// # }
/// ```
///
/// A service can have other names for its parameters:
///
/// ```
/// use tokenfolio::{PageLinks, PageWalk};
/// use url::Url;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let url = Url::parse("https://api.example.com/t")?;
/// let mut walk = PageWalk::new(url).with_page_name("p").with_cursor_name("after");
///
/// let links: PageLinks = serde_json::from_str(r#"{"next": "/t?p=2"}"#)?;
/// assert!(walk.advance(&links)?);
/// let links: PageLinks = serde_json::from_str(r#"{"next": "/t?after=eyJpZCI6NDB9"}"#)?;
/// assert!(walk.advance(&links)?);
/// assert_eq!(walk.url().query(), Some("after=eyJpZCI6NDB9"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PageWalk {
    url: Url,
    page_name: String,
    cursor_name: String,
    is_on_own_url: bool,
    /// The highest page that was requested. A URL without a valid page number counts as page 1, for example a URL with
    /// only a cursor.
    highest_page: u64,
    /// The cursors that were requested.
    seen_cursors: HashSet<String>,
}

impl PageWalk {
    /// Creates a walk that begins at the URL of a list or of any page of it.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self {
            url,
            page_name: "page".to_owned(),
            cursor_name: "cursor".to_owned(),
            is_on_own_url: false,
            highest_page: 1,
            seen_cursors: HashSet::new(),
        }
    }

    /// Sets the decoded name of the service's page parameter. The default is `page`.
    #[must_use]
    pub fn with_page_name(self, name: impl Into<String>) -> Self {
        Self { page_name: name.into(), ..self }
    }

    /// Sets the decoded name of the service's cursor parameter. The default is `cursor`.
    #[must_use]
    pub fn with_cursor_name(self, name: impl Into<String>) -> Self {
        Self { cursor_name: name.into(), ..self }
    }

    /// Uses only the page or the cursor of a link. The rest of the URL comes from [`new`](Self::new).
    ///
    /// Use it for a service whose links cannot be followed. For example, the links of a Laravel service behind a TLS
    /// proxy begin with `http:`, unless the service is configured otherwise. The other parameters of its links are
    /// ignored.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{PageLinks, PageWalk};
    /// use url::Url;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut walk = PageWalk::new(Url::parse("https://api.example.com/t?sort=name")?).on_own_url();
    /// let links: PageLinks = serde_json::from_str(r#"{"next": "http://10.0.0.7:8080/t?page=2"}"#)?;
    /// assert!(walk.advance(&links)?);
    /// assert_eq!(walk.url().as_str(), "https://api.example.com/t?sort=name&page=2");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn on_own_url(self) -> Self {
        Self { is_on_own_url: true, ..self }
    }

    /// Returns the URL of the page to request.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Goes to the next page and returns `true`. Returns `false` at the last page, which has no next link.
    ///
    /// `links` are the links in the response to [`url`](Self::url). Relative links resolve against this URL.
    ///
    /// A page is ahead if the number in the query of its URL is higher than every number that was requested. A query
    /// without a valid number means page 1. If a query has the page parameter twice, the last value wins. If the page
    /// of a link is not ahead, the link must have a cursor that was not requested before.
    ///
    /// The numbers in the body are ignored, because they do not show whether the walk makes progress. For example, Laravel
    /// with the page parameter `page[number]` responds to every request with page 1 and a link to page 2.
    ///
    /// # Errors
    ///
    /// - [`Malformed`](NextUrlError::Malformed): the link is not a URL reference.
    /// - [`OtherOrigin`](NextUrlError::OtherOrigin): the link has another scheme, host or port. A server there must not get
    ///   the secret. A URL that is not `http` or `https`, such as a `file:` URL, is always rejected.
    /// - [`Userinfo`](NextUrlError::Userinfo): the link does not have the user name and the password of the walk's own URL.
    /// - [`NotAhead`](NextUrlError::NotAhead): the page of the link is not ahead, so the walk could be endless.
    /// - [`SeenCursor`](NextUrlError::SeenCursor): the cursor of the link was requested before.
    ///
    /// After [`on_own_url`](Self::on_own_url), the walk does not use the URLs of links, so `OtherOrigin` and `Userinfo`
    /// cannot occur.
    ///
    /// After an error, the walk stays at its page.
    pub fn advance(&mut self, links: &PageLinks) -> Result<bool, NextUrlError> {
        let Some(link) = &links.next else { return Ok(false) };
        let next = self.url.join(link).map_err(NextUrlError::Malformed)?;
        if !self.is_on_own_url {
            check_origin(&self.url, &next)?;
        }
        self.highest_page = self.highest_page.max(self.page_of(&self.url));
        self.seen_cursors.extend(self.cursor_of(&self.url));
        let position = self.position_of(&next)?;
        self.url = if self.is_on_own_url { self.own_url(&position) } else { next };
        Ok(true)
    }

    /// Returns the page or the cursor of a link, if it was not requested before.
    fn position_of(&self, next: &Url) -> Result<Position, NextUrlError> {
        let next_page = self.page_of(next);
        if next_page > self.highest_page {
            return Ok(Position::Page(next_page));
        }
        match self.cursor_of(next) {
            None => Err(NextUrlError::NotAhead { asked: self.highest_page, next: next_page }),
            Some(cursor) if self.seen_cursors.contains(&cursor) => Err(NextUrlError::SeenCursor),
            Some(cursor) => Ok(Position::Cursor(cursor)),
        }
    }

    fn page_of(&self, url: &Url) -> u64 {
        lenient_page(url.query().unwrap_or_default(), &self.page_name)
    }

    fn cursor_of(&self, url: &Url) -> Option<String> {
        let cursor = last_value(url.query().unwrap_or_default(), &self.cursor_name)?;
        Some(String::from_utf8_lossy(&cursor).into_owned())
    }

    /// Returns the walk's own URL with another page or cursor. The page or the cursor is the last parameter.
    fn own_url(&self, position: &Position) -> Url {
        let (name, value) = match position {
            Position::Page(page) => (&self.page_name, page.to_string()),
            Position::Cursor(cursor) => (&self.cursor_name, cursor.clone()),
        };
        let mut url = self.url.clone();
        let others: Vec<_> = self.url.query_pairs().filter(|(known, _)| known != name).collect();
        url.query_pairs_mut().clear().extend_pairs(others).append_pair(name, &value);
        url
    }
}

/// The position of a page in a list.
enum Position {
    Page(u64),
    Cursor(String),
}

fn check_origin(asked: &Url, next: &Url) -> Result<(), NextUrlError> {
    let asked_origin = HttpOrigin::of(asked);
    let next_origin = HttpOrigin::of(next);
    if asked_origin.is_none() || asked_origin != next_origin {
        return Err(NextUrlError::OtherOrigin { asked: origin_text(asked_origin), next: origin_text(next_origin) });
    }
    if next.username() != asked.username() || next.password() != asked.password() {
        return Err(NextUrlError::Userinfo);
    }
    Ok(())
}

/// The origin of an `http` or `https` URL (RFC 6454, section 4).
///
/// `Url::origin` is not used, because it recurses into the URL inside a `blob:` URL. A link can nest a million of these.
#[derive(Eq, PartialEq)]
struct HttpOrigin<'u> {
    scheme: &'u str,
    host: &'u str,
    port: u16,
}

impl<'u> HttpOrigin<'u> {
    fn of(url: &'u Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        Some(Self { scheme: url.scheme(), host: url.host_str()?, port: url.port_or_known_default()? })
    }
}

impl fmt::Display for HttpOrigin<'_> {
    /// Writes the origin in ASCII (RFC 6454, section 6.2).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        match (self.scheme, self.port) {
            ("http", 80) | ("https", 443) => Ok(()),
            _ => write!(f, ":{}", self.port),
        }
    }
}

/// Returns an origin as text. The text is `null` if a URL has no origin (RFC 6454, section 6.2).
fn origin_text(origin: Option<HttpOrigin<'_>>) -> String {
    origin.map_or_else(|| "null".to_owned(), |origin| origin.to_string())
}

/// Why a link to the next page must not be followed.
///
/// # Examples
///
/// ```
/// use tokenfolio::{NextUrlError, PageLinks, PageWalk};
/// use url::Url;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut walk = PageWalk::new(Url::parse("https://api.example.com/t")?);
/// let links: PageLinks = serde_json::from_str(r#"{"next": "https://evil.example/t?page=2"}"#)?;
/// let error = walk.advance(&links).unwrap_err();
/// assert!(matches!(error, NextUrlError::OtherOrigin { .. }));
/// assert_eq!(error.to_string(), "next link leads to https://evil.example, expected https://api.example.com");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NextUrlError {
    /// The link is not a URL reference.
    #[error("next link is not a URL: {0}")]
    Malformed(url::ParseError),
    /// The link leads to a page that is not ahead of the requested pages.
    #[error("next link leads to page {next}, expected one above {asked}")]
    NotAhead {
        /// The highest requested page.
        asked: u64,
        /// The page that the link leads to.
        next: u64,
    },
    /// The link leads to another origin (RFC 6454): another scheme, host or port.
    #[error("next link leads to {next}, expected {asked}")]
    OtherOrigin {
        /// The requested origin, in ASCII; `null` if its scheme is not `http` or `https`.
        asked: String,
        /// The origin that the link leads to, in ASCII; `null` if its scheme is not `http` or `https`.
        next: String,
    },
    /// The cursor of the link was requested before.
    #[error("next link has a cursor that was requested before")]
    SeenCursor,
    /// The link does not have the user name and the password of the requested URL.
    #[error("next link does not have the user name and password of the requested URL")]
    Userinfo,
}
