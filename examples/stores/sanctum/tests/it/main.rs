//! Tests of the store: its contract, its table beside Laravel, and the faults of a database.

mod contract;
mod database;
mod fault;
mod migrate;
mod row;
mod secret;
mod usage;
mod zone;
