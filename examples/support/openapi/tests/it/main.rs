//! Tests of the descriptions of the endpoint against the library.

mod configurations;
mod examples;
mod members;
mod responses;
mod service;
