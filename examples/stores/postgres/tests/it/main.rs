//! The store against its contract, and against what only a database can get wrong.

mod block_counts;
mod cancel;
mod cluster;
mod conflict;
mod contract;
mod database;
mod error;
mod many_machines;
mod migrate;
mod secret;
mod session;
mod snapshot;
mod usage;
