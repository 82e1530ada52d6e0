//! The server from outside.

mod http2;

tokenfolio_acceptance::suite!(env!("CARGO_BIN_EXE_hyper"));
