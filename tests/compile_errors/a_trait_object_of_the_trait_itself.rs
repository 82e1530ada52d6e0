//! A trait object of `TokenStore`, instead of `DynTokenStore`.

use std::sync::Arc;

use tokenfolio::TokenStore;

struct Service {
    tokens: Arc<dyn TokenStore<Owner = i64>>,
}

fn main() {}
