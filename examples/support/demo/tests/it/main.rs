//! The public parts of the demo.

mod arguments;
mod fallback;
mod leaks;
mod start;
