//! A store that does not implement `TokenStore`.

use tokenfolio::{Authenticator, ListTokens, Pagination};

struct Tokens;

fn endpoint(authenticator: impl Authenticator<Owner = i64>, pagination: Pagination) {
    let _ = ListTokens::new(Tokens, authenticator, pagination);
}

fn main() {}
