//! Access tokens in the table of Laravel Sanctum: a [`TokenStore`](tokenfolio::TokenStore) and
//! [`Authenticator`](tokenfolio::Authenticator).

mod columns;
mod connection;
mod error;
mod find;
mod list;
mod owner;
mod row;
mod store;
mod time;
mod usage;

pub use owner::{Model, Owner};
pub use store::SanctumStore;
