//! A page with a total. Its JSON is the JSON of a Laravel resource collection with a length-aware paginator.

use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use crate::page::link_style::LinkStyle;
use crate::page::list_parameters::ListParameters;
use crate::page::pagination::Config;
use crate::page::request::PageRequest;
use crate::page::window::window;

/// A page of items with its numbers, and with links to the other pages.
///
/// Its JSON is Laravel's: `data`, then `links` (first, last, prev, next), then `meta` with the numbers and the array of
/// page links. Every member is always there, except the array after [`LinkStyle::without_array`]. A member without a
/// value is null. In a page past the end, `data` is empty, `from`, `to` and `next` are null, and no entry of the array
/// is active.
///
/// Every number is exact for any `u64` total. Links lead at most to [`PageRequest::MAX_PAGE`], the last page that can
/// be requested, even if `last_page` is higher.
///
/// # Examples
///
/// ```
/// use tokenfolio::Pagination;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pagination = Pagination::new("https://api.example.com/fruit")?;
/// let page = pagination.request("page=2")?.paginate(vec!["fig"], 21);
///
/// assert_eq!((page.current_page(), page.last_page(), page.is_past_the_end()), (2, 2, false));
/// assert_eq!((page.from(), page.to(), page.total()), (Some(21), Some(21), 21));
/// assert_eq!((page.items(), page.per_page().get()), (&["fig"][..], 20));
///
/// assert_eq!(page.first_url(), "https://api.example.com/fruit?page=1");
/// assert_eq!(page.last_url(), "https://api.example.com/fruit?page=2");
/// assert_eq!(page.prev_url().as_deref(), Some("https://api.example.com/fruit?page=1"));
/// assert_eq!(page.next_url(), None);
///
/// let json = serde_json::to_value(&page)?;
/// assert_eq!(json["data"][0], "fig");
/// assert_eq!(json["meta"]["links"][2]["active"], true);
///
/// // `map` changes the items and preserves the rest.
/// let page = page.map(str::to_uppercase);
/// assert_eq!(page.total(), 21);
/// assert_eq!(page.into_items(), ["FIG"]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "LengthAwarePaginator")]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Paginator<T> {
    items: Vec<T>,
    total: u64,
    request: PageRequest,
}

impl PageRequest {
    /// Creates the page from its items and the total, which is the number of items on all pages.
    ///
    /// The number of items is not compared with the total. `from` and `to` are computed from the number of items.
    #[must_use]
    pub fn paginate<T>(self, items: Vec<T>, total: u64) -> Paginator<T> {
        Paginator { items, total, request: self }
    }
}

impl<T> Paginator<T> {
    /// Converts every item, and preserves the rest of the page.
    #[doc(alias = "through")]
    #[must_use]
    pub fn map<U>(self, item: impl FnMut(T) -> U) -> Paginator<U> {
        Paginator { items: self.items.into_iter().map(item).collect(), total: self.total, request: self.request }
    }

    /// Converts every item with a function that can fail, and preserves the rest of the page.
    ///
    /// # Errors
    ///
    /// Fails with the first error of `item`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Pagination;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let page = Pagination::new("/numbers")?.request("")?.paginate(vec!["1", "two"], 2);
    /// let error = page.try_map(str::parse::<u8>).unwrap_err();
    /// assert_eq!(error.to_string(), "invalid digit found in string");
    /// # Ok(())
    /// # }
    /// ```
    pub fn try_map<U, E>(self, item: impl FnMut(T) -> Result<U, E>) -> Result<Paginator<U>, E> {
        Ok(Paginator {
            items: self.items.into_iter().map(item).collect::<Result<_, _>>()?,
            total: self.total,
            request: self.request,
        })
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

    /// Returns the number of the last page, from 1. It is 1 if the list has no items.
    #[must_use]
    pub fn last_page(&self) -> u64 {
        self.total.div_ceil(u64::from(self.per_page().get())).max(1)
    }

    /// Returns the number of items on a full page.
    #[must_use]
    pub fn per_page(&self) -> NonZeroU32 {
        self.request.per_page()
    }

    /// Returns the number of items on all pages.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Returns whether this page is after the last one.
    #[must_use]
    pub fn is_past_the_end(&self) -> bool {
        self.current_page() > self.last_page()
    }

    /// Returns the URL of the first page.
    #[must_use]
    pub fn first_url(&self) -> String {
        self.list().url(1).to_string()
    }

    /// Returns the URL of the last page that can be requested.
    #[must_use]
    pub fn last_url(&self) -> String {
        self.list().url(self.last_linked_page()).to_string()
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

    /// Iterates over the page numbers in the array of page links, in order. `None` is a gap.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{LinkStyle, Pagination};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let style = LinkStyle::default().with_on_each_side(1);
    /// let page = Pagination::new("/fruit")?.with_link_style(style).request("page=50")?.paginate(vec!["fig"], 2_000);
    /// let shown: Vec<_> = page.window().map(|page| page.unwrap_or_default()).collect();
    /// assert_eq!(shown, [1, 2, 0, 49, 50, 51, 0, 99, 100]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn window(&self) -> impl Iterator<Item = Option<u64>> {
        self.runs().enumerate().flat_map(|(index, run)| {
            let gap = (index > 0).then_some(None);
            gap.into_iter().chain(run.map(Some))
        })
    }

    /// Returns the runs of page numbers between the gaps.
    pub(crate) fn runs(&self) -> impl Iterator<Item = RangeInclusive<u64>> {
        window(self.current_page(), self.last_linked_page(), self.style().on_each_side)
    }

    pub(crate) fn list(&self) -> &ListParameters {
        self.request.list()
    }

    pub(crate) fn config(&self) -> &Config {
        self.list().config()
    }

    pub(crate) fn style(&self) -> &LinkStyle {
        &self.config().link_style
    }

    /// Returns the last page that links lead to: the last page, but at most [`PageRequest::MAX_PAGE`].
    pub(crate) fn last_linked_page(&self) -> u64 {
        self.last_page().min(PageRequest::MAX_PAGE)
    }

    pub(crate) fn prev_page(&self) -> Option<u64> {
        self.request.prev_page()
    }

    pub(crate) fn next_page(&self) -> Option<u64> {
        (self.current_page() < self.last_linked_page()).then(|| self.current_page() + 1)
    }
}

impl<T> IntoIterator for Paginator<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'p, T> IntoIterator for &'p Paginator<T> {
    type Item = &'p T;
    type IntoIter = std::slice::Iter<'p, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}
