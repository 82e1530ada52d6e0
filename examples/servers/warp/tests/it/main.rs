//! Runs the acceptance suite against the compiled server.

tokenfolio_acceptance::suite!(env!("CARGO_BIN_EXE_warp"));
