//! Responses, as a client reads them.

mod link_header;
mod page;
mod response;
mod retry_after;
mod walk;
