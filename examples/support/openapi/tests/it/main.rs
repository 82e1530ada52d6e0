//! `openapi.json` against what the library answers, names and reads.

mod answers;
mod examples;
mod members;
mod service;
