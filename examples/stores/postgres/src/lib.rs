//! Access tokens in PostgreSQL: a [`TokenStore`](tokenfolio::TokenStore) and
//! [`Authenticator`](tokenfolio::Authenticator) over a database that many servers share.
//!
//! # Design
//!
//! - **One statement** returns the rows of a page and the total. Two statements would see two snapshots and disagree as
//!   soon as another transaction commits between them, except at an isolation level with one snapshot. The statement
//!   selects the total first and joins the rows to it, so that an empty page still has a total.
//! - **The key is `(owner_id, id)`**. To count or skip rows, PostgreSQL reads only the index of the key. Usage changes
//!   with every request, so it has its own table. Otherwise PostgreSQL would have to fetch changed rows to count them,
//!   until the next vacuum.
//! - **Every key starts with the owner**, and so does every condition. Tables can be distributed by owner, and each
//!   statement then needs one node. For the same reason a secret starts with its owner (`<owner>|<random>`).
//! - **A secret is looked up by its digest** in an index. The table does not contain the secret, and the time of a lookup
//!   does not reveal it.
//! - **Usage is written in batches**, in the order of the keys, as
//!   [`UsageLog::drain`](tokenfolio::UsageLog::drain) returns them.
//! - **A statement is prepared once for each connection**, and again if a migration changes the type of a column while
//!   the service runs. No request fails.
//! - **Every operation has a timeout.** A caller waits at most 2 seconds for a free connection, and at most 2 seconds
//!   more if a new connection must open. Until the check for a connection pool such as PgBouncer has succeeded once,
//!   callers also wait for this check, for at most 2 seconds. The server cancels a statement after 2 seconds, unless
//!   the URL has another `statement_timeout` in its `options`. The store drops a connection that does not respond for 5
//!   seconds. One function maps errors to kinds: `Unavailable` if the operation can be retried, `Timeout` after a
//!   timeout, and `Corrupt` for a row that is not a valid token. The store does not skip such a row, because the list
//!   would then have fewer tokens than the total.
//!
//! Counting reads the index entries of all tokens of an owner, and a page also reads the entries before it. This is
//! fast for thousands of tokens, and takes 0.1 seconds for a million. Use
//! [`with_block_counts`](PostgresStore::with_block_counts) if an owner can have more than 5,000 tokens.
//!
//! Connections are not encrypted. To encrypt them, pass a TLS connector to `tokio_postgres` instead of `NoTls`.
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
//! let list = store.list(&ListQuery::new(7)).await?;
//! assert_eq!((list.tokens.len(), list.total), (1, 1));
//! # Ok(())
//! # }
//! ```

mod block_counts;
mod error;
mod find;
mod list;
mod migrate;
mod row;
mod session;
mod store;
mod usage;

pub use store::PostgresStore;
pub use usage::UsageError;
