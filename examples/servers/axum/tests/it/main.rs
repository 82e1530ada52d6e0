//! Tests of the application without a socket, and the acceptance suite.

mod app;
mod isolation;
mod load;
mod slow;

tokenfolio_acceptance::suite!(env!("CARGO_BIN_EXE_axum"));
