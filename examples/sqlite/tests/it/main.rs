//! The store against its contract, and against what only a database can get wrong.
#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod cancel;
mod contract;
mod failure;
mod file;
mod secret;
mod snapshot;
