//! Tests of the store: its contract, and the faults of a database.

mod block_counts;
mod cancel;
mod cluster;
mod conflict;
mod contract;
mod database;
mod error;
mod failover;
mod many_machines;
mod migrate;
mod pooler;
mod secret;
mod session;
mod snapshot;
mod usage;
