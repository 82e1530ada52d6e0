//! Checks responses against the OpenAPI description of an endpoint, with JSON Schema (draft 2020-12, formats included).
//!
//! ```
//! use http::{Method, Response, StatusCode};
//! use tokenfolio_openapi::Description;
//!
//! let description = Description::packaged();
//! let mut response = Response::new(Vec::new());
//! *response.status_mut() = StatusCode::IM_A_TEAPOT;
//! assert_eq!(description.violations(&Method::GET, &response), ["418 is not described"]);
//! ```

mod description;
mod response;

pub use description::Description;
