//! The way from page to page, for clients that send a secret along.
//!
//! A link is the service's word, and a service may be broken, hijacked or hostile: where a link leads is compared with
//! where the client asked. No number in a body counts, because whoever writes the links writes it too.

use std::fmt;

use url::Url;

use crate::page::number::lenient_page;
use crate::text::object::{Nullable, Plain, read_object};

/// The URLs of a page's neighbours, as the service gave them; `None` where there is no such page.
///
/// They may be relative, and may lead anywhere: [`next_url`](Self::next_url) is what is safe to ask next.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct PageLinks {
    /// The first page.
    pub first: Option<String>,
    /// The last page.
    pub last: Option<String>,
    /// The page before this one.
    pub prev: Option<String>,
    /// The page after this one.
    pub next: Option<String>,
}

read_object!(PageLinks: "the links of a page" {
    first: Nullable<Plain<String>>,
    last: Nullable<Plain<String>>,
    prev: Nullable<Plain<String>>,
    next: Nullable<Plain<String>>,
});

impl PageLinks {
    /// Returns the URL of the next page, if there is one, and if it is safe to send the same credentials there.
    ///
    /// `asked` is the URL that these links are the answer to; what is relative in them resolves against it. `page_name`
    /// is the decoded name of the service's page parameter: `page`, unless it was configured otherwise.
    ///
    /// A page is ahead of another if the number in its URL's query is higher. A query without one means page 1, as does
    /// one with a number that no page has; of several the last counts. So the numbers of the URLs that are asked one
    /// after the other rise from 1 to at most [`PageRequest::MAX_PAGE`](crate::PageRequest::MAX_PAGE), and a walk ends
    /// for any answers of the service. It may still be long: how many pages are enough is for the caller to say.
    ///
    /// [`current_page`](crate::PageMeta::current_page) is not looked at, nor the array of page links, which may be left
    /// out: they say what the service believes, and not whether it gets anywhere. Laravel itself, told to call the
    /// parameter `page[number]`, answers every request with page 1 and a link to page 2.
    ///
    /// # Errors
    ///
    /// - [`Malformed`](NextUrlError::Malformed): a link that is no URL reference, so that it leads nowhere;
    /// - [`NotAhead`](NextUrlError::NotAhead): a page that is the one asked for or lies before it, and would be asked for
    ///   without end;
    /// - [`OtherOrigin`](NextUrlError::OtherOrigin): another scheme, host or port, to which no secret may go. Only `http`
    ///   and `https` URLs have an origin here, so a `blob:` or `file:` URL never has the same;
    /// - [`Userinfo`](NextUrlError::Userinfo): other credentials than those of `asked`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{NextUrlError, Page};
    /// use url::Url;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let asked = Url::parse("https://api.example.com/t")?;
    /// let page: Page<u8> = serde_json::from_str(
    ///     r#"{
    ///         "data": [7, 8],
    ///         "links": {"first": "/t?page=1", "last": "/t?page=2", "prev": null, "next": "/t?page=2"},
    ///         "meta": {"current_page": 1, "from": 1, "last_page": 2, "path": "/t", "per_page": 2, "to": 2, "total": 3}
    ///     }"#,
    /// )?;
    /// let next = page.links.next_url(&asked, "page")?.ok_or("no next page")?;
    /// assert_eq!(next.as_str(), "https://api.example.com/t?page=2");
    ///
    /// // The same answer again leads no further.
    /// assert_eq!(page.links.next_url(&next, "page"), Err(NextUrlError::NotAhead { asked: 2, next: 2 }));
    /// # Ok(())
    /// # }
    /// ```
    pub fn next_url(&self, asked: &Url, page_name: &str) -> Result<Option<Url>, NextUrlError> {
        let Some(link) = &self.next else { return Ok(None) };
        let next = asked.join(link).map_err(NextUrlError::Malformed)?;
        let asked_origin = HttpOrigin::of(asked);
        let next_origin = HttpOrigin::of(&next);
        if asked_origin.is_none() || asked_origin != next_origin {
            return Err(NextUrlError::OtherOrigin { asked: origin_text(asked_origin), next: origin_text(next_origin) });
        }
        if next.username() != asked.username() || next.password() != asked.password() {
            return Err(NextUrlError::Userinfo);
        }
        let asked_page = lenient_page(asked.query().unwrap_or_default(), page_name);
        let next_page = lenient_page(next.query().unwrap_or_default(), page_name);
        if next_page <= asked_page {
            return Err(NextUrlError::NotAhead { asked: asked_page, next: next_page });
        }
        Ok(Some(next))
    }
}

/// The origin of an `http` or `https` URL (RFC 6454, section 4).
///
/// `Url::origin` also parses the URL inside a `blob:` URL, one call for each level. A link can nest a million of them.
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

/// Returns an origin as text, which is `null` for a URL that has none (RFC 6454, section 6.2).
fn origin_text(origin: Option<HttpOrigin<'_>>) -> String {
    origin.map_or_else(|| "null".to_owned(), |origin| origin.to_string())
}

/// Why a link to the next page must not be followed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NextUrlError {
    /// It is no URL reference.
    #[error("next link is no URL: {0}")]
    Malformed(url::ParseError),
    /// It leads to a page that is not ahead of the one that was asked for.
    #[error("next link leads to page {next}, expected one above {asked}")]
    NotAhead {
        /// The page that was asked for.
        asked: u64,
        /// The page that the link leads to.
        next: u64,
    },
    /// It leads to another origin (RFC 6454): another scheme, host or port.
    #[error("next link leads to {next}, expected {asked}")]
    OtherOrigin {
        /// The origin that was asked, in ASCII; `null` if its scheme is not `http` or `https`.
        asked: String,
        /// The origin that the link leads to, in ASCII; `null` if its scheme is not `http` or `https`.
        next: String,
    },
    /// It has a user name or password that was not asked with.
    #[error("next link has a user name or password of its own")]
    Userinfo,
}
