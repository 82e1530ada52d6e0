//! Responses, as a client reads them.

mod link_header;
mod links;
mod page;
mod response;
mod retry_after;
