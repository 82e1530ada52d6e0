//! A handler that returns a problem, where its framework expects a response.

use http::Response;
use tokenfolio::{Pagination, Problem};

fn handler(list: &Pagination, query: &str) -> Response<Vec<u8>> {
    match list.request(query) {
        Ok(_) => Response::new(Vec::new()),
        Err(error) => Problem::from(error),
    }
}

fn main() {}
