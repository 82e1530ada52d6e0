//! A list of tokens that changes in a fixed order, so that its possible states are known.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use chrono::DateTime;
use tokenfolio::{AccessToken, ListQuery, StoreError, StoreErrorKind, TokenId, TokenStore};
use tokenfolio_sqlite::SqliteStore;

/// The token with the owner's secret, which is never removed.
pub(crate) const PERMANENT_ID: i64 = 1;
/// The maximum number of other tokens. They fill four pages.
const MAX_OTHERS: i64 = 65;

/// The list of one owner: the permanent token, and at least one other token. The ids of the other tokens have no gaps.
///
/// Tokens are created at the end of the list, and revoked and deleted at its start. In every state, the revoked tokens
/// come before the active tokens. A page with a gap, or with another order, was not read from one snapshot.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Churn {
    owner: i64,
    oldest: i64,
    first_active: i64,
    next: i64,
}

impl Churn {
    /// Creates the owner's first tokens and secret.
    pub(crate) async fn start(store: &SqliteStore, owner: i64) -> Result<Self, StoreError> {
        let first = PERMANENT_ID + 1;
        store.insert(owner, vec![token(owner, PERMANENT_ID), token(owner, first)]).await?;
        store.set_secret(owner, TokenId(PERMANENT_ID), &secret(owner)).await?;
        Ok(Self { owner, oldest: first, first_active: first, next: first + 1 })
    }

    /// Reads the list from a store, and checks that it is a possible state.
    pub(crate) async fn read(store: &SqliteStore, owner: i64) -> Result<Self, StoreError> {
        let mut query = ListQuery::new(owner);
        query.limit = NonZeroU32::MAX;
        let list = store.list(&query).await?;
        assert_eq!(list.total, list.tokens.len() as u64);
        let [permanent, others @ ..] = &*list.tokens else { panic!("the permanent token is missing") };
        assert_eq!(permanent, &token(owner, PERMANENT_ID));
        let oldest = others.first().expect("at least one other token").id.0;
        let revoked = others.iter().take_while(|token| token.revoked_at.is_some()).count();
        let to_i64 = |count: usize| i64::try_from(count).expect("a list is short");
        let first_active = oldest + to_i64(revoked);
        let churn = Self { owner, oldest, first_active, next: oldest + to_i64(others.len()) };
        for (id, found) in (oldest..).zip(others) {
            let mut expected = token(owner, id);
            expected.revoked_at = (id < first_active).then_some(DateTime::UNIX_EPOCH);
            assert_eq!(found, &expected);
        }
        Ok(churn)
    }

    /// Makes a random change. The list grows to its maximum, shrinks to its minimum, and grows again.
    pub(crate) async fn change(&mut self, store: &SqliteStore) -> Result<Change, StoreError> {
        let change = self.pick();
        // After a timeout nothing was written, because another writer held the lock.
        while let Err(error) = self.write(store, change).await {
            if error.kind() != StoreErrorKind::Timeout {
                return Err(error);
            }
        }
        self.apply(change);
        Ok(change)
    }

    fn pick(&self) -> Change {
        let length = self.next - self.oldest;
        let grows = self.next / MAX_OTHERS % 2 == 0;
        let is_one_of_four = || fastrand::u8(..4) == 0;
        if self.first_active < self.next && is_one_of_four() {
            Change::Revoke(self.first_active)
        } else if length == 1 || (length < MAX_OTHERS && grows != is_one_of_four()) {
            Change::Create(self.next)
        } else {
            Change::Delete(self.oldest)
        }
    }

    async fn write(&self, store: &SqliteStore, change: Change) -> Result<(), StoreError> {
        let exists = match change {
            Change::Create(id) => store.insert(self.owner, vec![token(self.owner, id)]).await.map(|()| true)?,
            Change::Delete(id) => store.remove(self.owner, TokenId(id)).await?,
            Change::Revoke(id) => store.revoke(self.owner, TokenId(id), DateTime::UNIX_EPOCH).await?,
        };
        assert!(exists, "{change} of {self:?}");
        Ok(())
    }

    /// Applies a change to the known state. The change must be one of the three changes that are possible in this
    /// state.
    #[track_caller]
    pub(crate) fn apply(&mut self, change: Change) {
        let (bound, id) = match change {
            Change::Create(id) => (&mut self.next, id),
            Change::Delete(id) => (&mut self.oldest, id),
            Change::Revoke(id) => (&mut self.first_active, id),
        };
        assert_eq!(*bound, id, "{change}");
        *bound += 1;
        self.first_active = self.first_active.max(self.oldest);
    }

    /// Returns whether this state equals `before` or follows it by one change.
    pub(crate) fn is_or_follows(&self, before: &Self) -> bool {
        let changes = [Change::Create(before.next), Change::Delete(before.oldest), Change::Revoke(before.first_active)];
        let follows = changes.into_iter().any(|change| {
            let mut after = before.clone();
            after.apply(change);
            self == &after
        });
        self == before || follows
    }
}

/// A change to the token with an id.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Change {
    Create(i64),
    Delete(i64),
    Revoke(i64),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(id) => write!(f, "create {id}"),
            Self::Delete(id) => write!(f, "delete {id}"),
            Self::Revoke(id) => write!(f, "revoke {id}"),
        }
    }
}

impl FromStr for Change {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (verb, id) = text.split_once(' ').ok_or(())?;
        let id = id.parse().map_err(drop)?;
        match verb {
            "create" => Ok(Self::Create(id)),
            "delete" => Ok(Self::Delete(id)),
            "revoke" => Ok(Self::Revoke(id)),
            _ => Err(()),
        }
    }
}

/// The secret that lists the tokens of an owner.
pub(crate) fn secret(owner: i64) -> String {
    format!("{owner}|for-tests-only")
}

/// The name of a token, with its owner.
pub(crate) fn name(owner: i64, id: i64) -> String {
    format!("{owner}'s {id}")
}

fn token(owner: i64, id: i64) -> AccessToken {
    AccessToken::new(id, name(owner, id), DateTime::UNIX_EPOCH)
}
