//! Tests of the store: its contract, and the faults of a database.

mod contract;
mod error;
mod file;
mod secret;
mod snapshot;
mod usage;
