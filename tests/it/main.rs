//! Every promise of the crate, tried through its public interface.

mod status;
mod timestamp;
mod token;
