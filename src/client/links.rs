//! The links of a page, as a client reads them.

use crate::text::object::{Nullable, Plain, read_object};

/// The URLs of the other pages, as the service sent them. A URL is `None` if there is no such page, or if the service
/// did not send the URL. For example, a page without a total has no `last`.
///
/// A URL can be relative, and it can lead to any host. [`PageWalk`](crate::PageWalk) returns the next URL only if it is
/// safe to send the same credentials there.
///
/// # Examples
///
/// ```
/// use tokenfolio::PageLinks;
///
/// # fn main() -> serde_json::Result<()> {
/// let links: PageLinks = serde_json::from_str(r#"{"first": "/t?page=1", "prev": null, "next": "/t?page=2"}"#)?;
/// assert_eq!(links.first.as_deref(), Some("/t?page=1"));
/// assert_eq!(links.next.as_deref(), Some("/t?page=2"));
/// assert_eq!((links.last, links.prev), (None, None));
/// # Ok(())
/// # }
/// ```
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
