//! The library of `docs/guides/laravel.md`, with its tests.

include!(concat!(env!("OUT_DIR"), "/laravel/src/lib.rs"));
