//! The server from its start to its end, and the schemas that share one.

mod schema;
mod server;
