//! Tests of the service without a socket, and the acceptance suite.

mod lambda;

tokenfolio_acceptance::suite!(env!("CARGO_BIN_EXE_tower"));
