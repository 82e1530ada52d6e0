//! A page of any list: what was asked for, the envelope around its items, and how both are written.

pub(crate) mod base_url;
mod json;
mod lenient;
mod link_header;
pub(crate) mod link_style;
pub(crate) mod paginator;
pub(crate) mod request;
mod serde;
pub(crate) mod urls;
mod window;
