//! Tests of `openapi.json` against the library.

mod examples;
mod members;
mod responses;
mod service;
