//! The server from its start to its end, and the databases that share one.

mod database;
mod server;
