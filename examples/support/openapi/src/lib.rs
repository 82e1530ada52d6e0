//! Holds answers against the package's `openapi.json`, by JSON Schema (draft 2020-12, formats included).
//!
//! ```
//! use http::{Method, Response, StatusCode};
//! use tokenfolio_openapi::Description;
//!
//! let description = Description::packaged();
//! let mut answer = Response::new(Vec::new());
//! *answer.status_mut() = StatusCode::IM_A_TEAPOT;
//! assert_eq!(description.complaints(&Method::GET, &answer), ["418 is not described"]);
//! ```

mod description;
mod response;

pub use description::Description;
