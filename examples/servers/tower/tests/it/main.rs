//! The service without a socket, and the server from outside.

mod lambda;

tokenfolio_acceptance::suite!(env!("CARGO_BIN_EXE_tower"));
