//! The trait that a service implements over its own table, and the query that it gets.

pub(crate) mod dyn_trait;
pub(crate) mod memory;
pub(crate) mod usage;
pub(crate) mod usage_map;

use std::error::Error;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use crate::store::dyn_trait::dyn_trait;
use crate::token::AccessToken;
use crate::token::status::TokenStatus;

/// A store of tokens, which lists the tokens of an owner. A service implements it over its table.
///
/// # Contract
///
/// - **Owner.** The store counts and returns only tokens of [`ListQuery::owner`]. An unknown owner has no tokens.
/// - **Snapshot.** Rows and total come from the same state of the table. Use one statement, or one transaction that
///   reads a snapshot. Two statements give a wrong total if somebody writes between them.
/// - **Order.** Rows are ordered by id as signed numbers, in the direction of [`ListQuery::order`]. Ids are unique within
///   an owner. So while the table does not change, no row is repeated or lost between pages.
/// - **Window.** The store skips [`offset`](ListQuery::offset) rows, and returns the next rows, at most
///   [`limit`](ListQuery::limit). Both numbers can be higher than the number of rows. A window past the end has no
///   rows, and its total is still exact.
/// - **Filter.** With [`ListQuery::status`], the store counts and returns only tokens that have the filter's status at
///   the filter's time, by the rule of [`TokenStatus::derive`].
/// - **Fields.** Every field comes back as it was written. A time may be rounded down to the microsecond. If a row
///   cannot be read, the store fails with [`StoreErrorKind::Corrupt`]. It does not skip the row.
/// - **Outage.** If the database cannot be reached, the store returns [`StoreErrorKind::Unavailable`] or
///   [`StoreErrorKind::Timeout`] after a limited time. When the database is back, the store works again.
/// - **Cancellation.** If the future is dropped at any await, the store stays usable.
///
/// With the feature `contract`, the function `contract::check_all` tests all of this on a store. It tests corrupt rows
/// and outages only if your `Fixture` can cause them.
///
/// # Examples
///
/// ```
/// use tokenfolio::{ListQuery, StoreError, TokenList, TokenStore};
///
/// struct Nobody;
///
/// impl TokenStore for Nobody {
///     type Owner = u64;
///
///     async fn list(&self, _query: &ListQuery<u64>) -> Result<TokenList, StoreError> {
///         Ok(TokenList::new(Vec::new(), 0))
///     }
/// }
///
/// // A trait object is a store too.
/// let store: std::sync::Arc<dyn tokenfolio::DynTokenStore<Owner = u64>> = std::sync::Arc::new(Nobody);
/// let list = pollster::block_on(store.list(&ListQuery::new(7)));
/// assert_eq!(list.map(|list| list.total).ok(), Some(0));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a token store",
    note = "implement `TokenStore` for it: a type `Owner` and `async fn list(&self, query: &ListQuery<Self::Owner>)`"
)]
pub trait TokenStore: Send + Sync {
    /// The key of an owner, such as the id in the service's own table.
    type Owner: Send + Sync;

    /// Lists the rows of a window, and counts all rows of the query.
    ///
    /// # Errors
    ///
    /// Fails if the rows cannot be read. The [kind](StoreErrorKind) of the error decides the status of the response.
    // This trait cannot be a trait object. If a user tries, the compiler's error quotes the line of the return type, with
    // the comment. rustfmt would join the two lines.
    #[rustfmt::skip]
    fn list(&self, query: &ListQuery<Self::Owner>)
        -> impl Future<Output = Result<TokenList, StoreError>> + Send; // For trait objects: `dyn DynTokenStore`
}

dyn_trait! {
    /// The boxed form of [`TokenStore`]: `Arc<dyn DynTokenStore<Owner = O>>` is a store.
    ///
    /// Use it to choose the type of a store at run time. Every store implements it. It is sealed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tokenfolio::{DynTokenStore, ListQuery, MemoryStore, TokenStore};
    ///
    /// # fn main() -> Result<(), tokenfolio::StoreError> {
    /// let store: Arc<dyn DynTokenStore<Owner = u64>> = Arc::new(MemoryStore::new());
    /// let list = pollster::block_on(store.list(&ListQuery::new(7)))?;
    /// assert_eq!(list.total, 0);
    /// # Ok(())
    /// # }
    /// ```
    DynTokenStore of TokenStore;
    /// Calls [`TokenStore::list`] and boxes the future.
    list_boxed of list(query: ListQuery<Self::Owner>) -> Result<TokenList, StoreError>
}

/// The part of an owner's tokens to list.
///
/// # Examples
///
/// ```
/// use tokenfolio::{ListQuery, StatusFilter, TokenOrder, TokenStatus};
///
/// # fn main() -> Result<(), std::num::TryFromIntError> {
/// let query = ListQuery::new("ada");
/// assert_eq!((query.offset, query.limit.get()), (0, 20));
/// assert_eq!((query.order, query.status), (TokenOrder::OldestFirst, None));
///
/// let active = StatusFilter { status: TokenStatus::Active, now: chrono::Utc::now() };
/// let query = query.with_offset(100).with_limit(50.try_into()?).with_order(TokenOrder::NewestFirst).with_status(active);
/// assert_eq!((query.offset, query.limit.get()), (100, 50));
/// assert_eq!((query.order, query.status), (TokenOrder::NewestFirst, Some(active)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ListQuery<O> {
    /// The owner of the tokens.
    pub owner: O,
    /// The number of rows to skip.
    pub offset: u64,
    /// The maximum number of rows to return.
    pub limit: NonZeroU32,
    /// The order of the rows.
    pub order: TokenOrder,
    /// The status that the tokens must have; `None` for tokens of every status.
    pub status: Option<StatusFilter>,
}

impl<O> ListQuery<O> {
    /// Creates a query for the first 20 tokens of an owner, of every status, by id.
    #[must_use]
    pub fn new(owner: O) -> Self {
        const LIMIT: NonZeroU32 = NonZeroU32::new(20).expect("20 is not zero");
        Self { owner, offset: 0, limit: LIMIT, order: TokenOrder::default(), status: None }
    }

    /// Sets the number of rows to skip.
    #[must_use]
    pub fn with_offset(self, offset: u64) -> Self {
        Self { offset, ..self }
    }

    /// Sets the maximum number of rows to return.
    #[must_use]
    pub fn with_limit(self, limit: NonZeroU32) -> Self {
        Self { limit, ..self }
    }

    /// Sets the order of the rows.
    #[must_use]
    pub fn with_order(self, order: TokenOrder) -> Self {
        Self { order, ..self }
    }

    /// Sets the status that the tokens must have, and the time. Use `None` for tokens of every status.
    #[must_use]
    pub fn with_status(self, status: impl Into<Option<StatusFilter>>) -> Self {
        Self { status: status.into(), ..self }
    }
}

/// The order of a list.
///
/// Both orders are by id. Ids do not change, so tokens keep their order while a client walks over the pages. There
/// will be no third variant: a list has two directions.
///
/// # Examples
///
/// ```
/// use tokenfolio::TokenOrder;
///
/// assert_eq!("desc".parse(), Ok(TokenOrder::NewestFirst));
/// assert_eq!(TokenOrder::OldestFirst.as_str(), "asc");
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum TokenOrder {
    /// By id, ascending.
    #[default]
    OldestFirst,
    /// By id, descending.
    NewestFirst,
}

impl TokenOrder {
    /// Returns the word for the order: `asc` or `desc`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OldestFirst => "asc",
            Self::NewestFirst => "desc",
        }
    }
}

impl fmt::Display for TokenOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for TokenOrder {
    type Err = UnknownOrder;

    /// Parses `asc` or `desc`.
    ///
    /// # Errors
    ///
    /// Fails if `text` is anything else, such as `ASC` or ` asc`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "asc" => Ok(Self::OldestFirst),
            "desc" => Ok(Self::NewestFirst),
            _ => Err(UnknownOrder(text.into())),
        }
    }
}

/// The error of parsing a [`TokenOrder`].
///
/// # Examples
///
/// ```
/// use tokenfolio::TokenOrder;
///
/// let error = "DESC".parse::<TokenOrder>().unwrap_err();
/// assert_eq!(error.to_string(), "unknown order `DESC`, expected `asc` or `desc`");
/// ```
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown order `{0}`, expected `asc` or `desc`")]
pub struct UnknownOrder(Box<str>);

/// A filter for the tokens that have a status at a time.
///
/// # Examples
///
/// ```
/// use tokenfolio::{AccessToken, StatusFilter, TokenStatus};
///
/// let now = chrono::DateTime::UNIX_EPOCH;
/// assert!(StatusFilter { status: TokenStatus::Active, now }.matches(&AccessToken::new(1, "CI", now)));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StatusFilter {
    /// The status that a token must have.
    pub status: TokenStatus,
    /// The time at which the token must have the status.
    pub now: DateTime<Utc>,
}

impl StatusFilter {
    /// Returns whether a token has the status at the time.
    #[must_use]
    pub fn matches(&self, token: &AccessToken) -> bool {
        token.status(self.now) == self.status
    }
}

/// The rows and the total of a listing, from one snapshot.
///
/// # Examples
///
/// ```
/// use tokenfolio::{AccessToken, TokenList};
///
/// // The window is the third of three tokens.
/// let list = TokenList::new(vec![AccessToken::new(3, "CI", chrono::DateTime::UNIX_EPOCH)], 3);
/// assert_eq!((list.tokens.len(), list.total), (1, 3));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TokenList {
    /// The rows of the window.
    pub tokens: Vec<AccessToken>,
    /// The number of tokens that match the query, inside the window or not.
    pub total: u64,
}

impl TokenList {
    /// Creates a list from its rows and the total.
    #[must_use]
    pub fn new(tokens: Vec<AccessToken>, total: u64) -> Self {
        Self { tokens, total }
    }
}

/// Why a store failed.
///
/// The kind decides the status of the response. The source is for logs, and is not in the text of this error.
///
/// # Examples
///
/// ```
/// use std::error::Error;
/// use tokenfolio::{StoreError, StoreErrorKind};
///
/// let error = StoreError::new(StoreErrorKind::Timeout, "statement 17 cancelled on db-3");
/// assert_eq!(error.kind(), StoreErrorKind::Timeout);
/// assert_eq!(error.to_string(), "the store took too long");
/// assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("statement 17 cancelled on db-3"));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Box<dyn Error + Send + Sync>,
}

impl StoreError {
    /// Creates an error of a kind from its cause.
    #[must_use]
    pub fn new(kind: StoreErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind, source: source.into() }
    }

    /// Returns the kind.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

/// The kind of a store's failure, which decides the status of the response.
///
/// # Examples
///
/// ```
/// use http::StatusCode;
/// use tokenfolio::{Problem, StoreError, StoreErrorKind};
///
/// let status = |kind| Problem::from(StoreError::new(kind, "connection reset")).status();
/// assert_eq!(status(StoreErrorKind::Unavailable), Some(StatusCode::SERVICE_UNAVAILABLE));
/// assert_eq!(status(StoreErrorKind::Timeout), Some(StatusCode::GATEWAY_TIMEOUT));
/// assert_eq!(status(StoreErrorKind::Corrupt), Some(StatusCode::INTERNAL_SERVER_ERROR));
/// assert_eq!(status(StoreErrorKind::Other), Some(StatusCode::INTERNAL_SERVER_ERROR));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The store has a row that cannot be read as a token, or returned rows that do not match the query. A retry does not
    /// help.
    #[error("the store holds corrupt data")]
    Corrupt,
    /// Any other failure.
    #[error("the store failed")]
    Other,
    /// The store did not respond in time.
    #[error("the store took too long")]
    Timeout,
    /// The store cannot be reached, or asks for a retry.
    #[error("the store is unavailable")]
    Unavailable,
}
