//! A page without a total. Its JSON is the JSON of a Laravel resource collection with a simple paginator.

use std::num::NonZeroU32;

use crate::page::list_parameters::ListParameters;
use crate::page::request::PageRequest;

/// A page of items with links to the pages before and after it, and without the number of pages.
///
/// Use it for a list that takes long to count.
///
/// Its JSON is Laravel's: `data`, then `links` (first, last, prev, next), then `meta` with the numbers of the page. In
/// `links`, `last` is null. Every member is always there. A member without a value is null.
///
/// # Examples
///
/// ```
/// use tokenfolio::Pagination;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let request = Pagination::new("/fruit")?.with_per_page(2.try_into()?).request("")?;
/// assert_eq!((request.offset(), request.limit_and_one()), (0, 3));
///
/// // The service reads up to three items from the offset on.
/// let page = request.simple_paginate(vec!["fig", "kiwi", "plum"]);
/// assert_eq!(page.items(), ["fig", "kiwi"]);
/// assert_eq!((page.current_page(), page.per_page().get(), page.has_more()), (1, 2, true));
/// assert_eq!((page.from(), page.to()), (Some(1), Some(2)));
///
/// assert_eq!(page.first_url(), "/fruit?page=1");
/// assert_eq!(page.prev_url(), None);
/// assert_eq!(page.next_url().as_deref(), Some("/fruit?page=2"));
/// let header = page.link_header().ok_or("the links are too long")?;
/// assert_eq!(header, r#"</fruit?page=1>; rel="first", </fruit?page=2>; rel="next""#);
///
/// // `map` and `try_map` change the items and preserve the links.
/// let page = page.map(str::len).try_map(u8::try_from)?;
/// assert_eq!(page.next_url().as_deref(), Some("/fruit?page=2"));
/// assert_eq!(page.into_items(), [3, 4]);
/// # Ok(())
/// # }
/// ```
///
/// Three methods write the page as JSON into a buffer, with the same bytes as `serde_json::to_vec`:
///
/// ```
/// use tokenfolio::{AccessToken, Pagination};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let now = chrono::DateTime::UNIX_EPOCH;
/// let tokens = vec![AccessToken::new(1, "CI", now).into_resource(now)];
/// let page = Pagination::new("/tokens")?.request("")?.simple_paginate(tokens);
///
/// let mut body = Vec::new();
/// page.write_tokens(&mut body);
/// assert_eq!(body, serde_json::to_vec(&page)?);
/// page.write_json(&mut body)?;
/// assert_eq!(body, serde_json::to_vec(&page)?);
/// page.write_json_with(&mut body, |out, items| serde_json::to_writer(out, items))?;
/// assert_eq!(body, serde_json::to_vec(&page)?);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "simplePaginate")]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SimplePaginator<T> {
    items: Vec<T>,
    has_more: bool,
    request: PageRequest,
}

impl PageRequest {
    /// Creates the page without a total from at most [`limit_and_one`](Self::limit_and_one) items.
    ///
    /// Items after a full page show that the list has another page, and are dropped.
    #[doc(alias = "simplePaginate")]
    #[must_use]
    pub fn simple_paginate<T>(self, items: Vec<T>) -> SimplePaginator<T> {
        let mut items = items;
        let has_more = self.list().cut_to_page(&mut items);
        SimplePaginator { items, has_more, request: self }
    }
}

impl<T> SimplePaginator<T> {
    /// Converts every item, and preserves the rest of the page.
    #[must_use]
    pub fn map<U>(self, item: impl FnMut(T) -> U) -> SimplePaginator<U> {
        let items = self.items.into_iter().map(item).collect();
        SimplePaginator { items, has_more: self.has_more, request: self.request }
    }

    /// Converts every item with a function that can fail, and preserves the rest of the page.
    ///
    /// # Errors
    ///
    /// Fails with the first error of `item`.
    pub fn try_map<U, E>(self, item: impl FnMut(T) -> Result<U, E>) -> Result<SimplePaginator<U>, E> {
        let items = self.items.into_iter().map(item).collect::<Result<_, _>>()?;
        Ok(SimplePaginator { items, has_more: self.has_more, request: self.request })
    }

    /// Returns the items on this page.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// Returns the items on this page, without the rest of the page.
    #[must_use]
    pub fn into_items(self) -> Vec<T> {
        self.items
    }

    /// Returns the number of this page, from 1.
    #[must_use]
    pub fn current_page(&self) -> u64 {
        self.request.page()
    }

    /// Returns the position of this page's first item in the list, from 1. `None` if this page has no items.
    #[must_use]
    pub fn from(&self) -> Option<u64> {
        self.request.position_of_first(self.items.len())
    }

    /// Returns the position of this page's last item in the list, from 1. `None` if this page has no items.
    #[must_use]
    pub fn to(&self) -> Option<u64> {
        self.request.position_of_last(self.items.len())
    }

    /// Returns the number of items on a full page.
    #[must_use]
    pub fn per_page(&self) -> NonZeroU32 {
        self.request.per_page()
    }

    /// Returns whether the list has items after this page.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.has_more
    }

    /// Returns the URL of the first page.
    #[must_use]
    pub fn first_url(&self) -> String {
        self.list().url(1).to_string()
    }

    /// Returns the URL of the page before this one, if there is one.
    ///
    /// If this page is past the end, the page before can be past the end too.
    #[must_use]
    pub fn prev_url(&self) -> Option<String> {
        self.prev_page().map(|page| self.list().url(page).to_string())
    }

    /// Returns the URL of the page after this one, if there is one.
    #[must_use]
    pub fn next_url(&self) -> Option<String> {
        self.next_page().map(|page| self.list().url(page).to_string())
    }

    pub(crate) fn list(&self) -> &ListParameters {
        self.request.list()
    }

    pub(crate) fn prev_page(&self) -> Option<u64> {
        self.request.prev_page()
    }

    pub(crate) fn next_page(&self) -> Option<u64> {
        (self.has_more && self.current_page() < PageRequest::MAX_PAGE).then(|| self.current_page() + 1)
    }
}

impl<T> IntoIterator for SimplePaginator<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'p, T> IntoIterator for &'p SimplePaginator<T> {
    type Item = &'p T;
    type IntoIter = std::slice::Iter<'p, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}
