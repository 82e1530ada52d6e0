//! The tests of the public interface. Folders and files are named as in `src`.
#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod allocations;
mod announced_lengths;
mod auth;
mod capacity;
mod client;
mod contract;
mod debug;
mod endpoint;
mod hostile;
mod links;
mod model;
mod openapi;
mod ordered_json;
mod page;
mod problem;
mod public_names;
mod store;
mod tidy;
mod token;
mod vectors;
mod walk;
