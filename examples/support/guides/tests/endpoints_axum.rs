//! The endpoints of `docs/guides/endpoints.md` with axum.

include!(concat!(env!("OUT_DIR"), "/endpoints/src/lib.rs"));
