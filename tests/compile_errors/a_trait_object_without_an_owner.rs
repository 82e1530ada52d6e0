//! A trait object that does not name the type of its owners.

use std::sync::Arc;

use tokenfolio::DynTokenStore;

struct Service {
    tokens: Arc<dyn DynTokenStore>,
}

fn main() {}
