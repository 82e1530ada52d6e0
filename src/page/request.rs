//! Reads the page that a query asks for.
//!
//! By default, reading is strict. The links that this crate writes have no malformed page number. So such a number is a
//! mistake in the client's code, and an error shows the mistake. Laravel hides the mistake: it reads page 1. A service
//! can choose to do this too.

use std::num::NonZeroU32;

use crate::page::list_parameters::ListParameters;
use crate::page::number::{MAX_PAGE, NumberKind};
use crate::page::pagination::{Pagination, Position};
use crate::page::query_error::{ParameterErrors, QueryError};
use crate::store::TokenOrder;
use crate::token::status::TokenStatus;

/// A request for a page, with the page size and the parameters that its links preserve.
///
/// [`Pagination::request`] reads it from a query. The page is from 1 to [`MAX_PAGE`](Self::MAX_PAGE), and the size is
/// not zero.
///
/// # Examples
///
/// ```
/// use tokenfolio::Pagination;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let request = Pagination::new("/fruit")?.request("page=3")?;
/// assert_eq!((request.page(), request.per_page().get(), request.offset()), (3, 20, 40));
///
/// // The service reads the items from the offset on, and counts all.
/// let page = request.paginate(vec!["fig"], 41);
/// assert_eq!(page.first_url(), "/fruit?page=1");
/// # Ok(())
/// # }
/// ```
///
/// A client can choose a status, an order, and the value of a parameter that you define. Links repeat these choices:
///
/// ```
/// use tokenfolio::{Pagination, TokenOrder, TokenStatus};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pagination = Pagination::new("/t")?
///     .with_status_filter("status")?
///     .with_direction("direction")?
///     .with_choice("scope", &["read", "write"])?;
///
/// let request = pagination.request("status=active&direction=desc&scope=read")?;
/// assert_eq!(request.status(), Some(TokenStatus::Active));
/// assert_eq!(request.direction(), Some(TokenOrder::NewestFirst));
/// assert_eq!(request.choice("scope"), Some("read"));
///
/// let page = request.paginate(vec!["CI"], 1);
/// assert_eq!(page.first_url(), "/t?status=active&direction=desc&scope=read&page=1");
/// # Ok(())
/// # }
/// ```
///
/// For a list that takes long to count, read one item more than a page has:
///
/// ```
/// use tokenfolio::Pagination;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let request = Pagination::new("/fruit")?.with_per_page(2.try_into()?).request("")?;
/// assert_eq!(request.limit_and_one(), 3);
///
/// let page = request.simple_paginate(vec!["fig", "kiwi", "plum"]);
/// assert_eq!(page.items(), ["fig", "kiwi"]);
/// assert_eq!(page.next_url().as_deref(), Some("/fruit?page=2"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PageRequest {
    page: u64,
    list: ListParameters,
}

impl Pagination {
    /// Reads a request from a raw query string, which is the part of the URL after the `?`.
    ///
    /// A query without the page parameter asks for page 1. The name of a parameter may be percent-encoded in any way.
    /// Parameters that the pagination does not read are ignored, even if they cannot be decoded. Use
    /// [`with_query_string`](Self::with_query_string) to preserve them.
    ///
    /// # Errors
    ///
    /// Fails if a page or a size is not one plain decimal in its range. It must not be empty, signed, padded with spaces
    /// or zeros, zero, or too large. It must have only the digits 0 to 9. It must not be given twice or as an array
    /// (`page[]=2`, `page[number]=2`). A [lenient](Self::lenient) list rejects none of these.
    ///
    /// Fails if the parameter of a choice is given twice or as an array, or has a value that is not allowed. A lenient
    /// list rejects these too.
    ///
    /// The error names every parameter that is wrong.
    ///
    /// Also fails if the preserved parameters are longer than [`with_max_query_len`](Self::with_max_query_len) allows.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Pagination;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pagination = Pagination::new("/fruit")?;
    /// assert_eq!(pagination.request("")?.page(), 1);
    ///
    /// let error = pagination.request("page=03").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`page` must be a whole number from 1 to 9223372036854775807, but has a leading zero"
    /// );
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, raw_query: &str) -> Result<PageRequest, QueryError> {
        let config = self.config();
        let mut errors = ParameterErrors::default();
        let page = errors.keep(NumberKind::Page.read(raw_query, &config.page_name, config.is_lenient));
        let list = ListParameters::read(self, raw_query, Position::Page, errors)?;
        Ok(PageRequest { page: page.unwrap_or(1), list })
    }
}

impl PageRequest {
    /// The highest page that can be requested: 2^63 - 1, because the page on the wire is an int64.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{PageRequest, Pagination};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pagination = Pagination::new("/fruit")?;
    /// assert_eq!(pagination.request("page=9223372036854775807")?.page(), PageRequest::MAX_PAGE);
    /// assert!(pagination.request("page=9223372036854775808").is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub const MAX_PAGE: u64 = MAX_PAGE;

    /// Sets parameters that every link of the page repeats, encoded by RFC 3986 (a space is `%20`).
    ///
    /// A parameter replaces all parameters of its name, at the position of the first one. If there are none, it is
    /// appended. If `parameters` has a name twice, the last value wins. A parameter that the pagination reads cannot be
    /// set: it is ignored.
    ///
    /// # Errors
    ///
    /// Fails if all preserved parameters together are longer than
    /// [`Pagination::with_max_query_len`](crate::Pagination::with_max_query_len) allows, because every link repeats them.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Pagination;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let request = Pagination::new("/t")?.with_query_string().request("sort=id&q=x")?;
    /// let page = request.with_parameters([("sort", "-id"), ("all", "")])?.paginate(vec!["fig"], 1);
    /// assert_eq!(page.first_url(), "/t?sort=-id&q=x&all=&page=1");
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "appends")]
    pub fn with_parameters<N, V>(mut self, parameters: impl IntoIterator<Item = (N, V)>) -> Result<Self, QueryError>
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        self.list.set(parameters)?;
        Ok(self)
    }

    /// Returns the page, from 1 to [`MAX_PAGE`](Self::MAX_PAGE).
    #[must_use]
    pub fn page(&self) -> u64 {
        self.page
    }

    /// Returns the number of items on a full page.
    #[must_use]
    pub fn per_page(&self) -> NonZeroU32 {
        self.list.per_page()
    }

    /// Returns the status that the client chose, by the parameter of
    /// [`Pagination::with_status_filter`](crate::Pagination::with_status_filter).
    ///
    /// `None` if the client chose none.
    #[must_use]
    pub fn status(&self) -> Option<TokenStatus> {
        self.list.status()
    }

    /// Returns the order that the client chose, by the parameter of
    /// [`Pagination::with_direction`](crate::Pagination::with_direction).
    ///
    /// `None` if the client chose none.
    #[must_use]
    pub fn direction(&self) -> Option<TokenOrder> {
        self.list.direction()
    }

    /// Returns the value that the client chose, by a parameter of
    /// [`Pagination::with_choice`](crate::Pagination::with_choice) with this name.
    ///
    /// `None` if the query does not have the parameter, or if the pagination has no choice of this name.
    #[must_use]
    pub fn choice(&self, name: &str) -> Option<&'static str> {
        self.list.choice(name)
    }

    /// Returns the number of items to read for a page without a total: one more than a full page has.
    ///
    /// The additional item shows that there is another page.
    #[must_use]
    pub fn limit_and_one(&self) -> u64 {
        self.list.limit_and_one()
    }

    /// Returns the number of items before the page.
    ///
    /// The number saturates at `u64::MAX`, which is past the end of any list.
    #[must_use]
    pub fn offset(&self) -> u64 {
        (self.page - 1).saturating_mul(u64::from(self.per_page().get()))
    }

    pub(crate) fn list(&self) -> &ListParameters {
        &self.list
    }

    pub(crate) fn prev_page(&self) -> Option<u64> {
        (self.page > 1).then(|| self.page - 1)
    }

    /// Returns the position in the list of the first item on the page, from 1.
    pub(crate) fn position_of_first(&self, item_count: usize) -> Option<u64> {
        // Only a position above `u64::MAX` saturates. No list has so many items.
        (item_count > 0).then(|| self.offset().saturating_add(1))
    }

    /// Returns the position in the list of the last item on the page, from 1.
    pub(crate) fn position_of_last(&self, item_count: usize) -> Option<u64> {
        (item_count > 0).then(|| self.offset().saturating_add(item_count as u64))
    }
}
