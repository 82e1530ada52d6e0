//! Every promise of the crate, tried through its public interface.

