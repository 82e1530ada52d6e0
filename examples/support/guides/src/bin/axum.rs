//! The service of `docs/guides/service.md` with axum, and the checks of `docs/guides/store.md` on its table.

include!(concat!(env!("OUT_DIR"), "/service/src/main.rs"));

#[cfg(test)]
mod contract {
    include!(concat!(env!("OUT_DIR"), "/store/src/contract.rs"));
}
