//! Every promise of the crate, tried through its public interface.

mod allowed_ips;
mod bearer;
mod json;
mod model;
mod page_request;
mod page_urls;
mod problem;
mod status;
mod timestamp;
mod token;
mod trace_id;
mod vectors;
