//! The proxies of `docs/guides/service.md`.

include!(concat!(env!("OUT_DIR"), "/service/src/proxies.rs"));
