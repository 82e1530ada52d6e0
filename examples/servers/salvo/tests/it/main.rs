//! The server from outside.

tokenfolio_acceptance::suite!(env!("CARGO_BIN_EXE_salvo"));
