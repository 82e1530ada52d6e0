//! A page size that is an integer, which can be zero.

use tokenfolio::Pagination;

fn list(pagination: Pagination) -> Pagination {
    pagination.with_per_page(50)
}

fn main() {}
