//! Tests of the store: its contract, its table beside Laravel, and the faults of a database.

mod contract;
mod database;
mod fault;
mod laravel_answers;
mod migrate;
mod row;
mod secret;
mod usage;
mod zone;
