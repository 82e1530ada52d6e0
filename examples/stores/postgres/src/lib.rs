//! Access tokens in PostgreSQL: a [`TokenStore`](tokenfolio::TokenStore) and
//! [`Authenticator`](tokenfolio::Authenticator) over a database that many servers share.
//!
//! # How it is made
//!
//! - **One statement** gives the rows of a page and the total. Two would each see a state of their own and disagree as
//!   soon as somebody writes in between, in one transaction as well, unless that is of a level which reads one
//!   snapshot. The total comes first and the rows are joined to it, so that it stays where there are no rows.
//! - **The key is `(owner_id, id)`**, and its index alone serves counting and passing over rows. What changes with
//!   every use of a token lies in a table of its own, or that index would be of no use until the next vacuum.
//! - **Every key begins with the owner**, and so does every condition. Tables can thus be distributed by owner, and
//!   each question goes to one node. A secret says whose it is (`<owner>|<random>`), for the same reason.
//! - **A secret is looked up by its digest**, which an index finds: neither the table nor the time it takes gives a
//!   secret away.
//! - **Uses are written in batches**, in the order of the keys, as
//!   [`UsageLog::drain`](tokenfolio::UsageLog::drain) returns them.
//! - **Everything ends.** A caller waits 2 seconds for a connection at most; the server gives up a statement after 2
//!   seconds, unless the URL has another `statement_timeout` in its `options`; a server that says nothing is given up
//!   after 5. Errors are sorted in one table: what may be tried again is unavailable, what took too long is a timeout,
//!   and a row that is no token is corrupt, because to leave it out would belie the total.
//!
//! Counting reads the index entries of all tokens that an owner has, and a page those that come before it: nothing to
//! notice for thousands of tokens, and a tenth of a second for a million. For owners like that there is
//! [`with_block_counts`](PostgresStore::with_block_counts).
//!
//! Connections are not encrypted: `tokio_postgres` takes a TLS connector where this store has none.
//!
//! # Examples
//!
//! ```
//! use tokenfolio::{AccessToken, ListQuery, TokenStore};
//! use tokenfolio_postgres::PostgresStore;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let schema = tokenfolio_postgres_server::Schema::create()?;
//! # let url = schema.url();
//! // Such as "postgres://tokenfolio@db.example.com/tokenfolio".
//! let store = PostgresStore::new(url.parse()?)?;
//! store.migrate().await?;
//! store.insert(7, vec![AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH)]).await?;
//!
//! let slice = store.list(&ListQuery::new(7)).await?;
//! assert_eq!((slice.tokens.len(), slice.total), (1, 1));
//! # Ok(())
//! # }
//! ```

mod block_counts;
mod error;
mod find;
mod list;
mod migrate;

mod row;
mod store;
mod usage;

pub use store::PostgresStore;
