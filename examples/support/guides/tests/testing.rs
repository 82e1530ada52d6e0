//! The tests of `docs/guides/testing.md`.

mod pages {
    include!(concat!(env!("OUT_DIR"), "/testing/tests/pages.rs"));
}

mod status {
    include!(concat!(env!("OUT_DIR"), "/testing/tests/status.rs"));
}

mod endpoint {
    include!(concat!(env!("OUT_DIR"), "/testing/tests/endpoint.rs"));
}
