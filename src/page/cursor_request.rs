//! Reads the part of a list that a query asks for by a cursor.

use std::num::NonZeroU32;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::page::cursor::{self, Cursor, CursorError};
use crate::page::cursor_paginator::CursorPaginator;
use crate::page::list_parameters::ListParameters;
use crate::page::pagination::{Pagination, Position};
use crate::page::query_error::{ParameterError, ParameterErrors, QueryError};
use crate::page::single_parameter::single_value;
use crate::store::TokenOrder;
use crate::token::status::TokenStatus;

/// A request for a part of a list by a cursor, with the page size and the parameters that its links preserve.
///
/// [`Pagination::cursor_request`] reads it from a query. `K` has the keys of an item: the values that the list is
/// ordered by. It is a struct of numbers, texts and options, in the order of the columns. The last key must differ from
/// item to item, as an id does.
///
/// A cursor is not signed, so a client can change the keys. With changed keys, the client must get another part of the
/// same list, and never a part of another list. So do not select the list by the keys. Select it by the owner of the
/// request, for example.
///
/// # Examples
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use tokenfolio::{Cursor, Pagination};
///
/// #[derive(Debug, Deserialize, PartialEq, Serialize)]
/// struct Keys {
///     id: u64,
/// }
///
/// /// Reads items of a list that is ordered by id: here, the numbers from 1 to 100.
/// fn read(cursor: Option<&Cursor<Keys>>, limit: u64) -> Vec<u64> {
///     let limit = limit as usize;
///     match cursor {
///         None => (1..=100).take(limit).collect(),
///         Some(Cursor::After(after)) => (after.id + 1..=100).take(limit).collect(),
///         Some(Cursor::Before(before)) => (1..before.id).rev().take(limit).collect(),
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pagination = Pagination::new("/numbers")?;
///
/// let request = pagination.cursor_request::<Keys>("")?;
/// let items = read(request.cursor(), request.limit_and_one());
/// let first = request.paginate(items, |id| Keys { id: *id })?;
/// assert_eq!(first.items().last(), Some(&20));
/// assert_eq!(
///     first.next_url().as_deref(),
///     Some("/numbers?cursor=eyJpZCI6MjAsIl9wb2ludHNUb05leHRJdGVtcyI6dHJ1ZX0")
/// );
///
/// let request = pagination.cursor_request("cursor=eyJpZCI6MjAsIl9wb2ludHNUb05leHRJdGVtcyI6dHJ1ZX0")?;
/// assert_eq!(request.cursor(), Some(&Cursor::After(Keys { id: 20 })));
/// # Ok(())
/// # }
/// ```
///
/// A client can choose the page size, a status, an order, and the value of a parameter that you define. Links repeat
/// these choices:
///
/// ```
/// use tokenfolio::{Pagination, TokenOrder, TokenStatus};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Deserialize, Serialize)]
/// # struct Keys {
/// #     id: u64,
/// # }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pagination = Pagination::new("/t")?
///     .with_client_size("size", 100.try_into()?)?
///     .with_status_filter("status")?
///     .with_direction("direction")?
///     .with_choice("scope", &["read", "write"])?;
///
/// let request = pagination.cursor_request::<Keys>("size=1&status=active&direction=desc&scope=read")?;
/// assert_eq!(request.per_page().get(), 1);
/// assert_eq!(request.status(), Some(TokenStatus::Active));
/// assert_eq!(request.direction(), Some(TokenOrder::NewestFirst));
/// assert_eq!(request.choice("scope"), Some("read"));
///
/// let page = request.with_parameters([("q", "ci")])?.paginate(vec![8, 7], |id| Keys { id: *id })?;
/// let url = page.next_url().ok_or("this is the last page")?;
/// assert!(url.starts_with("/t?size=1&status=active&direction=desc&scope=read&q=ci&cursor="));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CursorRequest<K> {
    cursor: Option<Cursor<K>>,
    list: ListParameters,
}

impl Pagination {
    /// Reads a request for a list by cursor from a raw query string, which is the part of the URL after the `?`.
    ///
    /// A query without the cursor parameter asks for the first items. The other parameters are read as
    /// [`request`](Self::request) reads them. The page parameter is ignored.
    ///
    /// # Errors
    ///
    /// Fails if the cursor
    ///
    /// - is empty, given twice, or given as an array;
    /// - is longer than 4,096 bytes;
    /// - is not base64url without padding (RFC 4648, section 5);
    /// - is not the JSON of an object with a boolean `_pointsToNextItems`;
    /// - has other keys than `K`, or values that `K` cannot hold.
    ///
    /// A [lenient](Self::lenient) list rejects these cursors too: Laravel would respond with the first items again, and
    /// a client would read them twice. An invalid size or choice, and parameters that are too long, are rejected as in
    /// [`request`](Self::request).
    ///
    /// # Examples
    ///
    /// ```
    /// use serde::{Deserialize, Serialize};
    /// use tokenfolio::Pagination;
    ///
    /// #[derive(Debug, Deserialize, Serialize)]
    /// struct Keys {
    ///     id: u64,
    /// }
    ///
    /// # fn main() -> Result<(), tokenfolio::BaseUrlError> {
    /// let error = Pagination::new("/fruit")?.cursor_request::<Keys>("cursor=%3C").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`cursor` must be a cursor of this list, but is not base64url without padding"
    /// );
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "cursorPaginate")]
    pub fn cursor_request<K>(&self, raw_query: &str) -> Result<CursorRequest<K>, QueryError>
    where
        K: Serialize + DeserializeOwned,
    {
        let config = self.config();
        let cursor = single_value(raw_query, &config.cursor_name, config.is_lenient)
            .and_then(|text| text.map(|text| Cursor::decode(&text)).transpose())
            .map_err(|reason| ParameterError::of_cursor(config.cursor_name.clone(), reason));
        let mut errors = ParameterErrors::default();
        let cursor = errors.keep(cursor);
        let list = ListParameters::read(self, raw_query, Position::Cursor, errors)?;
        Ok(CursorRequest { cursor, list })
    }
}

impl<K> CursorRequest<K> {
    /// The maximum length of a cursor in bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{CursorRequest, Pagination};
    ///
    /// # fn main() -> Result<(), tokenfolio::BaseUrlError> {
    /// let long = "A".repeat(CursorRequest::<u64>::MAX_CURSOR_LEN + 1);
    /// let error = Pagination::new("/fruit")?.cursor_request::<u64>(&format!("cursor={long}")).unwrap_err();
    /// assert_eq!(error.to_string(), "`cursor` must be a cursor of this list, but is longer than 4096 bytes");
    /// # Ok(())
    /// # }
    /// ```
    pub const MAX_CURSOR_LEN: usize = cursor::MAX_LEN;

    /// Sets parameters that every link of the page repeats, as
    /// [`PageRequest::with_parameters`](crate::PageRequest::with_parameters) does.
    ///
    /// # Errors
    ///
    /// Fails if all preserved parameters together are longer than
    /// [`Pagination::with_max_query_len`](crate::Pagination::with_max_query_len) allows, because every link repeats them.
    pub fn with_parameters<N, V>(mut self, parameters: impl IntoIterator<Item = (N, V)>) -> Result<Self, QueryError>
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        self.list.set(parameters)?;
        Ok(self)
    }

    /// Returns the position in the list. `None` is the start.
    #[must_use]
    pub fn cursor(&self) -> Option<&Cursor<K>> {
        self.cursor.as_ref()
    }

    /// Returns the number of items on a full page.
    #[must_use]
    pub fn per_page(&self) -> NonZeroU32 {
        self.list.per_page()
    }

    /// Returns the number of items to read: one more than a full page has. The additional item shows that there is another
    /// page.
    #[must_use]
    pub fn limit_and_one(&self) -> u64 {
        self.list.limit_and_one()
    }

    /// Returns the status that the client chose, as [`PageRequest::status`](crate::PageRequest::status) does.
    #[must_use]
    pub fn status(&self) -> Option<TokenStatus> {
        self.list.status()
    }

    /// Returns the order that the client chose, as [`PageRequest::direction`](crate::PageRequest::direction) does.
    #[must_use]
    pub fn direction(&self) -> Option<TokenOrder> {
        self.list.direction()
    }

    /// Returns the value that the client chose, as [`PageRequest::choice`](crate::PageRequest::choice) does.
    #[must_use]
    pub fn choice(&self, name: &str) -> Option<&'static str> {
        self.list.choice(name)
    }

    /// Creates the page from at most [`limit_and_one`](Self::limit_and_one) items, in the order in which you read them.
    ///
    /// Read the items before a position ([`Cursor::Before`]) in the reverse order of the list. This function reverses
    /// them, so the page has them in the order of the list.
    ///
    /// `keys` returns the keys of an item. It is called for at most two items: the first and the last one of the page.
    /// Items after a full page show that the list has another page, and are dropped.
    ///
    /// # Errors
    ///
    /// Fails if the keys of an item cannot be serialized, or are not an object with at least one member. Each member
    /// must be a number, a text, a boolean or null. Fails if a key has the name `_pointsToNextItems`, which the cursor
    /// itself uses. Fails if the cursor would be longer than [`MAX_CURSOR_LEN`](Self::MAX_CURSOR_LEN), because a server
    /// can reject a long URL.
    pub fn paginate<T>(self, items: Vec<T>, keys: impl Fn(&T) -> K) -> Result<CursorPaginator<T>, CursorError>
    where
        K: Serialize,
    {
        let mut items = items;
        let has_more = self.list.cut_to_page(&mut items);
        let is_backward = matches!(self.cursor, Some(Cursor::Before(_)));
        if is_backward {
            items.reverse();
        }
        // The client read the cursor on a neighbour of this page, so this neighbour exists. A cursor that leads backwards
        // was read on the next page, and any other cursor on the previous page.
        let has_next = has_more || is_backward;
        let has_prev = self.cursor.is_some() && (has_more || !is_backward);
        let next_cursor = match items.last() {
            Some(last) if has_next => Some(Cursor::After(&keys(last)).encode()?),
            _ => None,
        };
        let prev_cursor = match items.first() {
            Some(first) if has_prev => Some(Cursor::Before(&keys(first)).encode()?),
            _ => None,
        };
        Ok(CursorPaginator::new(items, prev_cursor, next_cursor, self.list))
    }
}
