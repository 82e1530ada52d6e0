//! Access tokens in SQLite: a [`TokenStore`](tokenfolio::TokenStore) and
//! [`Authenticator`](tokenfolio::Authenticator) over one file, or in memory.
//!
//! It shows what a store over a database comes down to: one statement for rows and total, one place where a row is
//! read, and one where errors are sorted by kind. Uses of tokens have a table of their own, written in batches.
//!
//! # Examples
//!
//! ```
//! use tokenfolio::{AccessToken, ListQuery, StoreError, TokenStore};
//! use tokenfolio_sqlite::SqliteStore;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), StoreError> {
//! let store = SqliteStore::in_memory().await?;
//! store.insert(7, vec![AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH)]).await?;
//!
//! let slice = store.list(&ListQuery::new(7)).await?;
//! assert_eq!((slice.tokens.len(), slice.total), (1, 1));
//! # Ok(())
//! # }
//! ```

mod error;
mod find;
mod list;
mod row;
mod store;
mod usage;

pub use store::SqliteStore;
