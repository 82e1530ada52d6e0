//! The service of `docs/guides/service.md` with axum.

include!(concat!(env!("OUT_DIR"), "/service/src/main.rs"));
