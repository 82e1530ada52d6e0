//! Reads which page a query asks for.
//!
//! Strict by default: a page that was asked for in a way that no link of ours writes is a mistake in the caller's code,
//! and an error shows it to them. Laravel's way, where every mistake is page 1, hides it, and is there for those who
//! need it.

use std::num::NonZeroU32;

use crate::page::lenient;
use crate::page::pagination::{ClientSize, Config, Pagination};
use crate::page::preserved_query::{self, PreservedQuery};
use crate::page::query_error::{ParameterError, QueryError, Reason};
use crate::text::query;

/// Which page is asked for, how large a page is, and which parameters its links preserve.
///
/// [`Pagination::request`] reads it from a query. The page is from 1 to [`MAX_PAGE`](Self::MAX_PAGE) and the size is not
/// zero, so that no arithmetic on them can fail.
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
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PageRequest {
    page: u64,
    per_page: NonZeroU32,
    preserved_query: PreservedQuery,
    pagination: Pagination,
}

impl Pagination {
    /// Reads a request from a raw query string, as it stands in the URL after the `?`.
    ///
    /// A query without the page parameter asks for page 1. The name of a parameter may be percent-encoded in any way.
    /// Other parameters are ignored, whether they can be decoded or not, unless
    /// [`with_query_string`](Self::with_query_string) preserves them.
    ///
    /// # Errors
    ///
    /// Fails if a page or size is not one plain decimal in its range: it is empty, signed, padded with spaces or zeros,
    /// written in other characters than the digits 0 to 9, zero, too large, given twice, or given as an array
    /// (`page[]=2`, `page[number]=2`). The error names every parameter that is wrong. A [lenient](Self::lenient)
    /// pagination rejects none of these.
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
        let page = read(raw_query, &config.page_name, NumberKind::Page, config);
        let size = match &config.client_size {
            Some(size) => read(raw_query, &size.name, NumberKind::Size { max: size.max }, config),
            None => Ok(None),
        };
        let (page, size) = match (page, size) {
            (Ok(page), Ok(size)) => (page, size.and_then(|size| u32::try_from(size).ok()).and_then(NonZeroU32::new)),
            (page, size) => return Err(QueryError::of_parameters(page.err().into_iter().chain(size.err()).collect())),
        };
        let mut preserved_query = PreservedQuery::default();
        if config.preserves_query {
            preserved_query.extend(raw_query, config)?;
        } else if let (Some(ClientSize { name, .. }), Some(size)) = (&config.client_size, size) {
            preserved_query.push(&preserved_query::encode(name, &size.to_string()), config)?;
        }
        Ok(PageRequest {
            page: page.unwrap_or(1),
            per_page: size.unwrap_or(config.per_page),
            preserved_query,
            pagination: self.clone(),
        })
    }
}

impl PageRequest {
    /// The highest page that can be asked for, 2^63 - 1: the wire's page is an int64.
    pub const MAX_PAGE: u64 = i64::MAX.unsigned_abs();

    /// Sets parameters that every link of the page repeats, encoded by RFC 3986 (a space is `%20`).
    ///
    /// A parameter replaces others of its name at the position of the first one, or is appended. The last duplicate wins.
    /// The parameters that the pagination reads cannot be set: their names are ignored.
    ///
    /// # Errors
    ///
    /// Fails if all preserved parameters together are longer than
    /// [`Pagination::with_max_query_len`](crate::Pagination::with_max_query_len) allows.
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
        let parameters: Vec<_> = parameters.into_iter().collect();
        self.preserved_query.set(&parameters, self.pagination.config())?;
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
        self.per_page
    }

    /// Returns the number of items before the page.
    ///
    /// A number that does not fit is `u64::MAX`, which is past the end of any list.
    #[must_use]
    pub fn offset(&self) -> u64 {
        (self.page - 1).saturating_mul(u64::from(self.per_page.get()))
    }

    pub(crate) fn pagination(&self) -> &Pagination {
        &self.pagination
    }

    pub(crate) fn preserved_query(&self) -> &PreservedQuery {
        &self.preserved_query
    }
}

/// Reads the number of a parameter. `None` if the query does not have the parameter.
fn read(query: &str, name: &str, kind: NumberKind, config: &Config) -> Result<Option<u64>, ParameterError> {
    if config.is_lenient {
        return Ok(read_leniently(query, name, kind));
    }
    read_strictly(query, name, kind.max()).map_err(|reason| ParameterError::new(name, kind.max(), reason))
}

fn read_strictly(query: &str, name: &str, max: u64) -> Result<Option<u64>, Reason> {
    let mut found = None;
    for parameter in query::parameters(query) {
        let parameter_name = parameter.name();
        if !query::is_or_is_in(&parameter_name, name) {
            continue;
        }
        if *parameter_name != *name.as_bytes() {
            return Err(Reason::Brackets);
        }
        if found.is_some() {
            return Err(Reason::Repeated);
        }
        found = Some(parameter.value());
    }
    found.map(|value| parse_decimal(&value, max)).transpose()
}

/// Returns the page that a query asks for, read as Laravel does.
pub(crate) fn lenient_page(query: &str, name: &str) -> u64 {
    read_leniently(query, name, NumberKind::Page).unwrap_or(1)
}

/// Returns `None` where Laravel would use the default.
fn read_leniently(query: &str, name: &str, kind: NumberKind) -> Option<u64> {
    let value = lenient::last_value(query, name)?;
    match (parse_decimal(lenient::trim_number(&value), kind.max()), kind) {
        (Ok(number), _) => Some(number),
        // A size above the maximum is limited. A page above int64 is a mistake.
        (Err(Reason::TooLarge), NumberKind::Size { max }) => Some(u64::from(max.get())),
        (Err(_), _) => None,
    }
}

/// What a number in a query means.
#[derive(Clone, Copy)]
enum NumberKind {
    Page,
    Size { max: NonZeroU32 },
}

impl NumberKind {
    fn max(self) -> u64 {
        match self {
            Self::Page => PageRequest::MAX_PAGE,
            Self::Size { max } => u64::from(max.get()),
        }
    }
}

fn parse_decimal(value: &[u8], max: u64) -> Result<u64, Reason> {
    match value {
        [] => Err(Reason::Empty),
        _ if !value.iter().all(u8::is_ascii_digit) => Err(Reason::NotDecimal),
        [b'0', _, ..] => Err(Reason::LeadingZero),
        digits => digits
            .iter()
            .try_fold(0_u64, |number, digit| number.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
            .ok_or(Reason::TooLarge)
            .and_then(|number| check_range(number, max)),
    }
}

fn check_range(number: u64, max: u64) -> Result<u64, Reason> {
    match number {
        0 => Err(Reason::Zero),
        _ if number > max => Err(Reason::TooLarge),
        _ => Ok(number),
    }
}
