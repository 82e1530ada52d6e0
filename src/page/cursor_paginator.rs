//! A page without numbers. Its JSON is the JSON of a Laravel resource collection with a cursor paginator.

use std::num::NonZeroU32;

use crate::page::list_parameters::ListParameters;

/// A page of items with the cursors of the pages before and after it.
///
/// Its JSON is Laravel's: `data`, then `links`, then `meta` with the path, the page size and both cursors. In `links`,
/// `first` and `last` are null. Every member is always there. A member without a value is null.
///
/// A list by cursor needs no total and no offset, so each page costs the same. A client that walks over it reads every
/// item once, also while other items are added or deleted. A client cannot request a page by its number.
///
/// [`CursorRequest::paginate`](crate::CursorRequest::paginate) creates it.
///
/// # Examples
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use tokenfolio::Pagination;
///
/// #[derive(Deserialize, Serialize)]
/// struct Keys {
///     name: String,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let request = Pagination::new("/fruit")?.with_per_page(1.try_into()?).cursor_request("")?;
/// let page = request.paginate(vec!["fig", "kiwi"], |name| Keys { name: name.to_string() })?;
/// assert_eq!((page.items(), page.per_page().get()), (&["fig"][..], 1));
///
/// let next = "eyJuYW1lIjoiZmlnIiwiX3BvaW50c1RvTmV4dEl0ZW1zIjp0cnVlfQ";
/// assert_eq!(page.next_cursor(), Some(next));
/// assert_eq!(page.next_url(), Some(format!("/fruit?cursor={next}")));
/// assert_eq!(page.link_header().ok_or("no links")?, format!(r#"</fruit?cursor={next}>; rel="next""#));
/// assert_eq!((page.prev_cursor(), page.prev_url()), (None, None));
///
/// // `map` and `try_map` change the items and preserve the links.
/// let page = page.map(str::len).try_map(u8::try_from)?;
/// assert_eq!(page.next_cursor(), Some(next));
/// assert_eq!(page.into_items(), [3]);
/// # Ok(())
/// # }
/// ```
///
/// Three methods write the page as JSON into a buffer, with the same bytes as `serde_json::to_vec`:
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use tokenfolio::{AccessToken, Pagination, TokenId};
///
/// #[derive(Deserialize, Serialize)]
/// struct Keys {
///     id: TokenId,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let now = chrono::DateTime::UNIX_EPOCH;
/// let tokens = vec![AccessToken::new(1, "CI", now).into_resource(now)];
/// let page = Pagination::new("/tokens")?.cursor_request("")?.paginate(tokens, |token| Keys { id: token.id })?;
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
#[doc(alias = "cursorPaginate")]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CursorPaginator<T> {
    items: Vec<T>,
    prev_cursor: Option<String>,
    next_cursor: Option<String>,
    list: ListParameters,
}

impl<T> CursorPaginator<T> {
    pub(crate) fn new(
        items: Vec<T>,
        prev_cursor: Option<String>,
        next_cursor: Option<String>,
        list: ListParameters,
    ) -> Self {
        Self { items, prev_cursor, next_cursor, list }
    }

    /// Converts every item, and preserves the rest of the page.
    #[must_use]
    pub fn map<U>(self, item: impl FnMut(T) -> U) -> CursorPaginator<U> {
        let items = self.items.into_iter().map(item).collect();
        CursorPaginator::new(items, self.prev_cursor, self.next_cursor, self.list)
    }

    /// Converts every item with a function that can fail, and preserves the rest of the page.
    ///
    /// # Errors
    ///
    /// Fails with the first error of `item`.
    pub fn try_map<U, E>(self, item: impl FnMut(T) -> Result<U, E>) -> Result<CursorPaginator<U>, E> {
        let items = self.items.into_iter().map(item).collect::<Result<_, _>>()?;
        Ok(CursorPaginator::new(items, self.prev_cursor, self.next_cursor, self.list))
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

    /// Returns the number of items on a full page.
    #[must_use]
    pub fn per_page(&self) -> NonZeroU32 {
        self.list.per_page()
    }

    /// Returns the cursor of the page before this one. `None` if this is the first page, or if it has no items.
    #[must_use]
    pub fn prev_cursor(&self) -> Option<&str> {
        self.prev_cursor.as_deref()
    }

    /// Returns the cursor of the page after this one. `None` if this is the last page, or if it has no items.
    #[must_use]
    pub fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }

    /// Returns the URL of the page before this one, if there is one.
    #[must_use]
    pub fn prev_url(&self) -> Option<String> {
        self.prev_cursor().map(|cursor| self.list.url(cursor).to_string())
    }

    /// Returns the URL of the page after this one, if there is one.
    #[must_use]
    pub fn next_url(&self) -> Option<String> {
        self.next_cursor().map(|cursor| self.list.url(cursor).to_string())
    }

    pub(crate) fn list(&self) -> &ListParameters {
        &self.list
    }
}

impl<T> IntoIterator for CursorPaginator<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'p, T> IntoIterator for &'p CursorPaginator<T> {
    type Item = &'p T;
    type IntoIter = std::slice::Iter<'p, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}
