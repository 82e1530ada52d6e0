//! A page as a client reads it, from this crate or from Laravel.

use serde::de::DeserializeOwned;

use crate::client::links::PageLinks;
use crate::client::meta::{MetaLink, PageMeta};
use crate::page::cursor_paginator::CursorPaginator;
use crate::page::paginator::Paginator;
use crate::page::simple::SimplePaginator;
use crate::text::repair;

/// A page as a client reads it.
///
/// It reads the pages that [`Paginator`](crate::Paginator), [`SimplePaginator`](crate::SimplePaginator) and
/// [`CursorPaginator`](crate::CursorPaginator) write, and the same three pages of Laravel 8 to 13. It also reads the
/// pages that Laravel returns without a resource. In these, the members of `links` and `meta` stand beside `data`, such as
/// `next_page_url` for `links.next`.
///
/// - Unknown members are ignored, and the last of duplicate members wins.
/// - A nullable member may be missing, except `links` in a page that has `meta`.
/// - A number may be an integer, text, or a float without a fraction. A count above `u64::MAX` is read as `u64::MAX`.
/// - A label may be any text, such as Laravel's HTML entities, or a number, which becomes text.
/// - `links` and `meta.links` may be null.
///
/// An error names the member: `meta.per_page`, `data[3].created_at`, or `data[3]` if the item is of another type than
/// [`TokenResource`](crate::TokenResource).
///
/// [`from_slice`](Self::from_slice) also reads JSON in which some texts or numbers cannot be decoded.
///
/// `Page` does not limit how deep an item of type `T` nests. serde_json does: it rejects JSON that nests 128 levels or
/// more. If `T` is `serde_json::Value`, fewer levels can already need more than 64 KiB of stack, which is enough for
/// everything else that this crate reads.
///
/// # Examples
///
/// ```
/// use tokenfolio::{Page, TokenResource};
///
/// # fn main() -> serde_json::Result<()> {
/// let page: Page<TokenResource> = serde_json::from_str(
///     r#"{
///         "data": [],
///         "links": {"first": "/t?page=1", "last": "/t?page=1", "prev": null, "next": null},
///         "meta": {"current_page": 1, "from": null, "last_page": 1, "path": "/t", "per_page": 20, "total": 0}
///     }"#,
/// )?;
/// assert_eq!(page.links.next, None);
/// assert_eq!(page.meta.to, None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items on this page.
    pub data: Vec<T>,
    /// The URLs of the other pages.
    pub links: PageLinks,
    /// The numbers of this page.
    pub meta: PageMeta,
}

impl<T: DeserializeOwned> Page<T> {
    /// Reads a page from JSON, even if some texts or numbers in it cannot be decoded.
    ///
    /// - A byte order mark is skipped.
    /// - A lone surrogate escape and a byte that is not UTF-8 are read as U+FFFD.
    /// - A number that no `f64` holds, such as `1e999`, is read as the finite number nearest to it.
    ///
    /// `Deserialize` fails for these, because serde_json rejects them first. The time and the memory are linear in the
    /// length of `json`. The line and the column in an error are a position in the JSON after these changes, and not in
    /// `json`.
    ///
    /// # Errors
    ///
    /// Fails if `json` is not JSON. Fails if it is not a page, with an error that names the member.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Page;
    ///
    /// # fn main() -> serde_json::Result<()> {
    /// let json = br#"{
    ///     "data": ["caf\ud83d"],
    ///     "links": null,
    ///     "meta": {"current_page": 1, "last_page": 1, "path": "/t", "per_page": "20", "total": 1.0}
    /// }"#;
    /// let page = Page::<String>::from_slice(json)?;
    /// assert_eq!(page.data, ["caf\u{fffd}"]);
    /// assert_eq!((page.meta.per_page, page.meta.total), (20, Some(1)));
    ///
    /// let error = Page::<u8>::from_slice(br#"{"data": [7, 8, "nine"]}"#).unwrap_err();
    /// assert!(error.to_string().starts_with("`data[2]`: invalid type: string \"nine\", expected u8"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_slice(json: &[u8]) -> serde_json::Result<Self> {
        repair::from_slice(json)
    }
}

impl<T> From<Paginator<T>> for Page<T> {
    /// Returns the page as a client reads it, for tests of a client without a service.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{Page, Pagination};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let page = Page::from(Pagination::new("/fruit")?.request("page=2")?.paginate(vec!["fig"], 21));
    /// assert_eq!(page.data, ["fig"]);
    /// assert_eq!(page.links.prev.as_deref(), Some("/fruit?page=1"));
    /// assert_eq!(page.meta.total, Some(21));
    /// # Ok(())
    /// # }
    /// ```
    fn from(page: Paginator<T>) -> Self {
        Self {
            links: PageLinks {
                first: Some(page.first_url()),
                last: Some(page.last_url()),
                prev: page.prev_url(),
                next: page.next_url(),
            },
            meta: PageMeta {
                current_page: Some(page.current_page()),
                from: page.from(),
                last_page: Some(page.last_page()),
                links: meta_links(&page),
                to: page.to(),
                total: Some(page.total()),
                ..PageMeta::new(page.config().url.clone(), page.per_page())
            },
            data: page.into_items(),
        }
    }
}

impl<T> From<SimplePaginator<T>> for Page<T> {
    /// Returns the page as a client reads it, for tests of a client without a service.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{Page, Pagination};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let page = Page::from(Pagination::new("/fruit")?.request("page=2")?.simple_paginate(vec!["fig"]));
    /// assert_eq!(page.links.prev.as_deref(), Some("/fruit?page=1"));
    /// assert_eq!((page.meta.current_page, page.meta.total), (Some(2), None));
    /// # Ok(())
    /// # }
    /// ```
    fn from(page: SimplePaginator<T>) -> Self {
        Self {
            links: PageLinks {
                first: Some(page.first_url()),
                last: None,
                prev: page.prev_url(),
                next: page.next_url(),
            },
            meta: PageMeta {
                current_page: Some(page.current_page()),
                from: page.from(),
                to: page.to(),
                ..PageMeta::new(page.list().config().url.clone(), page.per_page())
            },
            data: page.into_items(),
        }
    }
}

impl<T> From<CursorPaginator<T>> for Page<T> {
    /// Returns the page as a client reads it, for tests of a client without a service.
    ///
    /// # Examples
    ///
    /// ```
    /// use serde::{Deserialize, Serialize};
    /// use tokenfolio::{Page, Pagination};
    ///
    /// #[derive(Deserialize, Serialize)]
    /// struct Key {
    ///     id: i64,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let request = Pagination::new("/fruit")?.cursor_request("")?;
    /// let page = Page::from(request.paginate((1..=21).collect(), |id| Key { id: *id })?);
    /// assert_eq!(page.data.len(), 20);
    /// assert!(page.meta.next_cursor.is_some());
    /// assert_eq!((page.meta.prev_cursor, page.meta.current_page), (None, None));
    /// # Ok(())
    /// # }
    /// ```
    fn from(page: CursorPaginator<T>) -> Self {
        Self {
            links: PageLinks { first: None, last: None, prev: page.prev_url(), next: page.next_url() },
            meta: PageMeta {
                next_cursor: page.next_cursor().map(str::to_owned),
                prev_cursor: page.prev_cursor().map(str::to_owned),
                ..PageMeta::new(page.list().config().url.clone(), page.per_page())
            },
            data: page.into_items(),
        }
    }
}

fn meta_links<T>(page: &Paginator<T>) -> Vec<MetaLink> {
    let Some(labels) = page.style().array() else { return Vec::new() };
    let link = |label: &str, number: Option<u64>| MetaLink {
        url: number.map(|number| page.list().url(number).to_string()),
        label: label.to_owned(),
        page: number,
        active: false,
    };
    let mut links = vec![link(&labels.previous, page.prev_page())];
    for number in page.window() {
        links.push(match number {
            Some(number) => {
                MetaLink { active: number == page.current_page(), ..link(&number.to_string(), Some(number)) }
            }
            None => link(&labels.gap, None),
        });
    }
    links.push(link(&labels.next, page.next_page()));
    links
}
