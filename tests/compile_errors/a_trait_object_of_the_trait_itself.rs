//! A trait object of `TokenStore`, where it must be one of `DynTokenStore`.

use std::sync::Arc;

use tokenfolio::TokenStore;

struct Service {
    tokens: Arc<dyn TokenStore<Owner = i64>>,
}

fn main() {}
