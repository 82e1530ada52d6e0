//! Access tokens in the table of Laravel Sanctum: a [`TokenStore`](tokenfolio::TokenStore) and
//! [`Authenticator`](tokenfolio::Authenticator) for a service that runs beside a Laravel application, over MariaDB or
//! MySQL.
//!
//! # Design
//!
//! - **The table is Laravel's.** The store needs no other column, index or table. Without the columns of
//!   [`migrate`](SanctumStore::migrate), a token has no usage count, no revocation and no allow-list.
//! - **An owner is the pair of `tokenable_type` and `tokenable_id`**, an [`Owner`]. The service names each [`Model`] whose
//!   tokens it accepts, with the table of its rows. A look-up reads that row in the same statement, because a token outlives
//!   its owner in Sanctum's table, and Laravel rejects such a token.
//! - **Times are wall times in UTC, without a time zone.** Laravel writes them into TIMESTAMP columns in the time zone of the
//!   server. The store does not set the zone of its sessions, so that it reads what Laravel wrote in every zone. A server
//!   zone with daylight saving time cannot hold the hour that it skips, for Laravel and for the store.
//! - **A time of `0000-00-00` is corrupt.** Laravel reads it as a time long ago, and `sqlx` as NULL: an expired token would
//!   never expire. The server compares the times with zero.
//! - **A `created_at` of NULL is 1970-01-01**, the oldest time that Sanctum's column could hold. A configured expiration has
//!   then passed.
//! - **One statement returns the rows of a page and the total**, so that both come from one snapshot. It reads the total and
//!   the ids from Sanctum's own index, which ends with the primary key in InnoDB, and joins the rows of the page to the ids.
//! - **A secret is looked up by its digest**, which has a unique index. A secret `id|text` must have the id of its token.
//! - **Usage is written in batches**, joined to the table in the order of ids.
//! - **Every operation has a timeout.** A caller waits at most 2 seconds for a connection, and 5 with its statement. The server
//!   ends a statement after 2 seconds, and a wait for a lock after one. One function maps error numbers to kinds: a deadlock
//!   and a lock that was not granted are unavailable, so that the operation is retried.
//!
//! # Galera
//!
//! The store also runs on a Galera cluster of MariaDB. It reads `wsrep_on` when it connects. On a single server, nothing of
//! this section applies.
//!
//! - **[`Nodes`] names all nodes**, in one URL. The store uses one node at a time. It leaves a node that breaks a connection,
//!   stands still or has no quorum, and connects to the next one.
//! - **Every operation sees what any node has committed before.** A node applies the writes of others a moment later, and would
//!   list old rows until then. The check of a connection before its use therefore waits with `wsrep_sync_wait`. It takes the
//!   place of the ping that a single server gets.
//! - **No caller waits longer than 0.9 seconds for the cluster**: to find a node that is ready, and for a write. A cluster that
//!   has lost a node stops for some seconds, and without a quorum it rejects every request. Both are unavailable. It is unknown
//!   whether a write was done that took too long. [`record_usage`](SanctumStore::record_usage) may take 5 seconds, because no
//!   client waits for it.
//! - **Two nodes that change one row conflict.** One of them is rejected with error 1213, has written nothing, and is
//!   unavailable.
//! - **Ids have gaps and are not in the order of commits**, because each node has its own. A token that is committed late moves
//!   the tokens after it by one place.
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
