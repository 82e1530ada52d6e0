//! The adapter of `docs/guides/adapter.md`.

include!(concat!(env!("OUT_DIR"), "/adapter/src/main.rs"));
