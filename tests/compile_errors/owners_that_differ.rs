//! A store and an authenticator with different types of owners.

use tokenfolio::{Authenticator, ListTokens, MemoryStore, Pagination};

fn endpoint(store: MemoryStore<i64>, authenticator: impl Authenticator<Owner = u64>, pagination: Pagination) {
    let _ = ListTokens::new(store, authenticator, pagination);
}

fn main() {}
