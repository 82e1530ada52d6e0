//! The life of a token of `docs/guides/token-life.md`, over the table of `docs/guides/service.md`.

#[expect(dead_code, reason = "the service uses more of it")]
mod tokens {
    include!(concat!(env!("OUT_DIR"), "/service/src/tokens.rs"));
}

mod life {
    include!(concat!(env!("OUT_DIR"), "/token-life/src/life.rs"));
}
