//! Pages as a server reads and writes them.

mod json;
mod paginator;
mod request;
mod urls;
