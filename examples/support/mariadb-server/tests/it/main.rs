//! The lifecycle of a server, and databases on a shared server.

mod database;
mod server;
