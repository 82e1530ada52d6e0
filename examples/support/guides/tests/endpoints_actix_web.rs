//! The endpoints of `docs/guides/endpoints.md` with actix-web.

include!(concat!(env!("OUT_DIR"), "/endpoints/src/lib_2.rs"));
