//! What a service implements over its own table, and what it is asked.

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

/// Lists an owner's tokens. This is the one trait that a service implements for its database.
///
/// # Contract
///
/// - **Owner.** Only tokens of [`ListQuery::owner`] are counted and returned. An owner that is not known has none.
/// - **Snapshot.** Rows and total come from the same state of the table, which takes one statement, or one transaction
///   that reads a snapshot. A total read apart from its rows is wrong as soon as somebody writes in between.
/// - **Order.** By id as signed numbers, ascending unless [`ListQuery::order`] says otherwise. Ids are unique within an
///   owner, so the order is total and pages neither repeat nor lose a row.
/// - **Window.** Exactly the rows from [`offset`](ListQuery::offset) on, as many as there are up to
///   [`limit`](ListQuery::limit). Both may be far beyond what the owner has: past the end there are no rows, and the
///   total is exact all the same.
/// - **Filter.** With [`ListQuery::status`], rows and total are those of the tokens for which
///   [`TokenStatus::derive`] gives that status at that instant.
/// - **Fields.** Every field comes back as it was written, instants at least to the microsecond. A row that cannot be
///   read is [`StoreErrorKind::Corrupt`], not left out.
/// - **Outage.** A database that cannot be reached is [`StoreErrorKind::Unavailable`] or [`StoreErrorKind::Timeout`], and
///   not waited for without end. When it is back, so is the store.
/// - **Dropping** the future at any await leaves the store usable.
///
/// With the feature `contract`, the function `contract::check_all` tries all of this on a store; a row that cannot be
/// read, and an outage, if its author's test can bring them about.
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
/// // Behind a pointer it is a store too.
/// let store: std::sync::Arc<dyn tokenfolio::DynTokenStore<Owner = u64>> = std::sync::Arc::new(Nobody);
/// let list = pollster::block_on(store.list(&ListQuery::new(7)));
/// assert_eq!(list.map(|list| list.total).ok(), Some(0));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a token store",
    note = "implement `TokenStore` for it: a type `Owner` and `async fn list(&self, query: &ListQuery<Self::Owner>)`"
)]
pub trait TokenStore: Send + Sync {
    /// What tells one owner from another: the key of the service's own table.
    type Owner: Send + Sync;

    /// Lists the rows of a window, and counts all.
    // The compiler prints the last line, with its comment, when this trait is made into a trait object.
    #[rustfmt::skip]
    fn list(&self, query: &ListQuery<Self::Owner>)
        -> impl Future<Output = Result<TokenList, StoreError>> + Send; // For trait objects: `dyn DynTokenStore`
}

dyn_trait! {
    /// The boxed form of [`TokenStore`]: `Arc<dyn DynTokenStore<Owner = O>>` is a store.
    ///
    /// Every store implements it. It is sealed.
    DynTokenStore of TokenStore;
    /// Calls [`TokenStore::list`] and boxes the future.
    list_boxed of list(query: ListQuery<Self::Owner>) -> Result<TokenList, StoreError>
}

/// What is to be listed.
///
/// # Examples
///
/// ```
/// use tokenfolio::{ListQuery, TokenOrder};
///
/// let query = ListQuery::new("ada").with_offset(40).with_order(TokenOrder::NewestFirst);
/// assert_eq!((query.offset, query.limit.get(), query.status), (40, 20, None));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ListQuery<O> {
    /// Whose tokens.
    pub owner: O,
    /// How many rows to pass over.
    pub offset: u64,
    /// How many rows to return at most.
    pub limit: NonZeroU32,
    /// In which order.
    pub order: TokenOrder,
    /// Only those of one status; `None` is all.
    pub status: Option<StatusFilter>,
}

impl<O> ListQuery<O> {
    /// Asks for the first 20 tokens of an owner, of every status, by id.
    #[must_use]
    pub fn new(owner: O) -> Self {
        const LIMIT: NonZeroU32 = NonZeroU32::new(20).expect("20 is not zero");
        Self { owner, offset: 0, limit: LIMIT, order: TokenOrder::default(), status: None }
    }

    /// Sets how many rows to skip.
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

    /// Sets which status the tokens have at which time; `None` for tokens of every status.
    #[must_use]
    pub fn with_status(self, status: impl Into<Option<StatusFilter>>) -> Self {
        Self { status: status.into(), ..self }
    }
}

/// The order of a list: by id, so that a token that is created while a client walks the pages moves no other token.
///
/// The two variants are complete: a list has two directions.
///
/// # Examples
///
/// ```
/// use tokenfolio::TokenOrder;
///
/// assert_eq!("desc".parse(), Ok(TokenOrder::NewestFirst));
/// let error = "DESC".parse::<TokenOrder>().unwrap_err();
/// assert_eq!(error.to_string(), "unknown order `DESC`, expected `asc` or `desc`");
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
    /// Fails if `text` is anything else. Case and whitespace count.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "asc" => Ok(Self::OldestFirst),
            "desc" => Ok(Self::NewestFirst),
            _ => Err(UnknownOrder(text.into())),
        }
    }
}

/// The error of parsing a [`TokenOrder`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown order `{0}`, expected `asc` or `desc`")]
pub struct UnknownOrder(Box<str>);

/// Tokens that have a status at an instant.
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
    /// The status.
    pub status: TokenStatus,
    /// The instant.
    pub now: DateTime<Utc>,
}

impl StatusFilter {
    /// Tells whether a token has the status at the instant.
    #[must_use]
    pub fn matches(&self, token: &AccessToken) -> bool {
        token.status(self.now) == self.status
    }
}

/// What a listing found, from one snapshot.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TokenList {
    /// The rows of the window.
    pub tokens: Vec<AccessToken>,
    /// How many tokens the owner has that the query is about, inside the window or not.
    pub total: u64,
}

impl TokenList {
    /// Creates a list from its rows and the total.
    #[must_use]
    pub fn new(tokens: Vec<AccessToken>, total: u64) -> Self {
        Self { tokens, total }
    }
}

/// Why a store has no answer.
///
/// The kind decides what a client is told. The source is for logs: it never shows in this error's own text.
///
/// # Examples
///
/// ```
/// use std::error::Error;
/// use tokenfolio::{StoreError, StoreErrorKind};
///
/// let error = StoreError::new(StoreErrorKind::Timeout, "statement 17 cancelled on db-3");
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
    /// Makes an error of a kind from its cause.
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

/// What kind of failure a store had.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// It holds something that no token can be, or answered what was not asked. Trying again will not help.
    #[error("the store holds corrupt data")]
    Corrupt,
    /// None of the others.
    #[error("the store failed")]
    Other,
    /// It did not answer in time.
    #[error("the store took too long")]
    Timeout,
    /// It cannot be reached, or asks to be tried again.
    #[error("the store is unavailable")]
    Unavailable,
}
