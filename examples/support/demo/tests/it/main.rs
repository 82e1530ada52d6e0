//! The demo as an adapter meets it.

mod arguments;
mod elsewhere;
mod start;
mod untold;
