//! A page of any list: what was asked for, the envelope around its items, and how both are written.

pub(crate) mod json;
pub(crate) mod link_header;
pub(crate) mod link_style;
pub(crate) mod paginator;
pub(crate) mod request;
pub(crate) mod urls;
pub(crate) mod window;
