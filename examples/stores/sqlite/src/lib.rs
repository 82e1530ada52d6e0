//! Access tokens in SQLite: a [`TokenStore`](tokenfolio::TokenStore) and
//! [`Authenticator`](tokenfolio::Authenticator) over one file, or in memory.
//!
//! It shows the parts of a store over a database. One statement returns the rows and the total, one function reads a
//! row, and one function maps errors to kinds. Usage has its own table and is written in batches.
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
//! let list = store.list(&ListQuery::new(7)).await?;
//! assert_eq!((list.tokens.len(), list.total), (1, 1));
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
