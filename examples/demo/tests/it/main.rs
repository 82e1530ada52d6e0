//! The demo as an adapter meets it.

mod arguments;
mod start;
