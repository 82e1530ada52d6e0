//! A second implementation of the rules that the targets check, written in the slow and obvious way.
#![forbid(unsafe_code)]

pub mod credentials;
pub mod forwarded;
pub mod links;
pub mod query;
pub mod trace;
