//! The service of `docs/guides/laravel.md`.

include!(concat!(env!("OUT_DIR"), "/laravel/src/main.rs"));
