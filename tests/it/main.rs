//! Every promise of the crate, tried through its public interface.
#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod allowed_ips;
mod authenticate;
mod bearer;
mod capacity;
mod contract;
mod debug;
mod encoder;
mod faults;
mod isolation;
mod json;
mod link_header;
mod list_tokens;
mod memory;
mod model;
mod next_url;
mod page;
mod page_request;
mod page_urls;
mod paginator;
mod problem;
mod public_names;
mod response;
mod retry_after;
mod status;
mod store;
mod tidy;
mod timestamp;
mod token;
mod trace_id;
mod usage;
mod vectors;
mod walk;
