//! The application without a socket, and the server from outside.

mod app;
mod isolation;

tokenfolio_acceptance::suite!(env!("CARGO_BIN_EXE_axum"));
