//! An implementation of the boxed trait, which every `TokenStore` already has.

use std::pin::Pin;

use tokenfolio::{DynTokenStore, ListQuery, StoreError, TokenList};

struct Tokens;

impl DynTokenStore for Tokens {
    type Owner = i64;

    fn list_boxed<'a>(
        &'a self,
        _query: &'a ListQuery<i64>,
    ) -> Pin<Box<dyn Future<Output = Result<TokenList, StoreError>> + Send + 'a>> {
        Box::pin(async { Ok(TokenList::new(Vec::new(), 0)) })
    }
}

fn main() {}
