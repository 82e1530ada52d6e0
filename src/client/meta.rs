//! The numbers of a page, and its array of page links.

use std::num::NonZeroU32;

use serde::de::Deserializer;

use crate::text::label::Label;
use crate::text::object::{Form, List, Nullable, Plain, read_object};

/// The numbers and the cursors of a page.
///
/// Every page has a path and a size. The rest depends on the kind of page:
///
/// | page | `current_page`, `from`, `to` | `last_page`, `total`, `links` | cursors |
/// | --- | --- | --- | --- |
/// | with a total | yes | yes | no |
/// | without a total | yes | no | no |
/// | by cursor | no | no | yes |
///
/// # Examples
///
/// ```
/// use tokenfolio::{Page, Pagination};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let meta = Page::from(Pagination::new("/fruit")?.request("page=2")?.paginate(vec!["fig"], 21)).meta;
/// assert_eq!((meta.path.as_str(), meta.per_page), ("/fruit", 20));
/// assert_eq!((meta.current_page, meta.last_page, meta.total), (Some(2), Some(2), Some(21)));
/// assert_eq!((meta.from, meta.to), (Some(21), Some(21)));
/// assert_eq!((meta.prev_cursor, meta.next_cursor), (None, None));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PageMeta {
    /// The number of this page, from 1.
    pub current_page: Option<u64>,
    /// The position of this page's first item in the list, from 1; `None` if this page has no items.
    pub from: Option<u64>,
    /// The number of the last page.
    pub last_page: Option<u64>,
    /// The array of page links; empty if the service leaves it out.
    pub links: Vec<MetaLink>,
    /// The URL of the list, without a page.
    pub path: String,
    /// The number of items on a full page.
    pub per_page: u64,
    /// The position of this page's last item in the list, from 1; `None` if this page has no items.
    pub to: Option<u64>,
    /// The number of items on all pages.
    pub total: Option<u64>,
    /// The cursor of the page after this one; `None` if this is the last page.
    pub next_cursor: Option<String>,
    /// The cursor of the page before this one; `None` if this is the first page.
    pub prev_cursor: Option<String>,
}

read_object!(PageMeta: "the numbers of a page" {
    current_page: Nullable<u64>,
    from: Nullable<u64>,
    last_page: Nullable<u64>,
    links: LinkArray,
    path: Plain<String>,
    per_page: u64,
    to: Nullable<u64>,
    total: Nullable<u64>,
    next_cursor: Nullable<Plain<String>>,
    prev_cursor: Nullable<Plain<String>>,
});

impl PageMeta {
    /// Creates the members that every page has.
    pub(crate) fn new(path: String, per_page: NonZeroU32) -> Self {
        Self {
            current_page: None,
            from: None,
            last_page: None,
            links: Vec::new(),
            path,
            per_page: per_page.get().into(),
            to: None,
            total: None,
            next_cursor: None,
            prev_cursor: None,
        }
    }

    /// Returns the name of a number that a page with a total must have and this page does not have.
    pub(crate) fn missing_number(&self) -> Option<&'static str> {
        let numbers = [("current_page", self.current_page), ("last_page", self.last_page), ("total", self.total)];
        let is_counted = self.last_page.is_some() || self.total.is_some();
        numbers.into_iter().find(|(_, number)| is_counted && number.is_none()).map(|(name, _)| name)
    }
}

/// An entry of the array of page links: the page before, a page by its number, a gap, or the page after.
///
/// # Examples
///
/// ```
/// use tokenfolio::{Page, Pagination};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let page = Page::from(Pagination::new("/fruit")?.request("page=2")?.paginate(vec!["fig"], 21));
/// let labels: Vec<_> = page.meta.links.iter().map(|link| link.label.as_str()).collect();
/// assert_eq!(labels, ["« Previous", "1", "2", "Next »"]);
///
/// let current = &page.meta.links[2];
/// assert_eq!((current.active, current.page), (true, Some(2)));
/// assert_eq!(current.url.as_deref(), Some("/fruit?page=2"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MetaLink {
    /// The URL of the page; `None` for a gap, and if there is no such page.
    pub url: Option<String>,
    /// The text of the link: a page number, or a label such as `Next »` or `...`.
    pub label: String,
    /// The number of the page that the link leads to; `None` for a gap, and if there is no such page.
    pub page: Option<u64>,
    /// Whether this is the link of the current page.
    pub active: bool,
}

read_object!(MetaLink: "an entry of the array of page links" {
    url: Nullable<Plain<String>>,
    label: Label,
    page: Nullable<u64>,
    active: Plain<bool>,
});

/// The array of page links. If it is null or missing, it is read as empty.
struct LinkArray;

impl<'de> Form<'de> for LinkArray {
    type Value = Vec<MetaLink>;

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Vec<MetaLink>, D::Error> {
        Nullable::<List<MetaLink>>::read(deserializer).map(Option::unwrap_or_default)
    }

    fn missing() -> Option<Vec<MetaLink>> {
        Some(Vec::new())
    }
}
