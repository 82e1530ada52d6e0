//! The rules as the targets know them: told the slow and obvious way, by code that shares nothing with the library's.
#![forbid(unsafe_code)]

pub mod credentials;
pub mod links;
pub mod query;
pub mod trace;
