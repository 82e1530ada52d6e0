//! The configuration of a list.

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::sync::Arc;

use crate::page::base_url::{self, BaseUrlError};
use crate::page::choice::Choice;
use crate::page::link_style::LinkStyle;
use crate::page::single_parameter::shape;
use crate::store::TokenOrder;
use crate::text::percent;
use crate::token::status::TokenStatus;

/// The maximum length of the preserved parameters, unless a service sets another one. Every link repeats the
/// parameters. A page has about twenty links, and a `Link` header has four. Proxies reject a long header.
const DEFAULT_MAX_QUERY_LEN: usize = 1_024;

/// The maximum length of a `Link` header, unless a service sets another one. If the headers of a response exceed 4 kB,
/// nginx sends a 502 to the client instead, unless it is configured otherwise.
const DEFAULT_MAX_LINK_HEADER_LEN: usize = 3_000;

/// The words for a [`TokenStatus`](crate::TokenStatus).
const STATUSES: [&str; 3] =
    [TokenStatus::Active.as_str(), TokenStatus::Expired.as_str(), TokenStatus::Revoked.as_str()];

/// The words for a [`TokenOrder`](crate::TokenOrder).
const DIRECTIONS: [&str; 2] = [TokenOrder::OldestFirst.as_str(), TokenOrder::NewestFirst.as_str()];

/// The configuration of a list: its URL, the names of its query parameters, the page size, and the style of its links.
///
/// It reads queries and writes links, so the names in a link are always the names that are read.
/// [`request`](Self::request) reads a query, and [`PageRequest::paginate`](crate::PageRequest::paginate) creates the
/// page.
///
/// By default, the page parameter is `page`, a page has 20 items, a mistake in a query is an error, and links do not
/// preserve other parameters.
///
/// Create it once, when the service starts. A clone is cheap: clones share the configuration.
///
/// # Examples
///
/// ```
/// use std::num::NonZeroU32;
///
/// use tokenfolio::Pagination;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let max = NonZeroU32::new(100).ok_or("zero")?;
/// let pagination = Pagination::new("https://api.example.com/fruit")?.with_client_size("per_page", max)?;
///
/// let request = pagination.request("page=2&per_page=50")?;
/// assert_eq!((request.page(), request.per_page().get(), request.offset()), (2, 50, 50));
///
/// let page = request.paginate(vec!["fig"], 51);
/// assert_eq!(page.prev_url().as_deref(), Some("https://api.example.com/fruit?per_page=50&page=1"));
/// # Ok(())
/// # }
/// ```
///
/// The size of a page, and the look of its links:
///
/// ```
/// use tokenfolio::{LinkStyle, Pagination};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pagination = Pagination::new("/fruit")?
///     .with_per_page(15.try_into()?)
///     .with_link_style(LinkStyle::laravel_entities())
///     .with_fragment("list");
/// assert_eq!(pagination.url(), "/fruit");
///
/// let page = pagination.request("")?.paginate(vec!["fig"; 15], 16);
/// assert_eq!(page.next_url().as_deref(), Some("/fruit?page=2#list"));
/// assert_eq!(serde_json::to_value(&page)?["meta"]["links"][0]["label"], "&laquo; Previous");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pagination(Arc<Config>);

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Config {
    pub(crate) url: String,
    pub(crate) page_name: Cow<'static, str>,
    /// The page parameter as it is written, up to its number.
    pub(crate) page_parameter: Cow<'static, str>,
    pub(crate) cursor_name: Cow<'static, str>,
    /// The cursor parameter as it is written, up to its value.
    pub(crate) cursor_parameter: Cow<'static, str>,
    /// The fragment as it is written, with its `#`.
    pub(crate) fragment: String,
    pub(crate) per_page: NonZeroU32,
    pub(crate) client_size: Option<ClientSize>,
    /// The choices, sorted by kind.
    pub(crate) choices: Vec<(ChoiceKind, Choice)>,
    pub(crate) is_lenient: bool,
    pub(crate) preserves_query: bool,
    pub(crate) max_query_len: usize,
    pub(crate) link_style: LinkStyle,
    pub(crate) max_link_header_len: usize,
}

/// The parameter that chooses the page size.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ClientSize {
    pub(crate) name: Cow<'static, str>,
    pub(crate) max: NonZeroU32,
}

/// The parameter that has the position in the list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Position {
    Page,
    Cursor,
}

/// The meaning of a choice. Links repeat the choices in this order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum ChoiceKind {
    /// The status of the tokens in the list.
    Status,
    /// The order of the list.
    Direction,
    /// A choice of the service.
    Own,
}

impl Config {
    /// Returns whether the pagination reads a parameter of this decoded name as the position, as a size or as a choice.
    /// An array under such a name is read too.
    pub(crate) fn reads(&self, parameter: &str, position: Position) -> bool {
        let mut names = std::iter::once(self.position_name(position)).chain(self.names_without_position());
        names.any(|name| reads_as(parameter, name, self.is_lenient))
    }

    /// Returns the name of the parameter that a list of this kind reads the position from.
    pub(crate) fn position_name(&self, position: Position) -> &str {
        match position {
            Position::Page => &self.page_name,
            Position::Cursor => &self.cursor_name,
        }
    }

    /// Returns the parameter of the position as it is written, up to its value.
    pub(crate) fn position_parameter(&self, position: Position) -> &str {
        match position {
            Position::Page => &self.page_parameter,
            Position::Cursor => &self.cursor_parameter,
        }
    }

    fn names_without_position(&self) -> impl Iterator<Item = &str> {
        let size_name = self.client_size.iter().map(|size| &*size.name);
        size_name.chain(self.choices.iter().map(|(_, choice)| &*choice.name))
    }

    fn add_choice(&mut self, kind: ChoiceKind, choice: Choice) {
        self.choices.push((kind, choice));
        self.choices.sort_by_key(|(kind, _)| *kind);
    }

    /// Checks that all names differ, by the rules of a strict and of a lenient list. A request has a page or a cursor,
    /// so the page parameter and the cursor parameter can have the same name.
    fn check_names(&self) -> Result<(), ParameterNameError> {
        let positions = [&*self.page_name, &*self.cursor_name];
        if positions.into_iter().chain(self.names_without_position()).any(str::is_empty) {
            return Err(ParameterNameError::Empty);
        }
        for (index, name) in self.names_without_position().enumerate() {
            let is_ambiguous = |other: &&str| reads_as(name, other, true) || reads_as(other, name, true);
            let mut others = positions.into_iter().chain(self.names_without_position().take(index));
            if let Some(other) = others.find(is_ambiguous) {
                return Err(ParameterNameError::Ambiguous(other.into(), name.into()));
            }
        }
        Ok(())
    }
}

/// Returns whether a parameter called `parameter` is read as `name`, or as an array under it.
fn reads_as(parameter: &str, name: &str, is_lenient: bool) -> bool {
    shape(parameter.as_bytes(), name, is_lenient).is_some()
}

impl Pagination {
    /// Creates the pagination of the list at a URL. Use the whole public URL, or an absolute path for links that begin
    /// with `/`.
    ///
    /// The URL is configured and never read from a request, because a client controls the `Host` and `Forwarded`
    /// headers.
    ///
    /// A URL that is valid by RFC 3986 is preserved byte for byte, without trailing slashes. A lone `/` stays. A host
    /// name with characters outside ASCII becomes punycode. In a path, characters outside ASCII are percent-encoded.
    ///
    /// # Errors
    ///
    /// Fails if the URL is
    ///
    /// - not a whole `http` or `https` URL with a host, and not a path that begins with one `/`;
    /// - a URL with a user name or password, because every client would see it;
    /// - a URL with a query or a fragment, because a page could not be appended to it;
    /// - a URL with a character that no URL can contain, or with a `%` that does not begin an escape.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{BaseUrlError, Pagination};
    ///
    /// # fn main() -> Result<(), BaseUrlError> {
    /// assert_eq!(Pagination::new("https://bücher.example/é/")?.url(), "https://xn--bcher-kva.example/%C3%A9");
    /// assert_eq!(Pagination::new("/100%"), Err(BaseUrlError::PercentSign));
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(url: &str) -> Result<Self, BaseUrlError> {
        const PER_PAGE: NonZeroU32 = NonZeroU32::new(20).expect("20 is not zero");
        Ok(Self(Arc::new(Config {
            url: base_url::parse(url)?,
            page_name: "page".into(),
            page_parameter: "page=".into(),
            cursor_name: "cursor".into(),
            cursor_parameter: "cursor=".into(),
            fragment: String::new(),
            per_page: PER_PAGE,
            client_size: None,
            choices: Vec::new(),
            is_lenient: false,
            preserves_query: false,
            max_query_len: DEFAULT_MAX_QUERY_LEN,
            link_style: LinkStyle::default(),
            max_link_header_len: DEFAULT_MAX_LINK_HEADER_LEN,
        })))
    }

    /// Sets the decoded name of the page parameter. The default is `page`.
    ///
    /// # Errors
    ///
    /// Fails if the name is empty. Fails if another parameter has the same name, because a value would then have two
    /// meanings. Two names count as the same if one of them is an array under the other (`page` and `page[size]`), or if PHP
    /// reads them as one variable (`page.no` and `page_no`).
    ///
    /// The cursor parameter is an exception: it may have the name of the page parameter, because a request has either a
    /// page or a cursor.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{Pagination, ParameterNameError};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pagination = Pagination::new("/fruit")?.with_page_name("p")?;
    /// assert_eq!(pagination.request("p=2")?.paginate(vec!["fig"], 21).first_url(), "/fruit?p=1");
    /// assert_eq!(pagination.with_page_name(""), Err(ParameterNameError::Empty));
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_page_name(self, name: impl Into<Cow<'static, str>>) -> Result<Self, ParameterNameError> {
        let name = name.into();
        self.with_names(|config| {
            config.page_parameter = format!("{}=", percent::encode(&name)).into();
            config.page_name = name;
        })
    }

    /// Sets the decoded name of the cursor parameter.
    ///
    /// The default is `cursor`. Only [`cursor_request`](Self::cursor_request) reads it.
    ///
    /// # Errors
    ///
    /// Fails if the name is empty, or if another parameter than the page parameter has the same name.
    /// [`with_page_name`](Self::with_page_name) explains which names count as the same.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Pagination;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Deserialize, Serialize)]
    /// # struct Keys {
    /// #     id: u64,
    /// # }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pagination = Pagination::new("/fruit")?.with_cursor_name("after")?.with_per_page(1.try_into()?);
    /// let page = pagination.cursor_request("")?.paginate(vec![1, 2], |id| Keys { id: *id })?;
    /// let url = page.next_url().ok_or("this is the last page")?;
    /// assert!(url.starts_with("/fruit?after="));
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_cursor_name(self, name: impl Into<Cow<'static, str>>) -> Result<Self, ParameterNameError> {
        let name = name.into();
        self.with_names(|config| {
            config.cursor_parameter = format!("{}=", percent::encode(&name)).into();
            config.cursor_name = name;
        })
    }

    /// Lets the client choose the page size from 1 to `max`, by a parameter of this decoded name. Links preserve the
    /// parameter.
    ///
    /// Without the parameter, a page has the size of [`with_per_page`](Self::with_per_page).
    ///
    /// # Errors
    ///
    /// Fails if the name is empty, or if another parameter has the same name. [`with_page_name`](Self::with_page_name)
    /// explains which names count as the same.
    pub fn with_client_size(
        self,
        name: impl Into<Cow<'static, str>>,
        max: NonZeroU32,
    ) -> Result<Self, ParameterNameError> {
        self.with_names(|config| config.client_size = Some(ClientSize { name: name.into(), max }))
    }

    /// Lets the client choose the status of the tokens in the list, by a parameter of this decoded name.
    ///
    /// The values of the parameter are `active`, `expired` and `revoked`. Links preserve the parameter.
    ///
    /// [`PageRequest::status`](crate::PageRequest::status) returns the choice, and [`ListTokens`](crate::ListTokens)
    /// lists the tokens that have the status at the time of the request. Without the parameter, the list has tokens of
    /// every status. Any other value is an error, also in a [lenient](Self::lenient) list.
    ///
    /// # Errors
    ///
    /// Fails if the name is empty, or if another parameter has the same name. [`with_page_name`](Self::with_page_name)
    /// explains which names count as the same.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{Pagination, TokenStatus};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pagination = Pagination::new("/t")?.with_status_filter("status")?;
    ///
    /// let request = pagination.request("status=active&page=2")?;
    /// assert_eq!(request.status(), Some(TokenStatus::Active));
    /// assert_eq!(request.paginate(vec!["CI"], 21).first_url(), "/t?status=active&page=1");
    ///
    /// let error = pagination.request("status=gone").unwrap_err();
    /// assert_eq!(error.to_string(), "`status` must be `active`, `expired` or `revoked`, but has another value");
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_status_filter(self, name: impl Into<Cow<'static, str>>) -> Result<Self, ParameterNameError> {
        self.with_only_choice(ChoiceKind::Status, Choice { name: name.into(), values: &STATUSES })
    }

    /// Lets the client choose the order of the list, by a parameter of this decoded name.
    ///
    /// The values of the parameter are `asc` and `desc`. Links preserve the parameter.
    ///
    /// [`PageRequest::direction`](crate::PageRequest::direction) returns the choice. Without the parameter,
    /// [`ListTokens`](crate::ListTokens) uses the order of [`ListTokens::with_order`](crate::ListTokens::with_order).
    /// Any other value is an error, also in a [lenient](Self::lenient) list.
    ///
    /// # Errors
    ///
    /// Fails if the name is empty, or if another parameter has the same name. [`with_page_name`](Self::with_page_name)
    /// explains which names count as the same.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{Pagination, TokenOrder};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let request = Pagination::new("/t")?.with_direction("direction")?.request("direction=desc")?;
    /// assert_eq!(request.direction(), Some(TokenOrder::NewestFirst));
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_direction(self, name: impl Into<Cow<'static, str>>) -> Result<Self, ParameterNameError> {
        self.with_only_choice(ChoiceKind::Direction, Choice { name: name.into(), values: &DIRECTIONS })
    }

    /// Lets the client choose one of these values by a parameter of this decoded name. Links preserve the parameter.
    ///
    /// Use it for a filter of a list of your own. [`PageRequest::choice`](crate::PageRequest::choice) returns the value
    /// that the client chose. Any other value is an error, also in a [lenient](Self::lenient) list.
    ///
    /// # Errors
    ///
    /// Fails if the name is empty, or if another parameter has the same name. [`with_page_name`](Self::with_page_name)
    /// explains which names count as the same. Fails if there are no values, because every request with the parameter
    /// would be an error.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Pagination;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pagination = Pagination::new("/invoices")?.with_choice("state", &["draft", "open", "paid"])?;
    ///
    /// let request = pagination.request("state=open")?;
    /// assert_eq!(request.choice("state"), Some("open"));
    /// assert_eq!(request.paginate(vec!["invoice 7"], 1).first_url(), "/invoices?state=open&page=1");
    ///
    /// assert_eq!(pagination.request("")?.choice("state"), None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_choice(
        self,
        name: impl Into<Cow<'static, str>>,
        values: &'static [&'static str],
    ) -> Result<Self, ParameterNameError> {
        let name = name.into();
        if values.is_empty() {
            return Err(ParameterNameError::NoValues(name.into()));
        }
        self.with_names(|config| config.add_choice(ChoiceKind::Own, Choice { name, values }))
    }

    /// Sets a choice of a kind that a list can have only once.
    fn with_only_choice(self, kind: ChoiceKind, choice: Choice) -> Result<Self, ParameterNameError> {
        self.with_names(|config| {
            config.choices.retain(|(known, _)| *known != kind);
            config.add_choice(kind, choice);
        })
    }

    fn with_names(self, change: impl FnOnce(&mut Config)) -> Result<Self, ParameterNameError> {
        let changed = self.with(change);
        changed.0.check_names()?;
        Ok(changed)
    }

    /// Sets the number of items on a page. The default is 20.
    #[must_use]
    pub fn with_per_page(self, per_page: NonZeroU32) -> Self {
        self.with(|config| config.per_page = per_page)
    }

    /// Reads queries as a Laravel application with its default middleware does.
    ///
    /// If a page or a size is given twice, the last value wins. Whitespace and invisible characters around the number
    /// are ignored. A `+` before the number is ignored too. A size above the maximum is read as the maximum. Every
    /// other mistake in a page is read as page 1, and every other mistake in a size as the size of
    /// [`with_per_page`](Self::with_per_page).
    ///
    /// Names are read as PHP reads them: `+page=2` and `page%00x=2` are page 2. An array such as `page[]=2` is page 1.
    ///
    /// An invalid choice or cursor is still an error, and so is one that is given twice.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Pagination;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pagination = Pagination::new("/fruit")?;
    /// assert!(pagination.request("page=two").is_err());
    /// assert_eq!(pagination.lenient().request("page=two")?.page(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn lenient(self) -> Self {
        self.with(|config| config.is_lenient = true)
    }

    /// Preserves the other parameters of a request in its links.
    ///
    /// The parameters stay byte for byte and in order. Duplicates and parameters without a value stay too. Only
    /// characters that a URL cannot contain are escaped, such as `[` and a `%` that does not begin an escape.
    ///
    /// An array under the name of the page parameter (`page[]=2`) is never preserved in a list by page number. It is an
    /// error, as without this option, and a [lenient](Self::lenient) list drops it from its links.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Pagination;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pagination = Pagination::new("/fruit")?.with_query_string();
    /// let page = pagination.request("tag[]=50%&page=1")?.paginate(vec!["fig"], 21);
    /// assert_eq!(page.next_url().as_deref(), Some("/fruit?tag%5B%5D=50%25&page=2"));
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "withQueryString")]
    #[must_use]
    pub fn with_query_string(self) -> Self {
        self.with(|config| config.preserves_query = true)
    }

    /// Sets the maximum length of the parameters that links preserve, in bytes after escaping.
    ///
    /// The default is 1,024. A request with longer parameters is rejected, because every link repeats them.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Pagination;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pagination = Pagination::new("/fruit")?.with_query_string().with_max_query_len(8);
    /// assert!(pagination.request("sort=age&page=2").is_ok());
    ///
    /// let error = pagination.request("sort=name&page=2").unwrap_err();
    /// assert_eq!(error.to_string(), "links can preserve at most 8 bytes of query parameters");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_max_query_len(self, max: usize) -> Self {
        self.with(|config| config.max_query_len = max)
    }

    /// Sets the fragment at the end of every link.
    ///
    /// Characters that a URL cannot contain are escaped. An empty text means that links have no fragment.
    #[must_use]
    pub fn with_fragment(self, fragment: &str) -> Self {
        self.with(|config| {
            config.fragment = match fragment {
                "" => String::new(),
                _ => format!("#{}", percent::escape_query(fragment)),
            };
        })
    }

    /// Sets the style of the array of page links.
    #[must_use]
    pub fn with_link_style(self, style: LinkStyle) -> Self {
        self.with(|config| config.link_style = style)
    }

    /// Sets the maximum length of a `Link` header in bytes.
    ///
    /// The default is 3,000. A page whose header would be longer has no `Link` header, because proxies reject a
    /// response with long headers.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Pagination;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pagination = Pagination::new("/fruit")?.with_max_link_header_len(60);
    /// let only_page = pagination.request("")?.paginate(vec!["fig"], 1);
    /// assert_eq!(only_page.link_header().map(|header| header.len()), Some(57));
    ///
    /// let with_next_page = pagination.request("")?.paginate(vec!["fig"; 20], 21);
    /// assert_eq!(with_next_page.link_header(), None);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_max_link_header_len(self, max: usize) -> Self {
        self.with(|config| config.max_link_header_len = max)
    }

    fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Returns the URL of the list, which is also the `path` of a page: without trailing slashes, query or fragment.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0
    }
}

/// Why the name of a query parameter was rejected.
///
/// # Examples
///
/// ```
/// use tokenfolio::{Pagination, ParameterNameError};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pagination = Pagination::new("/tokens")?.with_status_filter("filter")?;
/// assert_eq!(pagination.clone().with_direction(""), Err(ParameterNameError::Empty));
///
/// let error = pagination.with_direction("filter[order]").unwrap_err();
/// assert_eq!(error.to_string(), "query parameters `filter` and `filter[order]` are ambiguous");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterNameError {
    /// Two parameters of the list are ambiguous: the names are equal, one is an array under the other, or PHP reads
    /// both as one variable.
    #[error("query parameters `{0}` and `{1}` are ambiguous")]
    Ambiguous(Box<str>, Box<str>),
    /// The name is empty.
    #[error("name of a query parameter is empty")]
    Empty,
    /// The parameter with this name is a choice without values.
    #[error("query parameter `{0}` has no values")]
    NoValues(Box<str>),
}
