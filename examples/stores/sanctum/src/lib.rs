//! Access tokens in the table of Laravel Sanctum: a [`TokenStore`](tokenfolio::TokenStore) and
//! [`Authenticator`](tokenfolio::Authenticator) for a service that runs beside a Laravel application, over MariaDB or
//! MySQL.
//!
//! # Design
//!
//! - **The table is Laravel's.** The store needs no other column, index or table. Without the columns of
//!   [`migrate`](SanctumStore::migrate), a token has no usage count, no revocation and no allow-list.
//! - **An owner is the pair of `tokenable_type` and `tokenable_id`**, an [`Owner`]. The service names each [`Model`] whose
//!   tokens it accepts, with the table of its rows. A look-up reads the row of the owner in the same statement, because
//!   Sanctum's table can contain tokens of deleted owners, which Laravel rejects.
//! - **A time is the text of its date and time in UTC, without a time zone.** Laravel writes this text into TIMESTAMP
//!   columns, and the server reads it as a time in its own time zone. The store does not set the zone of its sessions
//!   either, so it reads the text that Laravel wrote, in every zone. In a server zone with daylight saving time,
//!   Laravel and the store cannot write the skipped hour.
//! - **A time of `0000-00-00` is corrupt.** Laravel reads it as a time in the distant past, and `sqlx` reads it as
//!   NULL, so an expired token would never expire. The statement therefore compares the times with zero.
//! - **A `created_at` of NULL is 1970-01-01**, the oldest time that Sanctum's column could hold. With a configured
//!   expiration, such a token has expired.
//! - **One statement returns the rows of a page and the total**, so that both come from one snapshot. It reads the total and
//!   the ids from Sanctum's own index, which ends with the primary key in InnoDB, and joins the rows of the page to the ids.
//! - **A secret is looked up by its digest**, which has a unique index. A secret `id|text` must have the id of its token.
//! - **Usage is written in batches**, joined to the table in the order of ids.
//! - **Every operation has a timeout.** A caller waits at most 2 seconds for a connection, and at most 5 seconds for
//!   the connection and the statement together. The server ends a statement after 2 seconds, and a wait for a lock
//!   after one second. One function maps error numbers to kinds. A deadlock and a lock that was not granted have the
//!   kind `Unavailable`, so that the operation is retried.
//!
//! # Galera
//!
//! The store also runs on a Galera cluster of MariaDB. It reads `wsrep_on` when it connects. This section does not
//! apply to a single server.
//!
//! - **[`Nodes`] names all nodes**, in one URL. The store uses one node at a time. If a node breaks a connection, hangs
//!   or has no quorum, the store connects to the next node.
//! - **Every operation sees everything that any node committed before it.** A node applies the writes of other nodes
//!   with a delay, and would list old rows until then. The check of a connection before its use therefore waits with
//!   `wsrep_sync_wait`. On a single server, the check is a ping.
//! - **No caller waits longer than 0.9 seconds for the cluster**: to find a node that is ready, and for a write. A cluster that
//!   has lost a node stops for some seconds, and without a quorum it rejects every request. Both errors have the kind
//!   `Unavailable`. After a timeout of a write, it is unknown whether the write was applied.
//!   [`record_usage`](SanctumStore::record_usage) may take 5 seconds, because no client waits for it.
//! - **Two nodes that change one row conflict.** The cluster rejects one of the writes with error 1213. A rejected
//!   write has written nothing, and its error has the kind `Unavailable`.
//! - **Ids have gaps and are not in the order of commits**, because each node has its own sequence of ids. A token that
//!   is committed late moves the tokens after it by one position.
//!
//! Ids and owners are numbers, so models with UUIDs are not supported. The tests run on MariaDB. The store uses
//! `JSON_TABLE`, which MariaDB has from 10.6 on, and MySQL from 8.0.4 on.
//!
//! # Examples
//!
//! ```
//! use tokenfolio::{AccessToken, ListQuery, TokenStore};
//! use tokenfolio_sanctum::{Model, Owner, SanctumStore};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let database = tokenfolio_mariadb_server::Database::create()?;
//! # database.run(include_str!("../tests/data/schema.sql"))?;
//! # let url = database.url();
//! // Such as "mysql://laravel:password@db.example.com/laravel".
//! let users = Model::new(r"App\Models\User", "users");
//! let store = SanctumStore::connect(url.parse()?, [users]).await?;
//!
//! let owner = Owner::new(r"App\Models\User", 7);
//! store.insert(&owner, &[AccessToken::new(1, "CI", chrono::Utc::now())]).await?;
//! let list = store.list(&ListQuery::new(owner)).await?;
//! assert_eq!((list.tokens.len(), list.total), (1, 1));
//! # Ok(())
//! # }
//! ```

mod columns;
mod connection;
mod error;
mod find;
mod list;
mod nodes;
mod owner;
mod row;
mod session;
mod store;
mod time;
mod usage;

pub use nodes::Nodes;
pub use owner::{Model, Owner};
pub use store::SanctumStore;
