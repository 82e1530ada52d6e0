//! Untrusted text to a window that is always valid.
//!
//! Strict by default: a page that was asked for in a way that no link of ours writes is a mistake in the caller's code,
//! and an error shows it to them. Laravel's way, where every mistake is page 1, hides it, and is there for those who
//! need it.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;

use crate::page::lenient;
use crate::text::query;

/// Which page is asked for, and how large a page is.
///
/// The page is from 1 to [`MAX_PAGE`](Self::MAX_PAGE) and the size is not zero, so that no arithmetic on them can fail.
///
/// # Examples
///
/// ```
/// use tokenfolio::{PageRequest, PageRules};
///
/// # fn main() -> Result<(), tokenfolio::PageError> {
/// let rules = PageRules::default();
/// let request = PageRequest::from_query("page=3", &rules)?;
/// assert_eq!((request.page(), request.per_page().get(), request.offset()), (3, 20, 40));
///
/// let error = PageRequest::from_query("page=03", &rules).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`page` must be a whole number from 1 to 9223372036854775807, but has a leading zero"
/// );
/// assert_eq!(PageRequest::from_query("page=03", &rules.lenient())?.page(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PageRequest {
    page: u64,
    per_page: NonZeroU32,
}

impl PageRequest {
    /// The highest page that can be asked for, 2^63 - 1: the wire's page is an int64.
    pub const MAX_PAGE: u64 = i64::MAX.unsigned_abs();

    /// Makes a request from numbers.
    ///
    /// # Errors
    ///
    /// A page of 0, because pages count from 1; a page above [`MAX_PAGE`](Self::MAX_PAGE), because the wire cannot name
    /// it.
    pub fn new(page: u64, per_page: NonZeroU32) -> Result<Self, PageError> {
        match check_range(page, Self::MAX_PAGE) {
            Ok(page) => Ok(Self { page, per_page }),
            Err(reason) => {
                let parameter = "page".to_owned();
                Err(PageError(vec![ParameterError { parameter, max: Self::MAX_PAGE, reason }]))
            }
        }
    }

    /// Makes a request for the first page.
    #[must_use]
    pub fn first(per_page: NonZeroU32) -> Self {
        Self { page: 1, per_page }
    }

    /// Reads a request from a raw query string, as it stands in the URL after the `?`.
    ///
    /// A query without the page parameter asks for page 1. The name of a parameter may be percent-encoded in any way.
    /// Other parameters are ignored, whether they can be decoded or not.
    ///
    /// # Errors
    ///
    /// Fails under strict rules if a page or size is not one plain decimal in its range: it is empty, signed, padded with
    /// spaces or zeros, written in other characters than the digits 0 to 9, zero, too large, given twice, or given as an
    /// array (`page[]=2`, `page[number]=2`). The error names every parameter that is wrong.
    /// [Lenient](PageRules::lenient) rules reject nothing.
    pub fn from_query(query: &str, rules: &PageRules) -> Result<Self, PageError> {
        let page = rules.read(query, &rules.page_name, NumberKind::Page);
        let size = match &rules.client_size {
            Some(ClientSize { name, max }) => rules.read(query, name, NumberKind::Size { max: *max }),
            None => Ok(None),
        };
        match (page, size) {
            (Ok(page), Ok(size)) => {
                let size = size.and_then(|size| u32::try_from(size).ok()).and_then(NonZeroU32::new);
                Ok(Self { page: page.unwrap_or(1), per_page: size.unwrap_or(rules.per_page) })
            }
            (page, size) => Err(PageError(page.err().into_iter().chain(size.err()).collect())),
        }
    }

    /// Returns the page, from 1 to [`MAX_PAGE`](Self::MAX_PAGE).
    #[must_use]
    pub fn page(self) -> u64 {
        self.page
    }

    /// Returns the number of rows on a full page.
    #[must_use]
    pub fn per_page(self) -> NonZeroU32 {
        self.per_page
    }

    /// Returns how many rows come before the page.
    ///
    /// Where the number does not fit it is `u64::MAX`, which is past the end of any list: no list counts more rows.
    #[must_use]
    pub fn offset(self) -> u64 {
        (self.page - 1).saturating_mul(u64::from(self.per_page.get()))
    }
}

/// How a query is read: the parameters' names, the page size, and what happens to mistakes.
///
/// By default the page parameter is `page`, a page has 20 rows whatever the client wishes, and mistakes are errors.
///
/// # Examples
///
/// ```
/// use std::num::NonZeroU32;
/// use tokenfolio::{PageRequest, PageRules};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let max = NonZeroU32::new(100).ok_or("zero")?;
/// let rules = PageRules::default().with_page_name("p").with_client_size("per_page", max);
/// let request = PageRequest::from_query("p=2&per_page=50", &rules)?;
/// assert_eq!((request.page(), request.per_page().get()), (2, 50));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PageRules {
    page_name: Cow<'static, str>,
    per_page: NonZeroU32,
    client_size: Option<ClientSize>,
    is_lenient: bool,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct ClientSize {
    name: Cow<'static, str>,
    max: NonZeroU32,
}

impl Default for PageRules {
    fn default() -> Self {
        const PER_PAGE: NonZeroU32 = NonZeroU32::new(20).expect("20 is not zero");
        Self { page_name: "page".into(), per_page: PER_PAGE, client_size: None, is_lenient: false }
    }
}

impl PageRules {
    /// Sets the name of the page parameter, as it reads when decoded.
    #[must_use]
    pub fn with_page_name(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self { page_name: name.into(), ..self }
    }

    /// Sets the number of rows on a page.
    #[must_use]
    pub fn with_per_page(self, per_page: NonZeroU32) -> Self {
        Self { per_page, ..self }
    }

    /// Lets the client choose the page size by a parameter of this name, from 1 to `max`; without one, the size is that
    /// of [`with_per_page`](Self::with_per_page).
    #[must_use]
    pub fn with_client_size(self, name: impl Into<Cow<'static, str>>, max: NonZeroU32) -> Self {
        Self { client_size: Some(ClientSize { name: name.into(), max }), ..self }
    }

    /// Reads as a Laravel application with its default middleware does.
    ///
    /// The last duplicate wins. Whitespace and invisible characters around the number and a `+` before it are ignored.
    /// Every other mistake is page 1, or the size of [`with_per_page`](Self::with_per_page). A size above the maximum is
    /// the maximum. Names are read as PHP reads them: `+page=2` and `page%00x=2` are page 2, and an array such as
    /// `page[]=2` is page 1.
    #[must_use]
    pub fn lenient(self) -> Self {
        Self { is_lenient: true, ..self }
    }

    /// Returns the name of the page parameter.
    #[must_use]
    pub fn page_name(&self) -> &str {
        &self.page_name
    }

    /// Returns the name of the parameter by which a client chooses the page size, if it may.
    #[must_use]
    pub fn size_name(&self) -> Option<&str> {
        self.client_size.as_ref().map(|size| &*size.name)
    }

    /// Reads the number of a parameter. `None` if the query does not have the parameter.
    fn read(&self, query: &str, name: &str, kind: NumberKind) -> Result<Option<u64>, ParameterError> {
        if self.is_lenient {
            return Ok(read_leniently(query, name, kind));
        }
        read_strictly(query, name, kind.max()).map_err(|reason| ParameterError {
            parameter: name.to_owned(),
            max: kind.max(),
            reason,
        })
    }
}

fn read_strictly(query: &str, name: &str, max: u64) -> Result<Option<u64>, Reason> {
    let mut found = None;
    for parameter in query::parameters(query).filter(|parameter| parameter.is_or_is_in(name)) {
        if !parameter.is(name) {
            return Err(Reason::Brackets);
        }
        if found.is_some() {
            return Err(Reason::Repeated);
        }
        found = Some(parameter.value());
    }
    found.map(|value| parse_decimal(&value, max)).transpose()
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

/// What is wrong with a request for a page, parameter by parameter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PageError(Vec<ParameterError>);

impl PageError {
    /// Lists the parameters that are wrong: at least one.
    #[must_use]
    pub fn parameters(&self) -> &[ParameterError] {
        &self.0
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}`{}` {error}", error.parameter)?;
        }
        Ok(())
    }
}

impl std::error::Error for PageError {}

/// What is wrong with one parameter. Its text does not repeat the parameter's name or value.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("must be a whole number from 1 to {max}, but {reason}")]
pub struct ParameterError {
    parameter: String,
    max: u64,
    reason: Reason,
}

impl ParameterError {
    /// Returns the decoded name of the parameter.
    #[must_use]
    pub fn parameter(&self) -> &str {
        &self.parameter
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
enum Reason {
    #[error("has brackets after its name")]
    Brackets,
    #[error("is empty")]
    Empty,
    #[error("has a leading zero")]
    LeadingZero,
    #[error("has something other than the digits 0 to 9")]
    NotDecimal,
    #[error("is given more than once")]
    Repeated,
    #[error("is larger")]
    TooLarge,
    #[error("is zero")]
    Zero,
}
