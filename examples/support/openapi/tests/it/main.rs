//! `openapi.json` against what the library answers, names and reads.

mod examples;
mod members;
mod responses;
mod service;
