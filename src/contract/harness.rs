//! What the clauses share: the fixture, the violation, and how a clause asks a store and checks what it returns.

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

/// How long an answer may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// Why a fixture could not bring its table into the state that a check needs.
pub type FixtureError = Box<dyn Error + Send + Sync>;

/// Something that a fixture can do, done when it is awaited.
pub type FixtureFuture<'a> = Pin<Box<dyn Future<Output = Result<(), FixtureError>> + Send + 'a>>;

/// A store under test, and what is done to its table and its backend.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a fixture of the contract",
    note = "implement `Fixture` for a type of your tests that has the store and can insert and remove tokens"
)]
pub trait Fixture: Send + Sync {
    /// The store's owners.
    type Owner: Clone + Send + Sync;
    /// The store under test.
    type Store: TokenStore<Owner = Self::Owner>;

    /// Returns the store.
    fn store(&self) -> &Self::Store;

    /// Returns an owner that it never returned before and that has no tokens.
    fn fresh_owner(&self) -> Self::Owner;

    /// Puts a token into the owner's table. Ids are unique within an owner: others may have a token of the same id.
    ///
    /// # Errors
    ///
    /// Whatever keeps the token from being there afterwards, as it is. The check then fails, unless it is about a token
    /// that may be refused: one with a U+0000 in its name, with a name above 255 characters, with a count of uses above
    /// `i64::MAX`, or beyond the table's [`limits`](Self::limits).
    fn insert(&self, owner: &Self::Owner, token: AccessToken) -> impl Future<Output = Result<(), FixtureError>> + Send;

    /// Takes a token out of the owner's table.
    ///
    /// # Errors
    ///
    /// Whatever keeps the token from being gone afterwards; the check then fails.
    fn remove(&self, owner: &Self::Owner, id: TokenId) -> impl Future<Output = Result<(), FixtureError>> + Send;

    /// Waits: the `sleep` of whatever runtime the store lives in.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;

    /// Returns what the owner's table cannot hold, for a table that the store shares with another application. Without this
    /// method, the table has no limits.
    fn limits(&self) -> Limits {
        Limits::default()
    }

    /// Stops what the store needs to answer, for all its owners. `None` where there is nothing that could be stopped, or
    /// where others need it.
    fn stop_backend(&self) -> Option<FixtureFuture<'_>>;

    /// Starts what [`stop_backend`](Self::stop_backend) stopped. `None` where that is.
    fn start_backend(&self) -> Option<FixtureFuture<'_>>;

    /// Makes the row of a token one that no token can be read from: a count below zero, an allow-list that is no list.
    /// `None` where the table cannot hold such a row.
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

/// Noon of 2024-04-11.
pub(crate) fn noon() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(475_788)
}

pub(crate) fn rows(limit: u32) -> NonZeroU32 {
    NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN)
}

/// Makes a token whose instant rises with its id, so that only the clauses about order tell the one from the other.
pub(crate) fn token(id: i64) -> AccessToken {
    AccessToken::new(id, "token", noon() + TimeDelta::seconds(id.clamp(-1_000, 1_000)))
}

pub(crate) fn named(id: i64, name: &str) -> AccessToken {
    AccessToken { name: name.into(), ..token(id) }
}

/// Makes an owner who has tokens of these ids.
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

/// Inserts tokens, of which those beyond the table's limits may be rejected. Returns the tokens that the table then holds.
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

/// Lists window after window.
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

/// Awaits work, but not for longer than an answer may take.
pub(crate) async fn within_deadline<F: Fixture, T>(fixture: &F, work: impl Future<Output = T>) -> Result<T, Violation> {
    let mut work = pin!(work);
    let mut deadline = pin!(fixture.sleep(DEADLINE));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Ok(done)),
        Poll::Pending => deadline.as_mut().poll(context).map(|()| Err(Violation(format!("no result in {DEADLINE:?}")))),
    })
    .await
}

/// Awaits all of some futures side by side, in this one task.
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

/// Lets the others of a [`join`] go on, even where nothing that is awaited ever waits.
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
