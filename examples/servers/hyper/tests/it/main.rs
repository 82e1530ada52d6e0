//! Tests of HTTP/2, and the acceptance suite, which runs against the compiled server.

mod http2;

tokenfolio_acceptance::suite!(env!("CARGO_BIN_EXE_hyper"));
