//! The application without a socket, and the server from outside.

mod app;
mod process;
mod server;
mod usage;
