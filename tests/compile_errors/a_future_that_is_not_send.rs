//! A store that holds the guard of a lock across an `.await`.

use std::sync::Mutex;

use tokenfolio::{ListQuery, StoreError, TokenList, TokenStore};

struct Tokens {
    connection: Mutex<()>,
}

impl TokenStore for Tokens {
    type Owner = i64;

    async fn list(&self, _query: &ListQuery<i64>) -> Result<TokenList, StoreError> {
        let _connection = self.connection.lock();
        std::future::ready(()).await;
        Ok(TokenList::new(Vec::new(), 0))
    }
}

fn main() {}
