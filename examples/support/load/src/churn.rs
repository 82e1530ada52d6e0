//! A list that is always being changed, in an order that tells what it can look like.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use chrono::DateTime;
use tokenfolio::{AccessToken, ListQuery, StoreError, StoreErrorKind, TokenId, TokenStore};
use tokenfolio_sqlite::SqliteStore;

/// The token that stays, and that has the owner's secret.
pub(crate) const KEPT: i64 = 1;
/// How many tokens there are at most beside it: enough for four pages.
const MOST: i64 = 65;

/// The list of one owner: a token that stays, and one or more whose ids follow each other without a gap.
///
/// They are created at the end, and revoked and deleted from the beginning. So at every moment the revoked ones come
/// before the others; and where one is missing in between, the rows never stood side by side.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Churn {
    owner: i64,
    oldest: i64,
    first_active: i64,
    next: i64,
}

impl Churn {
    /// Makes the owner's first tokens, and the secret of the one that stays.
    pub(crate) async fn start(store: &SqliteStore, owner: i64) -> Result<Self, StoreError> {
        let first = KEPT + 1;
        store.insert(owner, vec![token(owner, KEPT), token(owner, first)]).await?;
        store.set_secret(owner, TokenId(KEPT), &secret(owner)).await?;
        Ok(Self { owner, oldest: first, first_active: first, next: first + 1 })
    }

    /// Reads the list from a store, which must count as it lists, and list what changes can have led to.
    pub(crate) async fn read(store: &SqliteStore, owner: i64) -> Result<Self, StoreError> {
        let mut query = ListQuery::new(owner);
        query.limit = NonZeroU32::MAX;
        let slice = store.list(&query).await?;
        assert_eq!(slice.total, slice.tokens.len() as u64);
        let [kept, others @ ..] = &*slice.tokens else { panic!("one token stays") };
        assert_eq!(kept, &token(owner, KEPT));
        let oldest = others.first().expect("some other is there").id.0;
        let revoked = others.iter().take_while(|token| token.revoked_at.is_some()).count();
        let [revoked, length] = [revoked, others.len()].map(|count| i64::try_from(count).expect("a list is short"));
        let list = Self { owner, oldest, first_active: oldest + revoked, next: oldest + length };
        for (id, found) in (oldest..).zip(others) {
            let mut expected = token(owner, id);
            expected.revoked_at = (id < list.first_active).then_some(DateTime::UNIX_EPOCH);
            assert_eq!(found, &expected);
        }
        Ok(list)
    }

    /// Makes a change, picked so that the list grows to its most, shrinks to its least, and so on.
    pub(crate) async fn change(&mut self, store: &SqliteStore) -> Result<Change, StoreError> {
        let change = self.pick();
        // Others may keep a file locked for longer than a store waits, and then nothing was written.
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
        let grows = self.next / MOST % 2 == 0;
        let is_one_of_four = || fastrand::u8(..4) == 0;
        if self.first_active < self.next && is_one_of_four() {
            Change::Revoke(self.first_active)
        } else if length == 1 || (length < MOST && grows != is_one_of_four()) {
            Change::Create(self.next)
        } else {
            Change::Delete(self.oldest)
        }
    }

    async fn write(&self, store: &SqliteStore, change: Change) -> Result<(), StoreError> {
        let is_there = match change {
            Change::Create(id) => store.insert(self.owner, vec![token(self.owner, id)]).await.map(|()| true)?,
            Change::Delete(id) => store.remove(self.owner, TokenId(id)).await?,
            Change::Revoke(id) => store.revoke(self.owner, TokenId(id), DateTime::UNIX_EPOCH).await?,
        };
        assert!(is_there, "{change} of {self:?}");
        Ok(())
    }

    /// Changes what is known of the list. The change must be one of the three that can come.
    #[track_caller]
    pub(crate) fn apply(&mut self, change: Change) {
        let (at, id) = match change {
            Change::Create(id) => (&mut self.next, id),
            Change::Delete(id) => (&mut self.oldest, id),
            Change::Revoke(id) => (&mut self.first_active, id),
        };
        assert_eq!(*at, id, "{change}");
        *at += 1;
        self.first_active = self.first_active.max(self.oldest);
    }

    /// Tells whether this is that list, or what one more change makes of it.
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

/// What is done to the token with an id.
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

/// The name of a token, which tells whose it is.
pub(crate) fn name(owner: i64, id: i64) -> String {
    format!("{owner}'s {id}")
}

fn token(owner: i64, id: i64) -> AccessToken {
    AccessToken::new(id, name(owner, id), DateTime::UNIX_EPOCH)
}
