//! The life of a token of `docs/guides/token-life.md`, in the service of `docs/guides/service.md` with axum.

include!(concat!(env!("OUT_DIR"), "/service/src/main.rs"));

mod life {
    include!(concat!(env!("OUT_DIR"), "/token-life/src/life.rs"));
}

mod life_routes {
    include!(concat!(env!("OUT_DIR"), "/token-life/src/life_routes.rs"));
}
