//! A page without a total: Laravel's simple paginator, as a resource collection responds with it.

use std::num::NonZeroU32;

use crate::page::list_parameters::ListParameters;
use crate::page::request::PageRequest;

/// A page of items with the pages before and after it, and without the number of pages.
///
/// Its JSON is Laravel's: `data`, then `links` (first, last, which is null, prev, next), then `meta` with the numbers
/// of the page. Every member is always there. A member without a value is null. Use it for a list that takes long to
/// count.
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
/// assert_eq!(page.next_url().as_deref(), Some("/fruit?page=2"));
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
    /// Creates the page without a total from up to [`limit_and_one`](Self::limit_and_one) items.
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
    /// Returns the first error of `item`.
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

    /// Returns the position of the first item on this page among all, from 1; `None` if there is no item.
    #[must_use]
    pub fn from(&self) -> Option<u64> {
        self.request.position_of_first(self.items.len())
    }

    /// Returns the position of the last item on this page among all, from 1; `None` if there is no item.
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

    /// Returns the URL of the page before this one, if there is one. Past the end, the page before can be past the end
    /// too.
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
