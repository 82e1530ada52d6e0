//! Tests of the store: its contract, its use beside Laravel, faults of the database, and a cluster.

mod contract;
mod database;
mod fault;
mod galera;
mod laravel_answers;
mod migrate;
mod nodes;
mod row;
mod secret;
mod usage;
mod zone;
