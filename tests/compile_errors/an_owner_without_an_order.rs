//! A usage log of owners that have no order.

use std::sync::Arc;

use tokenfolio::{Authenticator, ListTokens, MemoryStore, UsageLog};

#[derive(Clone, Eq, Hash, PartialEq)]
struct User(String);

fn endpoint<A: Authenticator<Owner = User>>(endpoint: ListTokens<MemoryStore<User>, A>, log: Arc<UsageLog<User>>) {
    let _ = endpoint.with_usage_log(log);
}

fn main() {}
