//! The lifecycle of a server, and schemas on a shared server.

mod schema;
mod server;
