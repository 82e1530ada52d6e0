//! The store against its contract, and against what only a database can get wrong.

mod contract;
mod error;
mod file;
mod secret;
mod snapshot;
mod usage;
