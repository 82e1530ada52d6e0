//! The contract, called with a store and not with a fixture.

use tokenfolio::{MemoryStore, contract};

async fn check(store: MemoryStore<i64>) {
    let _ = contract::check_all(&store).await;
}

fn main() {}
