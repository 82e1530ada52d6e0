//! A page of any list: the request for it, the envelope around its items, and their JSON.

pub(crate) mod base_url;
pub(crate) mod choice;
pub(crate) mod cursor;
pub(crate) mod cursor_paginator;
pub(crate) mod cursor_request;
mod json;
pub(crate) mod lenient;
mod link_header;
pub(crate) mod link_style;
mod list_parameters;
pub(crate) mod number;
pub(crate) mod pagination;
pub(crate) mod paginator;
pub(crate) mod preserved_query;
pub(crate) mod query_error;
pub(crate) mod request;
mod serde;
pub(crate) mod simple;
mod single_parameter;
mod urls;
mod window;
