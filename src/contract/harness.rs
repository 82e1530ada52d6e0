//! The parts that all clauses share: the fixture, the violation, and functions that call a store and check its result.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::iter::successors;
use std::num::NonZeroU32;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::contract::limits::Limits;
use crate::store::{ListQuery, StoreError, TokenList, TokenStore};
use crate::token::{AccessToken, TokenId};

/// The maximum time of a call.
const DEADLINE: Duration = Duration::from_secs(10);

/// Why a fixture could not change its table as a check needs it.
pub type FixtureError = Box<dyn Error + Send + Sync>;

/// An action of a fixture, which runs when it is awaited.
pub type FixtureFuture<'a> = Pin<Box<dyn Future<Output = Result<(), FixtureError>> + Send + 'a>>;

/// A store under test, with the actions on its table and its backend.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a fixture of the contract",
    note = "implement `Fixture` for a type of your tests that has the store and can insert and remove tokens"
)]
pub trait Fixture: Send + Sync {
    /// The key of an owner, as in the store.
    type Owner: Clone + Send + Sync;
    /// The store under test.
    type Store: TokenStore<Owner = Self::Owner>;

    /// Returns the store.
    fn store(&self) -> &Self::Store;

    /// Returns an owner that has no tokens. Never returns the same owner twice.
    fn fresh_owner(&self) -> Self::Owner;

    /// Inserts a token of the owner. Ids are unique within an owner: another owner can have a token with the same id.
    ///
    /// # Errors
    ///
    /// Must fail if the table does not have the token afterwards, or has changed it. A time that the table truncates
    /// within its [`limits`](Self::limits) is not a change.
    ///
    /// If `insert` fails, the check fails too, unless the table may reject the token. A table may reject a token whose
    /// name contains U+0000 or has more than 255 characters, whose usage count is above `i64::MAX`, or that is beyond
    /// the limits.
    fn insert(&self, owner: &Self::Owner, token: AccessToken) -> impl Future<Output = Result<(), FixtureError>> + Send;

    /// Removes a token of the owner.
    ///
    /// # Errors
    ///
    /// Must fail if the table still has the token afterwards. If `remove` fails, the check fails too.
    fn remove(&self, owner: &Self::Owner, id: TokenId) -> impl Future<Output = Result<(), FixtureError>> + Send;

    /// Waits for this time, with a timer of the store's runtime.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;

    /// Returns the limits of a table that the store shares with another application. By default, the table has no
    /// limits.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use tokenfolio::contract::{FixtureError, FixtureFuture};
    /// # use tokenfolio::{AccessToken, MemoryStore, TokenId};
    /// use tokenfolio::contract::{Fixture, Limits};
    ///
    /// # #[derive(Default)]
    /// # struct Database(MemoryStore<u64>);
    /// impl Fixture for Database {
    ///     /// The columns hold whole seconds.
    ///     fn limits(&self) -> Limits {
    ///         Limits::default().with_fraction_digits(0)
    ///     }
    ///
    ///     // And the other methods.
    /// #     type Owner = u64;
    /// #     type Store = MemoryStore<u64>;
    /// #     fn store(&self) -> &MemoryStore<u64> {
    /// #         &self.0
    /// #     }
    /// #     fn fresh_owner(&self) -> u64 {
    /// #         7
    /// #     }
    /// #     async fn insert(&self, _owner: &u64, _token: AccessToken) -> Result<(), FixtureError> {
    /// #         Ok(())
    /// #     }
    /// #     async fn remove(&self, _owner: &u64, _id: TokenId) -> Result<(), FixtureError> {
    /// #         Ok(())
    /// #     }
    /// #     async fn sleep(&self, _duration: Duration) {}
    /// #     fn stop_backend(&self) -> Option<FixtureFuture<'_>> {
    /// #         None
    /// #     }
    /// #     fn start_backend(&self) -> Option<FixtureFuture<'_>> {
    /// #         None
    /// #     }
    /// #     fn corrupt_row(&self, _owner: u64, _id: TokenId) -> Option<FixtureFuture<'_>> {
    /// #         None
    /// #     }
    /// }
    /// assert_ne!(Database::default().limits(), Limits::default());
    /// ```
    fn limits(&self) -> Limits {
        Limits::default()
    }

    /// Stops the backend of the store, for all owners. Returns `None` if the store has no backend that a test can stop.
    fn stop_backend(&self) -> Option<FixtureFuture<'_>>;

    /// Starts the backend that [`stop_backend`](Self::stop_backend) stopped. Returns `None` if `stop_backend` returns
    /// `None`.
    fn start_backend(&self) -> Option<FixtureFuture<'_>>;

    /// Changes the row of a token, so that it cannot be read as a token. For example, sets a usage count below zero, or
    /// an allow-list that is not a list.
    ///
    /// Returns `None` if the table cannot hold such a row.
    fn corrupt_row(&self, owner: Self::Owner, id: TokenId) -> Option<FixtureFuture<'_>>;
}

/// How a store breaks a clause.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation(pub(crate) String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Violation {}

impl From<StoreError> for Violation {
    fn from(error: StoreError) -> Self {
        Self(with_causes(&error))
    }
}

impl From<FixtureError> for Violation {
    fn from(error: FixtureError) -> Self {
        Self(format!("the fixture failed: {}", with_causes(&*error)))
    }
}

pub(crate) fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = successors(Some(error), |&error| error.source()).map(ToString::to_string);
    causes.collect::<Vec<_>>().join(": ")
}

/// Returns noon of 2024-04-11.
pub(crate) fn noon() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(475_788)
}

pub(crate) fn rows(limit: u32) -> NonZeroU32 {
    NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN)
}

/// Creates a token. A token with a higher id has a later time, so the order by time is usually the order by id. A store
/// that orders by time then breaks only the clauses about order.
pub(crate) fn token(id: i64) -> AccessToken {
    AccessToken::new(id, "token", noon() + TimeDelta::seconds(id.clamp(-1_000, 1_000)))
}

pub(crate) fn named(id: i64, name: &str) -> AccessToken {
    AccessToken { name: name.into(), ..token(id) }
}

/// Creates an owner who has tokens with these ids.
pub(crate) async fn owner_of<F: Fixture>(fixture: &F, ids: &[i64]) -> Result<F::Owner, Violation> {
    let owner = fixture.fresh_owner();
    for &id in ids {
        insert(fixture, &owner, token(id)).await?;
    }
    Ok(owner)
}

pub(crate) async fn insert<F: Fixture>(fixture: &F, owner: &F::Owner, token: AccessToken) -> Result<(), Violation> {
    Ok(within_deadline(fixture, fixture.insert(owner, token)).await??)
}

/// Inserts tokens. The table may reject tokens beyond its limits. Returns the tokens that the table has afterwards.
pub(crate) async fn insert_within_limits<F: Fixture>(
    fixture: &F,
    owner: &F::Owner,
    tokens: impl IntoIterator<Item = AccessToken>,
) -> Result<Vec<AccessToken>, Violation> {
    let limits = fixture.limits();
    let mut inserted = Vec::new();
    for token in tokens {
        match within_deadline(fixture, fixture.insert(owner, token.clone())).await? {
            Ok(()) => inserted.push(limits.truncated(token)),
            Err(error) if limits.hold(&token) => return Err(error.into()),
            Err(_) => {}
        }
    }
    Ok(inserted)
}

pub(crate) async fn remove<F: Fixture>(fixture: &F, owner: &F::Owner, id: i64) -> Result<(), Violation> {
    Ok(within_deadline(fixture, fixture.remove(owner, TokenId(id))).await??)
}

pub(crate) async fn list<F: Fixture>(fixture: &F, query: &ListQuery<F::Owner>) -> Result<TokenList, Violation> {
    Ok(list_result(fixture, query).await??)
}

pub(crate) async fn list_result<F: Fixture>(
    fixture: &F,
    query: &ListQuery<F::Owner>,
) -> Result<Result<TokenList, StoreError>, Violation> {
    within_deadline(fixture, fixture.store().list(query)).await
}

/// Lists one window after another.
pub(crate) async fn walk<F: Fixture>(
    fixture: &F,
    owner: &F::Owner,
    limit: u32,
    total: u64,
) -> Result<TokenList, Violation> {
    let mut walked = TokenList::new(Vec::new(), 0);
    for offset in (0..total).step_by(limit as usize) {
        let listed = list(fixture, &ListQuery { offset, limit: rows(limit), ..ListQuery::new(owner.clone()) }).await?;
        walked.tokens.extend(listed.tokens);
        walked.total = listed.total;
    }
    Ok(walked)
}

pub(crate) fn expect(what: &str, listed: &TokenList, ids: &[i64], total: u64) -> Result<(), Violation> {
    let found: Vec<_> = listed.tokens.iter().map(|token| token.id.0).collect();
    if found == ids && listed.total == total {
        return Ok(());
    }
    let counted = listed.total;
    Err(Violation(format!("{what}: expected ids {ids:?} of a total of {total}, got {found:?} of {counted}")))
}

pub(crate) fn expect_names(listed: &TokenList, name: &str) -> Result<(), Violation> {
    match listed.tokens.iter().find(|token| *token.name != *name) {
        Some(foreign) => Err(Violation(format!("expected tokens named {name:?}, got {:?}", foreign.name))),
        None => Ok(()),
    }
}

pub(crate) fn unexpected(what: &str, expected: &str, result: Result<TokenList, StoreError>) -> Violation {
    let result = match result {
        Ok(listed) => format!("{} rows of {}", listed.tokens.len(), listed.total),
        Err(error) => with_causes(&error),
    };
    Violation(format!("{what}: expected {expected}, got {result}"))
}

/// Awaits work for at most [`DEADLINE`].
pub(crate) async fn within_deadline<F: Fixture, T>(fixture: &F, work: impl Future<Output = T>) -> Result<T, Violation> {
    let mut work = pin!(work);
    let mut deadline = pin!(fixture.sleep(DEADLINE));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Ok(done)),
        Poll::Pending => deadline.as_mut().poll(context).map(|()| Err(Violation(format!("no result in {DEADLINE:?}")))),
    })
    .await
}

/// Awaits several futures concurrently, in one task.
pub(crate) async fn join<T: Future>(futures: Vec<T>) -> Vec<T::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut results: Vec<_> = futures.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut all = Poll::Ready(());
        for (future, result) in futures.iter_mut().zip(&mut results).filter(|(_, result)| result.is_none()) {
            match future.as_mut().poll(context) {
                Poll::Ready(done) => *result = Some(done),
                Poll::Pending => all = Poll::Pending,
            }
        }
        all
    })
    .await;
    results.into_iter().flatten().collect()
}

/// Yields to the other futures of a [`join`]. Without it, futures that are always ready would run one after another.
pub(crate) async fn yield_once() {
    let mut has_waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
