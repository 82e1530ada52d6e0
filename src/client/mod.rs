//! The parts for clients of an endpoint: pages, responses, walks from page to page, and `Retry-After`.

mod link_header;
pub(crate) mod links;
pub(crate) mod meta;
pub(crate) mod page;
mod page_members;
pub(crate) mod response;
pub(crate) mod retry_after;
pub(crate) mod walk;
