//! The demo as an adapter meets it.

mod arguments;
mod fallback;
mod start;
mod untold;
