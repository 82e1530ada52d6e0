//! Tests on the three nodes of a Galera cluster.

mod cluster;
mod conflict;
mod contract;
mod fault;
mod id;
