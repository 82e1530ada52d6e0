//! What a client of such an endpoint needs: reading a page, following its links, waiting as long as it is asked to.

mod link_header;
pub(crate) mod links;
pub(crate) mod page;
pub(crate) mod response;
pub(crate) mod retry_after;
