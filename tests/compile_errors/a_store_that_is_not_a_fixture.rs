//! The contract, called with a store instead of a fixture.

use tokenfolio::{MemoryStore, contract};

async fn check(store: MemoryStore<i64>) {
    let _ = contract::check_all(&store).await;
}

fn main() {}
