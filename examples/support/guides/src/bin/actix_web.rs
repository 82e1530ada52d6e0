//! The service of `docs/guides/service.md` with actix-web.

include!(concat!(env!("OUT_DIR"), "/service/src/main_2.rs"));
