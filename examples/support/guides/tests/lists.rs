//! The client of `docs/guides/client.md`.

mod client {
    include!(concat!(env!("OUT_DIR"), "/client/src/client.rs"));
}
